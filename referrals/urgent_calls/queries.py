"""Unanswered urgent calls, over all that an actor may see (domain.md S7; T03, T14, C3).

A case shows its own calls (``reading.alerts``); this list shows at a glance that a child waits. A line is the call, the
shell of its case and, for whoever reads who filed it (class C), the number to call back; nothing else is opened.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, prefetch_related_objects

from accounts.actor import Actor
from accounts.request import ServiceRequest, actor_in
from core.paging import page_of
from encryption.keys import warm
from encryption.sealed import OpenScope
from referrals.access import case_ties, hanging_rows, visibility
from referrals.models import Alert, Referral
from referrals.reading.disclosures import listing
from referrals.reading.fields import opened
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
    actor = actor_in(request)
    called = {row.referral_id for row in page.items}
    cases = list(visibility.visible_to(actor, at=request.at).filter(pk__in=called).order_by())
    with listing(cases, actor=actor, at=request.at) as scope:
        numbers = _numbers(cases, scope, actor=actor)
    return [line(row) | {"filer_phone": numbers.get(row.referral_id)} for row in page.items], page.next


def _numbers(cases: Iterable[Referral], scope: OpenScope, *, actor: Actor) -> dict[UUID, Any]:
    """Return the number of who filed each case, where they gave one and the actor reads class C of the case."""
    read = [case for case in cases if "C" in case_ties.ties_of(case, actor).reads]
    prefetch_related_objects(read, "concern")
    warm(key for case in read for key in (case.case_key, case.filer_key) if key)
    return {case.pk: opened(case.concern.filer_phone, scope) for case in read if case.concern.filer_phone}


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
