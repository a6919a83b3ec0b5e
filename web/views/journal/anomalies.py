"""Anomalies: the list, the course of each with its steps, and the veil that two persons lift."""

from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from audit.anomalies.facts import NAMED
from audit.events import Purpose
from core.inputs import Whole
from core.paging import Page
from referrals.access_review import actions, queries
from referrals.access_review.guards import may_look_behind
from referrals.access_review.inputs import AnomalyQuery
from referrals.errors import NotVisible
from referrals.models import AccessAnomaly
from referrals.vocabulary.states import Machine
from web.cases import confirmation
from web.cases.base import BlanksLeftOut
from web.cases.panel import panels
from web.forms import Ask, Pairs
from web.generic import ListPage, RowStepPage, ShownPage
from web.journal import oddities
from web.journal.base import JournalPage, address

FILTERS: Final = (
    Ask("state", _("État"), kind="select", nothing=_("Tous")),
    Ask("rule", _("Ce qui est cherché"), kind="select", nothing=_("Tous")),
)


#: So many entries of an anomaly are shown at once: with the fields that each tells of, no page weighs too much.
SHOWN: Final = 40


class Filters(BlanksLeftOut, AnomalyQuery):
    """Filters of the list of anomalies."""


class OneQuery(confirmation.ConfirmationQuery):
    """``after``: how many of an anomaly's entries come before those that are shown."""

    after = Whole(in_query=True, required=False, min_value=0, max_value=NAMED, default=0)


class AnomalyPage(JournalPage):
    tab = "anomalies-page"

    def one(self, pk: UUID) -> AccessAnomaly:
        """Return an anomaly of an authority whose journal the reader reads; absent and another's look the same."""
        anomaly = actions.visible_to(self.actor).filter(pk=pk).first()
        if anomaly is None:
            raise NotVisible
        return anomaly

    def heading(self, anomaly: AccessAnomaly) -> dict[str, Any]:
        """Return what stands above every page about one anomaly."""
        return {"pk": anomaly.pk, "line": oddities.line(self, anomaly)}


class Anomalies(AnomalyPage, ListPage):
    query = Filters
    filtered_by = FILTERS
    template = "web/journal/anomalies.html"

    def rows(self, asked: dict[str, Any]) -> Page:
        return queries.anomaly_page(asked, actor=self.actor, at=self.at)

    def line(self, row: AccessAnomaly) -> dict[str, Any]:
        return oddities.line(self, row)

    def choices(self) -> dict[str, Pairs]:
        return oddities.choices()


class OneAnomaly(AnomalyPage, ShownPage):
    query = OneQuery
    template = "web/journal/anomaly.html"

    def context(self, pk: UUID) -> dict[str, Any]:
        anomaly = self.one(pk)
        entries = queries.entries_of(anomaly, actor=self.actor, at=self.at)
        breach = queries.breach_of(anomaly)
        first = self.asked["after"]
        end = first + SHOWN
        return (
            self.heading(anomaly)
            | {
                "course": oddities.lines(self, anomaly),
                "lines": self.entry_lines(entries[first:end]),
                "first": not first,
                "next": address("anomaly-page", {"after": end}, pk) if end < len(entries) else "",
                "subjects": anomaly.subjects,
                "breach": breach.pk if breach else "",
                "gone": len(anomaly.entries) - len(entries),
                "panels": panels(pk, actions.runner.abilities(anomaly, self.actor, at=self.at)),
                "may_look": may_look_behind(anomaly, self.actor.user_id, at=self.at),
            }
            | confirmation.in_words(self)
        )


class Identities(AnomalyPage, ShownPage):
    step_up = frozenset({"GET"})
    template = "web/journal/identities.html"

    def context(self, pk: UUID) -> dict[str, Any]:
        """Return who and which files it was, to the two who lifted the veil, in time; each look is an entry."""
        anomaly = self.one(pk)
        identities = queries.identities(anomaly, actor=self.actor, at=self.at)
        return self.heading(anomaly) | identities | {"until": self.when(identities["until"])}


class AnomalyStep(AnomalyPage, RowStepPage):
    machine, runner, shows = Machine.ANOMALY, actions.runner, "anomaly-page"
    purpose = Purpose.AUDIT
    template = "web/journal/step.html"

    def around(self) -> dict[str, Any]:
        return self.heading(self.row) | super().around()
