"""Emergency search by name: the officer's form and its answer, the list, and the review by another person."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts import stepup
from accounts.models import Authority
from accounts.request import ServiceRequest
from audit.events import Purpose
from core.paging import Page, page_of
from referrals.emergency_search import actions, approvals, duties, queries
from referrals.emergency_search.inputs import Reviewing, Searching
from referrals.models import EmergencyApproval, EmergencySearch, RotaShift
from referrals.runaways import queries as runaways_queries
from referrals.vocabulary.formats import moment
from web.cases import display
from web.forms import ZONE, Ask, Pairs
from web.generic import ButtonPage, ConfirmPage, InputPage, ListPage, PagesQuery, ShownPage, named
from web.page import fresh_key

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


class Searches(ListPage):
    query = PagesQuery
    template = "web/emergency_search/list.html"

    def rows(self, asked: dict[str, Any]) -> Page:
        rows = actions.visible_to(self.actor, at=self.at)
        return page_of(rows, order=("-searched_at", "id"), **asked)

    def line(self, row: EmergencySearch) -> dict[str, Any]:
        return _line(queries.line(row, actor=self.actor, at=self.at))

    def around(self) -> dict[str, Any]:
        return {
            "searches": duties.is_on_duty(self.actor, at=self.at),
            "to_give": [_approval(row) for row in approvals.to_give(self.actor, at=self.at)],
            "once": fresh_key(),
        }


class AskForApproval(ButtonPage):
    step_up = frozenset({"POST"})
    comes_back = "emergency-searches"
    onward = "emergency-search-new"

    def do(self) -> None:
        self.request.purpose = Purpose.EMERGENCY  # of a refusal
        approvals.ask(None, actor=self.actor, at=self.at)


class GiveApproval(ConfirmPage):
    http_method_names = ["post"]
    step_up = frozenset({"POST"})
    comes_back = onward = "emergency-searches"
    template = "web/emergency_search/approval.html"

    def do(self, body: dict[str, Any]) -> UUID:
        return approvals.give(self.pk, actor=self.actor, at=self.at).pk


class NewSearch(InputPage):
    takes = Searching
    asks: Sequence[Ask] = (*WHO, *WHY)
    step_up = frozenset({"GET"})  # before it is typed; the act asks again
    comes_back = "emergency-searches"
    template = "web/emergency_search/new.html"
    duties: Mapping[UUID, RotaShift]
    used_up: Sequence[RotaShift] = ()

    def prepare(self) -> None:
        if (
            self.request.method != "POST"
        ):  # a proof that is too old is asked for whether one is on duty or not
            self._require_duty()

    def act(self, request: ServiceRequest) -> HttpResponse:
        request.purpose = Purpose.EMERGENCY  # of a refusal, too
        stepup.require(self.actor, at=self.at)
        self._require_duty()
        if self.sent.text("then") == ASK_FOR_APPROVAL:
            approvals.ask(self.body().get("authority"), actor=self.actor, at=self.at)
            self._require_duty()
            return self.show(self.filled(self.typed()) | self.around())
        answer = queries.answer(actions.search(self.validated(), actor=self.actor, at=self.at))
        lines = [
            line | {"state": display.label(line["state"]), "urgency": display.label(line["urgency"])}
            for line in answer["results"]
        ]
        self._require_duty()  # the next one may need an approval
        return self.show(
            self.filled(self.typed()) | self.around() | answer | {"answered": True, "lines": lines}
        )

    def choices(self) -> Mapping[str, Pairs]:
        if PLACE not in self.asks:
            return {}
        rows = Authority.objects.filter(pk__in=sorted(self.duties)).order_by("name")
        return {"authority": named(rows)}

    def _require_duty(self) -> None:
        self.duties = duties.of(self.actor, at=self.at)
        place = [PLACE] if len(self.duties) > 1 else []
        self.used_up = [shift for shift in self.duties.values() if not actions.left(shift, at=self.at)]
        self.asks = (*place, *WHO, *WHY, *(UNAPPROVED if self.used_up else ()))

    def around(self) -> dict[str, Any]:
        rows = approvals.of_duties(self.used_up, at=self.at)
        return {"used_up": bool(self.used_up), "approvals": [_approval(row) for row in rows]}


class Sheet(ShownPage):
    template = "web/emergency_search/sheet.html"

    def context(self, pk: UUID) -> dict[str, Any]:
        """Show the sheet that another authority has opened to the officer's own one; an entry says so."""
        sheet = runaways_queries.sheet_for(self.actor, pk, at=self.at)
        return {"sheet": runaways_queries.read(sheet, actor=self.actor, at=self.at)}


class OneSearch(InputPage):
    takes = Reviewing
    asks: Sequence[Ask] = ABOUT
    keeps = True
    shows = "emergency-search"
    template = "web/emergency_search/one.html"

    def prepare(self, pk: UUID) -> None:
        self.row = actions.visible_row(pk, actor=self.actor, at=self.at)

    def context(self, pk: UUID) -> dict[str, Any]:
        body = queries.one(self.row, actor=self.actor, at=self.at)
        word = body["word"]
        shown = {
            "reason": body["reason"],
            "review": body["review"],
            "references": body["references"],
            "word": f"{word['name']}, {display.instant(word['at'], ZONE)}" if word else "",
            "unapproved": body["unapproved"],
        }
        return {"search": _line(body) | shown}

    def body(self) -> dict[str, Any]:
        decision = self.sent.text("decision")
        return super().body() | ({"agreed": decision == AGREE} if decision else {})

    def do(self, body: dict[str, Any]) -> UUID:
        review = Reviewing.read(body)
        agreed, note = review["agreed"], review.get("note", "")
        return actions.review(self.pk, agreed=agreed, note=note, actor=self.actor, at=self.at).pk

    def around(self) -> dict[str, Any]:
        # What was written stays closed where the form is shown again.
        return {"search": _line(queries.line(self.row, actor=self.actor, at=self.at))}


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
