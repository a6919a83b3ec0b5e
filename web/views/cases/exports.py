"""Exports of cases with names: ask, decide as the second person, take the file once."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import stepup
from accounts.models import Authority
from core.paging import Page, page_of
from referrals.exports import actions, queries
from referrals.exports.actions import DecisionInput, ExportInput
from referrals.models import CaseExport
from web.cases import display
from web.forms import ZONE, Ask, Pairs
from web.generic import ButtonPage, FileButton, InputPage, ListPage, PagesQuery, ShownPage, named

PLACE: Final = Ask("authority", _("Autorité"), kind="select")
ASKS: Final[Sequence[Ask]] = (
    Ask("state", _("État"), kind="select", nothing=_("Tous"), width="half", optional=True),
    Ask("urgency", _("Urgence"), kind="select", nothing=_("Toutes"), width="half", optional=True),
    Ask("department", _("Département"), width="half", optional=True, attributes={"maxlength": "3"}),
    Ask("purpose", _("Pour quoi faire ?")),
    Ask("reason", _("Motivation"), _("La seconde personne la lit avant de confirmer."), rows=4),
)
CONFIRM: Final = "confirm"


class Exports(ListPage):
    """One's own exports, and those on which one decides."""

    query = PagesQuery
    template = "web/exports/list.html"

    def rows(self, asked: dict[str, Any]) -> Page:
        rows = actions.visible_to(self.actor, at=self.at)
        return page_of(rows, order=("-asked_at", "id"), **asked)

    def line(self, row: CaseExport) -> dict[str, Any]:
        return _line(queries.line(row, actor=self.actor, at=self.at))

    def around(self) -> dict[str, Any]:
        return {"asks": bool(self.actor.holding(actions.ASKERS))}


class AskExport(InputPage):
    keeps = True
    takes = ExportInput
    step_up = frozenset({"GET"})  # before it is typed; the act asks again
    comes_back = "exports"
    shows = "export"
    template = "web/exports/ask.html"

    def require_person(self) -> None:
        super().require_person()
        self.places = actions.places_of(self.actor)
        self.asks = (PLACE, *ASKS) if len(self.places) > 1 else ASKS

    def choices(self) -> Mapping[str, Pairs]:
        if len(self.places) < 2:
            return {}
        return {"authority": named(Authority.objects.filter(pk__in=sorted(self.places)).order_by("name"))}

    def values(self) -> dict[str, Any]:
        actions.require_asker(self.actor)
        return {}

    def body(self) -> dict[str, Any]:
        # Before what was typed is looked at.
        stepup.require(self.actor, at=self.at)
        actions.require_asker(self.actor)
        return super().body()

    def do(self, body: dict[str, Any]) -> UUID:
        return actions.ask(ExportInput.read(body), actor=self.actor, at=self.at).pk

    def around(self) -> dict[str, Any]:
        return {"most": settings.EXPORT_CASES}


class OneExport(ShownPage):
    template = "web/exports/one.html"

    def context(self, pk: UUID) -> dict[str, Any]:
        """Return what it is for, where it stands, and what the reader may do."""
        row = actions.visible_row(pk, actor=self.actor, at=self.at)
        body = queries.one(row, actor=self.actor, at=self.at)
        shown = {"reason": body["reason"], "references": body["references"]}
        return {"export": _line(body) | shown}


class DecideExport(ButtonPage):
    step_up = frozenset({"POST"})
    comes_back = "exports"

    def do(self, pk: UUID) -> None:
        """Confirm it or refuse it, as the button says that was pressed."""
        actions.visible_row(pk, actor=self.actor, at=self.at)
        decision = self.sent.text("decision")
        body = DecisionInput.read({"confirmed": decision == CONFIRM} if decision else {})
        actions.decide(pk, confirmed=body["confirmed"], actor=self.actor, at=self.at)

    def goes_to(self) -> str:
        return reverse("export", args=[self.pk])


class TakeExport(FileButton):
    """Hands the file out, once."""

    step_up = frozenset({"POST"})
    comes_back = "exports"
    kind, name = "text/csv; charset=utf-8", "export.csv"

    def file(self, pk: UUID) -> bytes:
        return actions.take(pk, actor=self.actor, at=self.at)


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
