"""Conflicts of interest: the ties that staff declare, and the cell's decisions on persons barred for one."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.request import ServiceRequest
from core.query import Query
from referrals.conflicts_of_interest import actions as conflicts_of_interest_actions
from referrals.conflicts_of_interest import declarations
from referrals.conflicts_of_interest.inputs import TieInput
from referrals.reading.disclosures import record_listed
from referrals.workflow.inputs import Reasoned
from web.cases import display
from web.forms import Ask
from web.page import InputPage, Page, go_to
from web.views.cases.queue import ZONE

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


class OwnTies(Page):
    step_up = frozenset({"GET"})
    comes_back = "own-ties"
    template = "web/conflicts_of_interest/ties.html"

    def get(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        return self.show({"lines": declarations.read(self.actor, at=self.at)})


class TiePage(InputPage):
    keeps = True
    takes, asks = TieInput, TIE
    step_up = frozenset({"GET"})  # before it is typed; the act asks again
    comes_back = "own-ties"
    template = "web/conflicts_of_interest/tie.html"
    title: ClassVar[Any]

    def values(self, **of: UUID) -> Mapping[str, Any]:
        raise NotImplementedError

    def do(self, tie: declarations.Tie, **of: UUID) -> None:
        raise NotImplementedError

    def get(self, request: ServiceRequest, **of: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        return self.show({"title": self.title} | self.filled(self.values(**of)))

    def act(self, request: ServiceRequest, **of: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        declarations.require_staff(self.actor)
        self.do(declarations.Tie(**self.validated()), **of)
        return go_to(reverse("own-ties"))

    def redisplay(self, problem: Mapping[str, Any], **of: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        return self.show({"title": self.title} | self.again(problem))


class NewTie(TiePage):
    title = _("Déclarer un lien")

    def values(self, **of: UUID) -> Mapping[str, Any]:  # noqa: ARG002 - of the other page
        declarations.require_staff(self.actor)
        return {}

    def do(self, tie: declarations.Tie, **of: UUID) -> None:  # noqa: ARG002 - likewise
        declarations.declare(tie, actor=self.actor, at=self.at)


class CorrectTie(TiePage):
    title = _("Corriger un lien")

    def values(self, **of: UUID) -> Mapping[str, Any]:
        pk = declarations.known(of["pk"], self.actor).pk
        return next(line for line in declarations.read(self.actor, at=self.at) if line["id"] == str(pk))

    def do(self, tie: declarations.Tie, **of: UUID) -> None:
        declarations.correct(of["pk"], tie, actor=self.actor, at=self.at)


class RemoveTie(Page):
    http_method_names = ["post"]
    step_up = frozenset({"POST"})
    comes_back = "own-ties"

    def post(self, request: ServiceRequest, pk: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        declarations.remove(pk, actor=self.actor, at=self.at)
        return go_to(reverse("own-ties"))


class Barred(Page):
    template = "web/conflicts_of_interest/barred.html"

    def get(self, request: ServiceRequest) -> HttpResponse:  # noqa: ARG002 - Django's signature
        conflicts_of_interest_actions.require_decider(self.actor)
        rows = conflicts_of_interest_actions.visible_to(self.actor, at=self.at).order_by("-since_at", "id")
        waiting = set(conflicts_of_interest_actions.awaiting(rows).values_list("pk", flat=True))
        listed = sorted(rows[:LISTED], key=lambda row: row.pk not in waiting)
        record_listed(listed, actor=self.actor, at=self.at)
        return self.show(
            {
                "lines": [
                    _line(conflicts_of_interest_actions.line(row), waits=row.pk in waiting) for row in listed
                ]
            }
        )


class Decide(InputPage):
    keeps = True
    takes, asks = Reasoned, REASON
    query = Query
    step_up = frozenset({"GET"})  # before it is typed; the act asks again
    comes_back = "barred"
    template = "web/conflicts_of_interest/decide.html"

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        return self.show(self._about(pk) | self.filled({}))

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:  # noqa: ARG002 - Django's signature
        conflicts_of_interest_actions.require_decider(self.actor)
        conflicts_of_interest_actions.confirm(pk, self.validated()["reason"], actor=self.actor, at=self.at)
        return go_to(reverse("barred"))

    def redisplay(self, problem: Mapping[str, Any], pk: UUID) -> HttpResponse:
        return self.show(self._about(pk) | self.again(problem))

    def _about(self, pk: UUID) -> dict[str, Any]:
        conflicts_of_interest_actions.require_decider(self.actor)
        exclusion = conflicts_of_interest_actions.known(pk, actor=self.actor, at=self.at)
        return {"line": _line(conflicts_of_interest_actions.line(exclusion), waits=True)}


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
