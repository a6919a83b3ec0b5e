"""Data breaches: the register, a declaration, one breach with its steps, the letters to persons (S20)."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.access import office_holders
from accounts.request import ServiceRequest
from accounts.roles import Role
from audit.events import Purpose
from core import paging
from core.inputs import Flag
from referrals.data_breaches import actions, queries
from referrals.data_breaches.inputs import BreachQuery, DeclaringBreach, RegisterQuery
from referrals.data_breaches.sheet import groups_of, unanswered
from referrals.execution import row_proposals
from referrals.models import DataBreach
from referrals.vocabulary.data_breaches import BreachRisk, Concerned
from referrals.vocabulary.states import BreachState, Machine
from referrals.workflow.step import steps
from web.cases import confirmation, display
from web.cases.base import BlanksLeftOut
from web.cases.panel import panels
from web.forms import Ask, Pairs, members
from web.generic import ListPage, RowStepPage, ShownPage, StepInputPage, address_of, labelled, named
from web.page import Page, go_to
from web.spreadsheets import table
from web.views.breaches import words
from web.views.cases.row_signing import PAGES

PAGES[Machine.BREACH] = "breach-page"
FILTERS: Final[Sequence[Ask]] = (
    Ask("state", _("État"), kind="select", nothing=_("Tous")),
    Ask("risk", _("Risque"), kind="select", nothing=_("Tous")),
)


class Filters(BlanksLeftOut, BreachQuery):
    """Filters of the register; ``running``: those whose 72 hours run, as the page of the day counts them."""

    running = Flag(in_query=True, required=False, default=False)


class TableFilters(BlanksLeftOut, RegisterQuery):
    """The same, of the register as a table."""


class Register(ListPage):
    """The breaches of the reader's authorities, or those that the reader declared, the newest first."""

    query = Filters
    filtered_by = FILTERS
    template = "web/breaches/list.html"

    @property
    def chosen(self) -> dict[str, Any]:
        return super().chosen | ({"running": True} if self.asked["running"] else {})

    def rows(self, asked: dict[str, Any]) -> paging.Page:
        return queries.register_page(asked, actor=self.actor, at=self.at)

    def line(self, row: DataBreach) -> dict[str, Any]:
        return words.line(queries.line(row, at=self.at))

    def choices(self) -> dict[str, Pairs]:
        return {"state": labelled(BreachState), "risk": labelled(BreachRisk)}

    def around(self) -> dict[str, Any]:
        return {"table": address_of(reverse("breach-table"), super().chosen)}


class RegisterTable(Page):
    query = TableFilters

    def get(self, request: ServiceRequest) -> HttpResponse:
        """Give the register as a table: codes, days and numbers (RGPD art. 33(5)); an entry says so."""
        head = (
            gettext("Autorité"),
            gettext("État"),
            gettext("Nature"),
            gettext("Comment elle est connue"),
            gettext("Découverte le"),
            gettext("Risque"),
            gettext("Personnes concernées, environ"),
            gettext("Catégories de données"),
            gettext("CNIL avisée le"),
            gettext("Personnes informées"),
            gettext("Close le"),
        )
        bodies = (
            queries.line(row, at=self.at)
            for row in queries.register_rows(dict(self.asked), actor=self.actor, at=self.at)
        )
        rows = [
            (
                body["authority"]["name"],
                display.label(body["state"]),
                " ; ".join(map(display.label, body["kinds"])),
                display.label(body["source"]),
                body["aware_at"],
                display.label(body["risk"]),
                words.persons(body),
                ", ".join(map(display.label, body["parts"])),
                body["notified_at"],
                " ; ".join(
                    f"{display.label(one['group'])} : {display.label(one['answer'])}"
                    for one in body["groups"]
                ),
                body["closed_at"],
            )
            for body in bodies
        ]
        return table("violations", head, rows)


