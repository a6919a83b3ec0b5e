"""Urgent calls on one screen of a phone: take the call, open the case, act."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from accounts.actor import Actor
from accounts.request import ServiceRequest
from core.query import PagedQuery
from referrals.urgent_calls.queries import call_page
from referrals.vocabulary.states import Machine
from referrals.workflow.step import Step, steps
from web import days
from web.cases import display
from web.cases.base import BlanksLeftOut
from web.cases.panel import address
from web.page import Page
from web.views.cases.queue import ZONE, require_caseworker

ANSWER: Final = steps.get(Machine.ALERT, "acknowledge")
#: What protects a child at once; each also answers the call, or goes on from it.
URGENT: Final = (
    steps.get(Machine.REFERRAL, "shelter_5d"),
    steps.get(Machine.REFERRAL, "send_judicial"),
)


class CallsQuery(BlanksLeftOut, PagedQuery):
    """Where the list of calls goes on."""


class Calls(Page):
    query = CallsQuery
    template = "web/urgent_calls/calls.html"

    def get(self, request: ServiceRequest) -> HttpResponse:
        require_caseworker(self.actor)
        lines, cursor = call_page(request, self.asked)
        following = f"{reverse('calls')}?{urlencode({'cursor': cursor})}" if cursor else ""
        return self.show({"lines": [call(one, self.actor, at=self.at) for one in lines], "next": following})


def call(line: Mapping[str, Any], actor: Actor, *, at: datetime) -> dict[str, Any]:
    """Return an open call as pages show it, with the steps that the reader's roles have here."""
    pk = UUID(line["referral"])
    return {
        "pk": pk,
        "reference": line["reference"],
        "cause": display.label(line["cause"]),
        "since": display.instant(line["sounded_at"], ZONE),
        "ago": days.since(datetime.fromisoformat(line["sounded_at"]), at),
        "next": display.instant(line["next_at"], ZONE),
        "urgency": display.label(line["urgency"]),
        "answer": address(pk, "alert", ANSWER.name, line["id"]) if _does(ANSWER, actor) else "",
        "steps": [
            {"label": str(step.label), "address": address(pk, "referral", step.name)}
            for step in URGENT
            if _does(step, actor)
        ],
    }


def _does(step: Step, actor: Actor) -> bool:
    return bool(actor.holding(step.roles))
