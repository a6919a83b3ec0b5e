"""Break glass: ask for an emergency opening by the reference from an alert or a call, with a reason."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import HttpResponse
from django.urls import reverse

from accounts.replays import Once
from accounts.request import ServiceRequest
from audit.events import Purpose
from core.query import Query
from referrals.access import emergency_openings
from referrals.break_glass import queries as break_glass_queries
from referrals.break_glass.inputs import ByReference, GlassQuery
from referrals.break_glass.queries import glass_page
from referrals.errors import NotAllowed
from web.cases import display, words
from web.cases.base import BlanksLeftOut, fresh_key
from web.cases.panel import address
from web.forms import clean
from web.page import FormPage, go_to
from web.views.cases.queue import ZONE, require_caseworker


class OpeningsQuery(BlanksLeftOut, GlassQuery):
    """Filters of the emergency openings."""


class Openings(FormPage):
    """GET, POST /ouvertures."""

    keeps = True
    query: ClassVar[type[Query]] = OpeningsQuery
    template = "web/break_glass/openings.html"

    def get(self, request: ServiceRequest) -> HttpResponse:
        """Show the form, and the openings that the reader made or reviews."""
        require_caseworker(self.actor)
        filters = dict(self.asked)
        lines, cursor = glass_page(request, filters)
        entries = [
            {
                "pk": one["referral"],
                "reference": one["reference"],
                "state": display.label(one["state"]),
                "state_code": one["state"]["code"],
                "opened": display.instant(one["opened_at"], ZONE),
                "until": display.instant(one["expires_at"], ZONE),
                "due": display.instant(one["review_due_at"], ZONE),
                "overdue": one["overdue"],
                "mine": one["user"] == str(self.actor.user_id),
                "approve": address(one["referral"], "glass", "approve", one["id"]),
            }
            for one in lines
        ]
        return self.show(self._around() | {"lines": entries, "next": cursor, "once": fresh_key()})

    def act(self, request: ServiceRequest) -> HttpResponse:
        """Open the case of a reference, and go to it.

        Raises:
            NotAllowed: none of the reader's roles could ever open a case so.
            NotVisible, GuardRefused: as the act refuses; what isn't there and what isn't for the reader is one answer.
        """
        actor, at = self.actor, self.at
        if not emergency_openings.may_break(actor):
            raise NotAllowed("break-glass")
        texts = {name: clean(request.POST.get(name, "")) for name in ("reference", "reason")}
        ByReference.read(texts)
        request.purpose = Purpose.EMERGENCY  # read by the pipeline
        key = request.POST.get("once", "")
        wanted = Once.of(key, f"POST {request.path}", texts) if key else None
        if wanted is not None:
            wanted.wait(actor)
            if (past := wanted.honoured(actor)) is not None:
                return go_to(reverse("case", args=[past.thing]))
        done = break_glass_queries.open_by_reference(texts["reference"], texts["reason"], actor=actor, at=at)
        if wanted is not None:
            wanted.keep(actor, status=201, thing=done.referral.pk, part=done.made, at=at)
        return go_to(reverse("case", args=[done.referral.pk]))

    def redisplay(self, problem: Mapping[str, Any]) -> HttpResponse:
        """Show the form as it was typed."""
        sent = self.request.POST
        faults = [
            {"label": str(words.of(item["field"])), "detail": item["detail"], "anchor": item["field"]}
            for item in problem.get("errors", ())
        ]
        return self.show(
            self._around()
            | {
                "problem": problem,
                "faults": faults,
                "reference": sent.get("reference", ""),
                "reason": sent.get("reason", ""),
                "once": sent.get("once", ""),
                "wrong": {item["field"]: item["detail"] for item in problem.get("errors", ())},
            }
        )

    def _around(self) -> dict[str, Any]:
        return {
            "may_break": emergency_openings.may_break(self.actor),
            "lines": [],
            "reference": "",
            "reason": "",
            "wrong": {},
        }
