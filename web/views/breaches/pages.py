"""Data breaches: the register, a declaration, one breach with its steps, the letters to persons (S20)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.access import office_holders
from accounts.request import ServiceRequest
from accounts.roles import Role
from audit.events import Purpose
from core.inputs import Flag
from referrals.data_breaches import actions, queries
from referrals.data_breaches.inputs import BreachQuery, DeclaringBreach, RegisterQuery
from referrals.data_breaches.sheet import groups_of, unanswered
from referrals.errors import NotVisible
from referrals.execution import row_proposals
from referrals.models import DataBreach
from referrals.vocabulary.data_breaches import BreachRisk, Concerned
from referrals.vocabulary.states import BreachState, Machine
from referrals.workflow.step import Step, steps
from web import forms
from web.cases import confirmation, display
from web.cases.base import BlanksLeftOut
from web.cases.panel import brings, panels
from web.cases.stepforms import ask_of, summary
from web.forms import Ask, Pairs, members
from web.generic import InputPage
from web.page import Page, go_to
from web.spreadsheets import table
from web.views.breaches import words
from web.views.cases.row_signing import PAGES

PAGES[Machine.BREACH] = "breach-page"
FILTERS: Final[Sequence[Ask]] = (
    Ask("state", _("État"), kind="select", nothing=_("Tous")),
    Ask("risk", _("Risque"), kind="select", nothing=_("Tous")),
)
#: Members that are chosen from a list of rows.
CHOSEN: Final = ("approver", "opinion_by")


class Filters(BlanksLeftOut, BreachQuery):
    """Filters of the register; ``running``: those whose 72 hours run, as the page of the day counts them."""

    running = Flag(in_query=True, required=False, default=False)


class TableFilters(BlanksLeftOut, RegisterQuery):
    """The same, of the register as a table."""


class Register(Page):
    query = Filters
    template = "web/breaches/list.html"

    def get(self, request: ServiceRequest) -> HttpResponse:
        filters = dict(self.asked)
        kept: dict[str, Any] = {name: filters[name] for name in ("state", "risk") if name in filters}
        running = {"running": "true"} if filters["running"] else {}
        page = queries.register_page(filters, actor=self.actor, at=self.at)
        choices = {
            "state": [(str(one), str(one.label)) for one in BreachState],
            "risk": [(str(one), str(one.label)) for one in BreachRisk],
        }
        query = urlencode(kept)
        return self.show(
            {
                "lines": [words.line(queries.line(row, at=self.at)) for row in page.items],
                "filters": forms.fields_of(Filters, FILTERS, kept, choices=choices),
                "filtered": bool(kept or running),
                "table": reverse("breach-table") + (f"?{query}" if query else ""),
                "next": f"{reverse('breaches-page')}?{urlencode(kept | running | {'cursor': page.next})}"
                if page.next
                else "",
            }
        )


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


class BreachPage(Page):
    def one(self, pk: UUID) -> DataBreach:
        return queries.known(pk, actor=self.actor)


class OneBreach(BreachPage):
    query = confirmation.ConfirmationQuery
    template = "web/breaches/one.html"

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        row = self.one(pk)
        body = queries.one(row, self.actor, at=self.at)
        waiting = row_proposals.awaited(Machine.BREACH, pk, at=self.at)
        return self.show(
            {
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
            }
            | confirmation.in_words(self)
        )


class BreachStep(BreachPage, InputPage):
    keeps = True
    template = "web/breaches/step.html"

    def get(self, request: ServiceRequest, pk: UUID, step: str) -> HttpResponse:
        """Show what the step needs, filled with what the journal shows; a step that isn't possible says why instead."""
        declared, row = declared_step(step), self.one(pk)
        actions.runner.require_possible(declared, row, actor=self.actor, at=self.at)
        self.asks_for(declared, row)
        figures = queries.figures(row, self.actor, at=self.at) if declared.name == "assess" else None
        known = _proposal(row, figures)
        return self.show(
            self.page_context(declared, row) | self.filled(known) | {"counted": words.counted(figures)}
        )

    def act(self, request: ServiceRequest, pk: UUID, step: str) -> HttpResponse:
        """Do the step, once under the form's key, and go back to the breach."""
        declared = declared_step(step)
        request.purpose = Purpose.AUDIT  # a refusal bears it too
        self.asks_for(declared, self.one(pk))
        body = self.body()

        def act() -> UUID:
            actions.runner.perform(declared, pk, body, actor=self.actor, at=self.at)
            return pk

        self.once(body, act)
        awaits = declared.signed_when is not None
        return go_to(
            reverse("breach-page", args=[pk])
            + confirmation.query_of(self.actor, f"breach-{declared.name}", awaits=awaits)
        )

    def redisplay(self, problem: Mapping[str, Any], pk: UUID, step: str) -> HttpResponse:
        declared, row = declared_step(step), self.one(pk)
        self.asks_for(declared, row)
        again = self.again(problem)
        again["faults"] = summary(problem, again["entries"])
        return self.show(self.page_context(declared, row) | again)

    def asks_for(self, step: Step, row: DataBreach) -> None:
        self.takes = step.takes  # of this request
        names = members(step.takes)
        self.asks = [_ask(step, name) for name in names]
        self._pairs: dict[str, Pairs] = {}
        if "approver" in names:
            signers = office_holders(step.second_signers, row.authority_id, at=self.at) - {self.actor.user_id}
            self._pairs["approver"] = queries.people(signers)
        if "opinion_by" in names:
            self._pairs["opinion_by"] = queries.inspectors(row, at=self.at)
        if "group" in names:
            left = unanswered(row) or groups_of(row)
            self._pairs["group"] = [(one, str(Concerned(one).label)) for one in left]

    def choices(self) -> Mapping[str, Pairs]:
        return self._pairs

    def page_context(self, step: Step, row: DataBreach) -> dict[str, Any]:
        return {
            "line": words.line(queries.line(row, at=self.at)),
            "title": display.step_words(str(step.machine), step.name),
            "law": step.law,
            "brings": brings(step),
            "back": reverse("breach-page", args=[row.pk]),
        }


