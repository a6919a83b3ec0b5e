"""Unanswered urgent calls, over all that an actor may see (domain.md S7; T03, T14, C3).

A case shows its own calls (``reading.alerts``); this list shows at a glance that a child waits. Nothing is opened: a
line is the call and the shell of its case.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from accounts.actor import Actor
from accounts.request import ServiceRequest, actor_in
from core.paging import page_of
from referrals.access import hanging_rows, visibility
from referrals.models import Alert
from referrals.reading.disclosures import record_listed
from referrals.vocabulary.case_answers import AlertCause
from referrals.vocabulary.formats import labelled, moment
from referrals.vocabulary.states import AlertState, Urgency


def call_page(request: ServiceRequest, asked: Mapping[str, Any]) -> tuple[list[dict[str, Any]], str | None]:
    """Return a page of the open calls that the caller of ``request`` may know of; the list is journaled."""
    page = page_of(
        open_for(actor_in(request), at=request.at),
        limit=asked["limit"],
        order=("sounded_at", "id"),
        cursor=asked.get("cursor"),
        bound_to="alerts",
    )
    record_listed(page.items, actor=actor_in(request), at=request.at)
    return [line(row) for row in page.items], page.next


def open_for(actor: Actor, *, at: datetime) -> "QuerySet[Alert]":
    """Return the open calls about the cases in which the actor reads the shell (class A)."""
    seen = Q(pk__in=[])
    for _, cases in visibility.seen_with(actor, "A", at=at):
        seen |= Q(referral__in=cases.values("pk"))
    return hanging_rows.shown_with(Alert.objects.filter(seen, state=AlertState.OPEN), actor, at=at)


def line(alert: Alert) -> dict[str, Any]:
    """Return one call: why and since when, how many rungs of the ladder were called, and when the next one is."""
    case = alert.referral
    return {
        "id": str(alert.pk),
        "cause": labelled(AlertCause(alert.cause)),
        "sounded_at": moment(alert.sounded_at),
        "rung": alert.rung,
        "next_at": moment(alert.next_at),
        "referral": str(case.pk),
        "reference": case.reference,
        "urgency": labelled(Urgency(case.urgency)),
    }
