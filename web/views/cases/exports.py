"""Exports of cases with names: ask, decide as the second person, take the file once."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from accounts import stepup
from accounts.models import Authority
from accounts.request import ServiceRequest
from core.paging import page_of
from core.query import PagedQuery
from referrals.exports import actions, queries
from referrals.exports.inputs import DecisionInput, ExportInput
from web.cases import display
from web.cases.base import BlanksLeftOut
from web.forms import ZONE, Ask, Pairs
from web.generic import InputPage
from web.page import Page, go_to

PLACE: Final = Ask("authority", _("Autorité"), kind="select")
ASKS: Final[Sequence[Ask]] = (
    Ask("state", _("État"), kind="select", nothing=_("Tous"), width="half", optional=True),
    Ask("urgency", _("Urgence"), kind="select", nothing=_("Toutes"), width="half", optional=True),
    Ask("department", _("Département"), width="half", optional=True, attributes={"maxlength": "3"}),
    Ask("purpose", _("Pour quoi faire ?")),
    Ask("reason", _("Motivation"), _("La seconde personne la lit avant de confirmer."), rows=4),
)
CONFIRM: Final = "confirm"


class ExportsQuery(BlanksLeftOut, PagedQuery):
    """Where the list goes on."""


class Exports(Page):
    query = ExportsQuery
    template = "web/exports/list.html"

    def get(self, request: ServiceRequest) -> HttpResponse:
        page = page_of(
            actions.visible_to(self.actor, at=self.at), order=("-asked_at", "id"), **dict(self.asked)
        )
        lines = [_line(queries.line(row, actor=self.actor, at=self.at)) for row in page.items]
        following = f"{reverse('exports')}?{urlencode({'cursor': page.next})}" if page.next else ""
        asks = bool(self.actor.holding(actions.ASKERS))
        return self.show({"lines": lines, "next": following, "asks": asks})


class AskExport(InputPage):
    keeps = True
    takes = ExportInput
    step_up = frozenset({"GET"})  # before it is typed; the act asks again
    comes_back = "exports"
    template = "web/exports/ask.html"

    def require_person(self) -> None:
        super().require_person()
        self.places = actions.places_of(self.actor)
        self.asks = (PLACE, *ASKS) if len(self.places) > 1 else ASKS

    def choices(self) -> Mapping[str, Pairs]:
        if len(self.places) < 2:
            return {}
        rows = Authority.objects.filter(pk__in=sorted(self.places)).order_by("name")
        return {"authority": [(str(row.pk), row.name) for row in rows]}

    def get(self, request: ServiceRequest) -> HttpResponse:
        actions.require_asker(self.actor)
        return self.show({"most": settings.EXPORT_CASES} | self.filled({}))

    def act(self, request: ServiceRequest) -> HttpResponse:
        stepup.require(self.actor, at=self.at)
        actions.require_asker(self.actor)
        body = self.body()
        pk = self.once(body, lambda: actions.ask(ExportInput.read(body), actor=self.actor, at=self.at).pk)
        return go_to(reverse("export", args=[pk]))

    def redisplay(self, problem: Mapping[str, Any]) -> HttpResponse:
        return self.show({"most": settings.EXPORT_CASES} | self.again(problem))


class OneExport(Page):
    template = "web/exports/one.html"

    def get(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        row = actions.known(pk, actor=self.actor, at=self.at)
        body = queries.one(row, actor=self.actor, at=self.at)
        shown = {"reason": body["reason"], "references": body["references"]}
        return self.show({"export": _line(body) | shown})


class DecideExport(Page):
    http_method_names = ["post"]
    step_up = frozenset({"POST"})
    comes_back = "exports"

    def post(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        actions.known(pk, actor=self.actor, at=self.at)
        said = self.sent.text("decision")
        body = DecisionInput.read({"confirmed": said == CONFIRM} if said else {})
        actions.decide(pk, confirmed=body["confirmed"], actor=self.actor, at=self.at)
        return go_to(reverse("export", args=[pk]))


class TakeExport(Page):
    http_method_names = ["post"]
    step_up = frozenset({"POST"})
    comes_back = "exports"

    def post(self, request: ServiceRequest, pk: UUID) -> HttpResponse:
        response = HttpResponse(
            actions.take(pk, actor=self.actor, at=self.at), content_type="text/csv; charset=utf-8"
        )
        response["Content-Disposition"] = 'attachment; filename="export.csv"'
        return response


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "pk": line["id"],
        "by": line["asked_by"],
        "own": line["own"],
        "asked": display.instant(line["asked_at"], ZONE),
        "purpose": display.label(line["purpose"]),
        "state": display.label(line["state"]),
        "code": line["state"]["code"],
        "cases": line["cases"],
        "ready": display.instant(line["ready_at"], ZONE),
        "ends": display.instant(line["ends_at"], ZONE),
        "to_decide": line["to_decide"],
        "to_take": line["to_take"],
    }