class Declare(InputPage):
    keeps = True
    takes = DeclaringBreach
    template = "web/breaches/step.html"

    def get(self, request: ServiceRequest) -> HttpResponse:
        self._asks()
        return self.show(self.page_context() | self.filled({}))

    def act(self, request: ServiceRequest) -> HttpResponse:
        """Declare it, once under the form's key, and show the breach; of several the register."""
        request.purpose = Purpose.AUDIT  # a refusal bears it too
        self._asks()
        body = self.body()
        made = self.once(body, lambda: actions.declare(body, actor=self.actor, at=self.at)[0].pk)
        several = len(body.get("authorities") or []) > 1
        place = reverse("breaches-page") if several else reverse("breach-page", args=[made])
        return go_to(place + ("" if several else confirmation.query_of(self.actor, "breach-declare")))

    def redisplay(self, problem: Mapping[str, Any]) -> HttpResponse:
        self._asks()
        again = self.again(problem)
        again["faults"] = summary(problem, again["entries"])
        return self.show(self.page_context() | again)

    def _asks(self) -> None:
        actions.require_role(self.actor)
        step = steps.get(Machine.BREACH, "declare")
        places = queries.declarable(self.actor)
        platform = bool(self.actor.holding((Role.PLATFORM_ADMIN,)))
        names = [
            name
            for name in members(DeclaringBreach)
            # Who declares at one place alone isn't asked which; from the platform no account is named.
            if not (name == "authorities" and len(places) < 2) and not (name == "account" and platform)
        ]
        self.asks = [_ask(step, name) for name in names]
        self._pairs: dict[str, Pairs] = {"authorities": [(str(one.pk), one.name) for one in places]}

    def choices(self) -> Mapping[str, Pairs]:
        return self._pairs

    def page_context(self) -> dict[str, Any]:
        step = steps.get(Machine.BREACH, "declare")
        return {
            "line": {},
            "title": str(step.label),
            "law": step.law,
            "brings": brings(step),
            "back": reverse("breaches-page"),
        }


def declared_step(name: str) -> Step:
    step = display.step_of(Machine.BREACH, name)
    if step is None or step.internal or step.creates:
        raise NotVisible
    return step


def _ask(step: Step, name: str) -> Ask:
    """Return how a page asks for a member; a person or a group is chosen from a list."""
    ask = ask_of(step.takes, name)
    if name not in (*CHOSEN, "group"):
        return ask
    return Ask(name, ask.label, ask.hint, kind="select", nothing=_("À choisir"), optional=ask.optional)


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