class OneBreach(ShownPage):
    query = confirmation.ConfirmationQuery
    template = "web/breaches/one.html"

    def context(self, pk: UUID) -> dict[str, Any]:
        """Return a breach: its course, what was typed where the reader reads it, what may be done now."""
        row = queries.visible_row(pk, actor=self.actor)
        body = queries.one(row, self.actor, at=self.at)
        waiting = row_proposals.awaited(Machine.BREACH, pk, at=self.at)
        return {
            "pk": pk,
            "line": words.line(body),
            "course": words.course(body),
            "groups": words.groups(body),
            "reads": queries.reads_words(row, self.actor),
            "typed": words.typed(body),
            "lost": words.lost(body, queries.SEALED),
            "anomaly": body["anomaly"],
            "waiting": [
                one.pk for one in waiting if self.actor.user_id in (one.proposer_id, one.approver_id)
            ],
            "panels": panels(pk, actions.runner.abilities(row, self.actor, at=self.at)),
        } | confirmation.in_words(self)


class BreachStep(RowStepPage):
    machine, runner, shows = Machine.BREACH, actions.runner, "breach-page"
    purpose = Purpose.AUDIT
    selects = ("approver", "opinion_by", "group")
    template = "web/breaches/step.html"

    def one(self, pk: UUID) -> DataBreach:
        return queries.visible_row(pk, actor=self.actor)

    @cached_property
    def figures(self) -> Mapping[str, Any] | None:
        """Return what the journal shows, for whoever assesses."""
        return queries.figures(self.row, self.actor, at=self.at) if self.step.name == "assess" else None

    def values(self) -> dict[str, Any]:
        return _proposal(self.row, self.figures)

    def context(self) -> dict[str, Any]:
        return {"counted": words.counted(self.figures)}

    def choices(self) -> Mapping[str, Pairs]:
        """Return who signs, whose opinion it is, and which groups there are."""
        row, names = self.row, members(self.takes)
        pairs: dict[str, Pairs] = {}
        if "approver" in names:
            signers = office_holders(self.step.second_signers, row.authority_id, at=self.at)
            pairs["approver"] = queries.people(signers - {self.actor.user_id})
        if "opinion_by" in names:
            pairs["opinion_by"] = queries.inspectors(row, at=self.at)
        if "group" in names:
            left = unanswered(row) or groups_of(row)
            pairs["group"] = [(one, str(Concerned(one).label)) for one in left]
        return pairs

    def around(self) -> dict[str, Any]:
        return super().around() | {"line": words.line(queries.line(self.row, at=self.at))}

    def awaits(self) -> bool:
        return self.step.signed_when is not None


class Declare(StepInputPage):
    keeps = True
    takes = DeclaringBreach
    step = steps.get(Machine.BREACH, "declare")
    purpose = Purpose.AUDIT
    template = "web/breaches/step.html"

    def prepare(self) -> None:
        actions.require_role(self.actor)
        self.places = queries.declarable(self.actor)
        platform = bool(self.actor.holding((Role.PLATFORM_ADMIN,)))
        self.asks = [
            self.ask(name)
            for name in members(DeclaringBreach)
            # Who declares at one place alone isn't asked which; from the platform no account is named.
            if not (name == "authorities" and len(self.places) < 2) and not (name == "account" and platform)
        ]

    def do(self, body: dict[str, Any]) -> UUID:
        return actions.declare(body, actor=self.actor, at=self.at)[0].pk

    def after(self, made: UUID) -> HttpResponse:
        """Show the breach; of several the register."""
        if len(self.body().get("authorities") or []) > 1:
            return go_to(reverse("breaches-page"))
        return go_to(
            reverse("breach-page", args=[made]) + confirmation.query_of(self.actor, "breach-declare")
        )

    def choices(self) -> Mapping[str, Pairs]:
        return {"authorities": named(self.places)}

    def around(self) -> dict[str, Any]:
        return super().around() | {"line": {}, "back": reverse("breaches-page")}


def _proposal(row: DataBreach, figures: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what a form is filled with: what was assessed before, else what the journal shows."""
    if row.assessed_at is not None:
        return {
            **row.persons,
            "entries": row.entries,
            "parts": row.parts,
            "touched": row.touched,
            "legible": row.legible,
            "risk": row.risk,
        }
    if figures is None:
        return {}
    return {
        **figures["persons"],
        "entries": figures["entries"],
        "parts": list(figures["parts"]),
        "touched": figures["touched"],
        "legible": "readable" if figures["entries"] else "",
    }
