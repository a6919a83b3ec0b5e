"""Break glass: ask for an emergency opening by the reference from an alert or a call, with a reason."""

from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.request import ServiceRequest
from audit.events import Purpose
from referrals.access import emergency_openings
from referrals.break_glass import queries as break_glass_queries
from referrals.break_glass.queries import ByReference, GlassQuery, glass_page
from referrals.errors import NotAllowed
from web.cases import display
from web.cases.base import BlanksLeftOut
from web.cases.panel import address
from web.forms import ZONE, Ask
from web.generic import InputPage
from web.page import go_to
from web.views.cases.queue import require_caseworker

ASKS: Final = (
    Ask(
        "reference",
        _("Référence du dossier"),
        _("Celle donnée par le message d'alerte ou au téléphone."),
        width="half",
        attributes={"maxlength": "30"},
    ),
    Ask("reason", _("Motivation"), rows=3),
)


class OpeningsQuery(BlanksLeftOut, GlassQuery):
    """Filters of the emergency openings."""


class Openings(InputPage):
    keeps = True
    takes, asks, ids = ByReference, ASKS, ""
    query = OpeningsQuery
    template = "web/break_glass/openings.html"

    def context(self) -> dict[str, Any]:
        require_caseworker(self.actor)
        lines, cursor = glass_page(self.request, dict(self.asked))
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
        return {"lines": entries, "next": cursor}

    def act(self, request: ServiceRequest) -> HttpResponse:
        actor, at = self.actor, self.at
        if not emergency_openings.may_break(actor):
            raise NotAllowed("break-glass")
        body = self.validated()
        request.purpose = Purpose.EMERGENCY  # read by the pipeline

        def act() -> UUID:
            done = break_glass_queries.open_by_reference(
                body["reference"], body["reason"], actor=actor, at=at
            )
            return done.referral.pk

        return go_to(reverse("case", args=[self.once(body, act)]))

    def around(self) -> dict[str, Any]:
        return {"may_break": emergency_openings.may_break(self.actor), "lines": []}
