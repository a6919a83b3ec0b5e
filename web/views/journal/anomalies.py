"""Anomalies: the list, the course of each with its steps, and the veil that two persons lift."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.request import ServiceRequest
from audit.anomalies.facts import NAMED
from audit.events import Purpose
from core.inputs import Whole
from referrals.access_review import actions as access_review_actions
from referrals.access_review import queries as access_review_queries
from referrals.access_review.guards import may_look_behind
from referrals.access_review.inputs import AnomalyQuery
from referrals.access_review.queries import anomaly_page
from referrals.errors import NotVisible
from referrals.models import AccessAnomaly
from referrals.vocabulary.states import Machine
from referrals.workflow.step import Step
from web import forms
from web.cases import confirmation, display
from web.cases.base import BlanksLeftOut
from web.cases.panel import brings, panels
from web.cases.stepforms import ask_of, summary
from web.forms import Ask, members
from web.generic import InputPage
from web.journal import oddities
from web.journal.base import JournalPage, address
from web.page import go_to

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
        anomaly = access_review_actions.visible_to(self.actor).filter(pk=pk).first()
        if anomaly is None:
            raise NotVisible
        return anomaly

    def heading(self, anomaly: AccessAnomaly) -> dict[str, Any]:
        return self.around() | {"pk": anomaly.pk, "line": oddities.line(self, anomaly)}


class Anomalies(AnomalyPage):
    query = Filters
    template = "web/journal/anomalies.html"

    def get(self, request: ServiceRequest) -> HttpResponse:
        """List the anomalies, newest first; the look is an entry."""
        filters = dict(self.asked)
        kept: dict[str, Any] = {name: filters[name] for name in ("state", "rule") if name in filters}
        page = anomaly_page(filters, actor=self.actor, at=self.at)
        return self.show(
            self.around()
            | {
                "lines": [oddities.line(self, row) for row in page.items],
                "filters": forms.fields_of(Filters, FILTERS, kept, choices=oddities.choices()),
                "filtered": bool(kept),
                "first": "cursor" not in self.asked,
                "next": address("anomalies-page", kept | {"cursor": page.next}) if page.next else "",
            }
        )


class OneAnomaly(AnomalyPage):
    query = OneQuery
    template = "web/journal/anomaly.html"

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        anomaly = self.one(pk)
        entries = access_review_queries.entries_of(anomaly, actor=self.actor, at=self.at)
        first = self.asked["after"]
        end = first + SHOWN
        return self.show(
            self.heading(anomaly)
            | {
                "course": oddities.lines(self, anomaly),
                "lines": self.told(entries[first:end]),
                "first": not first,
                "next": address("anomaly-page", {"after": end}, pk) if end < len(entries) else "",
                "subjects": anomaly.subjects,
                "breach": breach.pk if (breach := access_review_queries.breach_of(anomaly)) else "",
                "gone": len(anomaly.entries) - len(entries),
                "panels": panels(pk, access_review_actions.runner.abilities(anomaly, self.actor, at=self.at)),
                "may_look": may_look_behind(anomaly, self.actor.user_id, at=self.at),
            }
            | confirmation.in_words(self)
        )


class Identities(AnomalyPage):
    step_up = frozenset({"GET"})
    template = "web/journal/identities.html"

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        """Show who and which files it was, to the two who lifted the veil, in time; each look is an entry."""
        anomaly = self.one(pk)
        identities = access_review_queries.identities(anomaly, actor=self.actor, at=self.at)
        return self.show(self.heading(anomaly) | identities | {"until": self.when(identities["until"])})


class AnomalyStep(AnomalyPage, InputPage):
    keeps = True
    template = "web/journal/step.html"

    def get(self, request: ServiceRequest, pk: UUID, step: str) -> HttpResponse:
        declared, anomaly = declared_step(step), self.one(pk)
        access_review_actions.runner.require_possible(declared, anomaly, actor=self.actor, at=self.at)
        self.asks_for(declared)
        return self.show(self.page_context(declared, anomaly) | self.filled({}))

    def act(self, request: ServiceRequest, pk: UUID, step: str) -> HttpResponse:
        """Do the step, once under the form's key, and go back to the anomaly."""
        declared = declared_step(step)
        request.purpose = Purpose.AUDIT  # a refusal bears it too
        self.one(pk)
        self.asks_for(declared)
        body = self.body()

        def act() -> UUID:
            access_review_actions.runner.perform(declared, pk, body, actor=self.actor, at=self.at)
            return pk

        self.once(body, act)
        back = reverse("anomaly-page", args=[pk])
        return go_to(back + confirmation.query_of(self.actor, f"{declared.machine}-{declared.name}"))

    def redisplay(self, problem: Mapping[str, Any], pk: UUID, step: str) -> HttpResponse:
        declared, anomaly = declared_step(step), self.one(pk)
        self.asks_for(declared)
        again = self.again(problem)
        again["faults"] = summary(problem, again["entries"])
        return self.show(self.page_context(declared, anomaly) | again)

    def asks_for(self, step: Step) -> None:
        self.takes = step.takes  # of this request
        self.asks = [ask_of(step.takes, name) for name in members(step.takes)]

    def page_context(self, step: Step, anomaly: AccessAnomaly) -> dict[str, Any]:
        return self.heading(anomaly) | {
            "title": display.step_words(str(step.machine), step.name),
            "law": step.law,
            "brings": brings(step),
            "back": reverse("anomaly-page", args=[anomaly.pk]),
        }


def declared_step(name: str) -> Step:
    step = display.step_of(Machine.ANOMALY, name)
    if step is None or step.internal:
        raise NotVisible
    return step
