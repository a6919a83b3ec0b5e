"""Emergency search by name: the officer's form and its answer, the list, and the review by another person."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from accounts import stepup
from accounts.models import Authority
from accounts.request import ServiceRequest
from audit.events import Purpose
from core.paging import page_of
from core.query import PagedQuery
from referrals.emergency_search import actions, approvals, duties, queries
from referrals.emergency_search.inputs import Reviewing, Searching
from referrals.models import EmergencyApproval, RotaShift
from referrals.runaways import queries as runaways_queries
from referrals.vocabulary.formats import moment
from web.cases import display
from web.cases.base import BlanksLeftOut
from web.forms import ZONE, Ask, Pairs
from web.generic import InputPage
from web.page import FormPage, Page, fresh_key, go_to

PLACE: Final = Ask("authority", _("Autorité"), kind="select")
WHO: Final[Sequence[Ask]] = (
    Ask("last_name", _("Nom de famille"), width="half", attributes={"spellcheck": "false"}),
    Ask("first_names", _("Prénom"), width="half", attributes={"spellcheck": "false"}),
    Ask("birth_date", _("Date de naissance"), _("Ou l'âge apparent."), width="date", optional=True),
    Ask("age", _("Âge apparent"), width="short", optional=True),
)
WHY: Final[Sequence[Ask]] = (
    Ask("ground", _("Pourquoi cherchez-vous cet enfant ?")),
    Ask(
        "reason",
        _("En une phrase"),
        _("Qui appelle, où est l'enfant. Une autre personne la lit ensuite."),
        rows=2,
    ),
)
UNAPPROVED: Final[Sequence[Ask]] = (
    Ask(
        "unapproved",
        _("Chercher sans l'accord de personne"),
        _("L'encadrement et le contrôle interne sont avertis aussitôt. Cinq fois par astreinte, au plus."),
    ),
)
#: What the second button of the form says: ask for an approval, and search later.
ASK_FOR_APPROVAL: Final = "ask"
ABOUT: Final[Sequence[Ask]] = (
    Ask("note", _("Remarque"), _("Obligatoire pour contester."), rows=3, optional=True),
)
AGREE: Final = "agree"


class SearchesQuery(BlanksLeftOut, PagedQuery):
    """Where the list goes on."""


class Searches(Page):
    query = SearchesQuery
    template = "web/emergency_search/list.html"

    def get(self, request: ServiceRequest) -> HttpResponse:
        rows = actions.visible_to(self.actor, at=self.at)
        page = page_of(rows, order=("-searched_at", "id"), **dict(self.asked))
        lines = [_line(queries.line(row, actor=self.actor, at=self.at)) for row in page.items]
        following = f"{reverse('emergency-searches')}?{urlencode({'cursor': page.next})}" if page.next else ""
        to_give = approvals.to_give(self.actor, at=self.at)
        return self.show(
            {
                "lines": lines,
                "next": following,
                "searches": duties.is_on_duty(self.actor, at=self.at),
                "to_give": [_approval(row) for row in to_give],
                "once": fresh_key(),
            }
        )


class AskForApproval(Page):
    http_method_names = ["post"]
    step_up = frozenset({"POST"})
    comes_back = "emergency-searches"

    def post(self, request: ServiceRequest) -> HttpResponse:
        request.purpose = Purpose.EMERGENCY  # of a refusal
        approvals.ask(None, actor=self.actor, at=self.at)
        return go_to(reverse("emergency-search-new"))


class GiveApproval(FormPage):
    http_method_names = ["post"]
    step_up = frozenset({"POST"})
    comes_back = "emergency-searches"
    template = "web/emergency_search/approval.html"

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        self.once({}, lambda: approvals.give(pk, actor=self.actor, at=self.at).pk)
        return go_to(reverse("emergency-searches"))

    def redisplay(self, problem: Mapping[str, Any], pk: UUID) -> HttpResponse:
        return self.show({"problem": problem, "faults": []})


class NewSearch(InputPage):
    takes = Searching
    asks: Sequence[Ask] = (*WHO, *WHY)
    step_up = frozenset({"GET"})  # before it is typed; the act asks again
    comes_back = "emergency-searches"
    template = "web/emergency_search/new.html"
    duties: Mapping[UUID, RotaShift]
    used_up: Sequence[RotaShift] = ()

    def get(self, request: ServiceRequest) -> HttpResponse:
        self._require_duty()
        return self.show(self.filled({}) | self.page_context())

    def act(self, request: ServiceRequest) -> HttpResponse:
        request.purpose = Purpose.EMERGENCY  # of a refusal, too
        stepup.require(self.actor, at=self.at)
        self._require_duty()
        if self.sent.text("then") == ASK_FOR_APPROVAL:
            approvals.ask(self.body().get("authority"), actor=self.actor, at=self.at)
            self._require_duty()
            return self.show(self.filled(self.typed()) | self.page_context())
        answer = queries.answer(actions.search(self.validated(), actor=self.actor, at=self.at))
        lines = [
            line | {"state": display.label(line["state"]), "urgency": display.label(line["urgency"])}
            for line in answer["results"]
        ]
        self._require_duty()  # the next one may need an approval
        return self.show(
            self.filled(self.typed()) | self.page_context() | answer | {"answered": True, "lines": lines}
        )

    def redisplay(self, problem: Mapping[str, Any]) -> HttpResponse:
        return self.show(self.again(problem) | self.page_context())

    def choices(self) -> Mapping[str, Pairs]:
        if PLACE not in self.asks:
            return {}
        rows = Authority.objects.filter(pk__in=sorted(self.duties)).order_by("name")
        return {"authority": [(str(row.pk), row.name) for row in rows]}

    def _require_duty(self) -> None:
        self.duties = duties.of(self.actor, at=self.at)
        place = [PLACE] if len(self.duties) > 1 else []
        self.used_up = [shift for shift in self.duties.values() if not actions.left(shift, at=self.at)]
        self.asks = (*place, *WHO, *WHY, *(UNAPPROVED if self.used_up else ()))

    def page_context(self) -> dict[str, Any]:
        rows = approvals.of_duties(self.used_up, at=self.at)
        return {"used_up": bool(self.used_up), "approvals": [_approval(row) for row in rows]}


class Sheet(Page):
    template = "web/emergency_search/sheet.html"

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        """Show the sheet that another authority has opened to the officer's own one; an entry says so."""
        sheet = runaways_queries.sheet_for(self.actor, pk, at=self.at)
        return self.show({"sheet": runaways_queries.read(sheet, actor=self.actor, at=self.at)})


