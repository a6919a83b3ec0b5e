"""Conflicts of interest: the ties that staff declare, and the cell's decisions on persons barred for one."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.request import ServiceRequest
from referrals.conflicts_of_interest import actions, declarations
from referrals.conflicts_of_interest.actions import TieInput
from referrals.reading.disclosures import record_listed
from referrals.workflow.inputs import Reasoned
from web.cases import display
from web.forms import ZONE, Ask
from web.generic import ButtonPage, InputPage, ShownPage
from web.page import go_to

#: As many are listed, the newest first; whoever decides on them comes to the others.
LISTED: Final = 100
TIE: Final = (
    Ask("last_name", _("Nom"), _("Celui de naissance, s'il est connu."), width="half"),
    Ask("first_names", _("Prénoms"), width="half"),
    Ask("usual_name", _("Nom d'usage"), width="half", optional=True),
    Ask(
        "birth_date", _("Date de naissance"), _("Elle évite de vous écarter pour un homonyme."), optional=True
    ),
    Ask("phone", _("Téléphone"), width="half", optional=True),
    Ask("note", _("Note pour vous"), _("Personne d'autre ne la lit."), width="half", optional=True),
)
REASON: Final = (Ask("reason", _("Motivation"), _("Ce qui a été vérifié, et par qui."), rows=3),)


class OwnTies(ShownPage):
    """The own ties: nobody else ever reads them."""

    step_up = frozenset({"GET"})
    comes_back = "own-ties"
    template = "web/conflicts_of_interest/ties.html"

    def context(self) -> dict[str, Any]:
        return {"lines": declarations.read(self.actor, at=self.at)}


class TiePage(InputPage):
    keeps = True
    takes, asks = TieInput, TIE
    step_up = frozenset({"GET"})  # before it is typed; the act asks again
    comes_back = "own-ties"
    template = "web/conflicts_of_interest/tie.html"
    title: ClassVar[Any]

    def act(self, request: ServiceRequest, *_: Any, **__: Any) -> HttpResponse:
        declarations.require_staff(self.actor)
        self.put(declarations.Tie(**self.validated()))
        return go_to(reverse("own-ties"))

    def put(self, tie: declarations.Tie) -> None:
        raise NotImplementedError

    def around(self) -> dict[str, Any]:
        return {"title": self.title}


class NewTie(TiePage):
    title = _("Déclarer un lien")

    def values(self) -> Mapping[str, Any]:
        declarations.require_staff(self.actor)
        return {}

    def put(self, tie: declarations.Tie) -> None:
        declarations.declare(tie, actor=self.actor, at=self.at)


class CorrectTie(TiePage):
    title = _("Corriger un lien")

    def values(self) -> Mapping[str, Any]:
        pk = declarations.own_row(self.pk, self.actor).pk
        return next(line for line in declarations.read(self.actor, at=self.at) if line["id"] == str(pk))

    def put(self, tie: declarations.Tie) -> None:
        declarations.correct(self.pk, tie, actor=self.actor, at=self.at)


class RemoveTie(ButtonPage):
    step_up = frozenset({"POST"})
    comes_back = onward = "own-ties"

    def do(self, pk: UUID) -> None:
        declarations.remove(pk, actor=self.actor, at=self.at)


class Barred(ShownPage):
    """Whom the service barred from the reader's cases, those that await a decision first."""

    template = "web/conflicts_of_interest/barred.html"

    def context(self) -> dict[str, Any]:
        actions.require_decider(self.actor)
        rows = actions.visible_to(self.actor, at=self.at).order_by("-since_at", "id")
        waiting = set(actions.awaiting(rows).values_list("pk", flat=True))
        listed = sorted(rows[:LISTED], key=lambda row: row.pk not in waiting)
        record_listed(listed, actor=self.actor, at=self.at)
        return {"lines": [_line(actions.line(row), waits=row.pk in waiting) for row in listed]}


class Decide(InputPage):
    keeps = True
    takes, asks = Reasoned, REASON
    step_up = frozenset({"GET"})  # before it is typed; the act asks again
    comes_back = "barred"
    template = "web/conflicts_of_interest/decide.html"

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        actions.require_decider(self.actor)
        actions.confirm(pk, self.validated()["reason"], actor=self.actor, at=self.at)
        return go_to(reverse("barred"))

    def around(self) -> dict[str, Any]:
        actions.require_decider(self.actor)
        exclusion = actions.visible_row(self.pk, actor=self.actor, at=self.at)
        return {"line": _line(actions.line(exclusion), waits=True)}


def _line(line: Mapping[str, Any], *, waits: bool) -> dict[str, Any]:
    return {
        "pk": line["id"],
        "case": line["referral"],
        "reference": line["reference"],
        "name": line["user"]["name"],
        "cause": display.label(line["cause"]),
        "since": display.instant(line["since_at"], ZONE),
        "waits": waits,
        "confirmed": display.instant(line["confirmed_at"], ZONE),
        "state": display.label(line["case_state"]),
    }
