"""Urgent calls on one screen of a phone: take the call, open the case, act."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from core.paging import Page
from referrals.urgent_calls.queries import call_page
from referrals.vocabulary.states import Machine
from referrals.workflow.step import Step, steps
from web import days
from web.cases import display
from web.cases.panel import address
from web.forms import ZONE
from web.generic import ListPage, PagesQuery
from web.numbers import phone_of
from web.views.cases.queue import require_caseworker

ANSWER: Final = steps.get(Machine.ALERT, "acknowledge")
#: Where a place for the night is found.
PLACE: Final = steps.get(Machine.ORIENTATION, "propose")
#: What protects a child at once; each also answers the call, or goes on from it.
URGENT: Final = (
    steps.get(Machine.REFERRAL, "shelter_5d"),
    steps.get(Machine.REFERRAL, "send_judicial"),
)


class Calls(ListPage):
    """The urgent calls about the reader's cases that nobody has answered, the oldest first."""

    query = PagesQuery
    template = "web/urgent_calls/calls.html"

    def rows(self, asked: dict[str, Any]) -> Page:
        require_caseworker(self.actor)
        return Page(*call_page(self.request, asked))

    def line(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return call(row, self.actor, at=self.at)


def call(line: Mapping[str, Any], actor: Actor, *, at: datetime) -> dict[str, Any]:
    """Return an open call as pages show it, with the steps that the reader's roles have here."""
    pk = UUID(line["referral"])
    place = reverse("propose-orientation", args=[pk])
    return {
        "pk": pk,
        "reference": line["reference"],
        "cause": display.label(line["cause"]),
        "since": display.instant(line["sounded_at"], ZONE),
        "ago": days.since(datetime.fromisoformat(line["sounded_at"]), at),
        "next": display.instant(line["next_at"], ZONE),
        "urgency": display.label(line["urgency"]),
        "answer": address(pk, "alert", ANSWER.name, line["id"]) if _does(ANSWER, actor) else "",
        "phone": phone_of(line["filer_phone"]),
        "steps": [
            *(
                [{"label": _("Chercher une place pour cette nuit"), "address": place}]
                if _does(PLACE, actor)
                else []
            ),
            *(
                {"label": str(step.label), "address": address(pk, "referral", step.name)}
                for step in URGENT
                if _does(step, actor)
            ),
        ],
    }


def _does(step: Step, actor: Actor) -> bool:
    return bool(actor.holding(step.roles))