class OneSearch(InputPage):
    takes = Reviewing
    asks: Sequence[Ask] = ABOUT
    keeps = True
    template = "web/emergency_search/one.html"

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        row = actions.known(pk, actor=self.actor, at=self.at)
        body = queries.one(row, actor=self.actor, at=self.at)
        word = body["word"]
        shown = {
            "reason": body["reason"],
            "review": body["review"],
            "references": body["references"],
            "word": f"{word['name']}, {display.instant(word['at'], ZONE)}" if word else "",
            "unapproved": body["unapproved"],
        }
        return self.show(self.filled({}) | {"search": _line(body) | shown})

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        actions.known(pk, actor=self.actor, at=self.at)
        said = self.sent.text("decision")
        body = self.body() | ({"agreed": said == AGREE} if said else {})

        def review() -> UUID:
            given = Reviewing.read(body)
            agreed, note = given["agreed"], given.get("note", "")
            return actions.review(pk, agreed=agreed, note=note, actor=self.actor, at=self.at).pk

        self.once(body, review)
        return go_to(reverse("emergency-search", args=[pk]))

    def redisplay(self, problem: Mapping[str, Any], pk: UUID) -> HttpResponse:
        """Show the form as it was typed, with its faults; what was written stays closed."""
        row = actions.known(pk, actor=self.actor, at=self.at)
        return self.show(
            self.again(problem) | {"search": _line(queries.line(row, actor=self.actor, at=self.at))}
        )


def _approval(row: EmergencyApproval) -> dict[str, Any]:
    return {
        "pk": row.pk,
        "by": row.user.full_name,
        "asked_at": display.instant(moment(row.asked_at), ZONE),
        "given_by": row.given_by.full_name if row.given_by else "",
        "until": display.instant(moment(row.expires_at), ZONE),
        "remaining": row.remaining,
    }


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "pk": line["id"],
        "by": line["user"],
        "own": line["own"],
        "at": display.instant(line["searched_at"], ZONE),
        "ground": display.label(line["ground"]),
        "state": display.label(line["state"]),
        "code": line["state"]["code"],
        "due": display.instant(line["review_due_at"], ZONE),
        "overdue": line["overdue"],
        "reviewed": display.instant(line["reviewed_at"], ZONE),
        "reviewed_by": line["reviewed_by"],
        "to_review": line["to_review"],
    }
