"""Unexecuted measures: decided and not begun, over all that an actor may see.

That a measure agreed or ordered isn't carried out is a known failure (domain.md §2.6 ``awaiting_start``): this queue
shows how many wait, for how long, with which service. Nothing sealed is opened: a line is the shell of a measure (type,
state, dates, service) and of its case.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, override
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Min, Q, QuerySet

from accounts.actor import Actor
from accounts.request import ServiceRequest, actor_in
from core.paging import page_of
from encryption.authentic import CheckedRows
from referrals.access import exceptions as access_exceptions
from referrals.access import hanging_rows, visibility, volume_limits
from referrals.access import people as access_people
from referrals.access.matrix import Relation
from referrals.models import Measure
from referrals.reading.disclosures import record_listed
from referrals.vocabulary.labels import labelled, moment
from referrals.vocabulary.states import MeasureState, Urgency


def waiting_page(
    request: ServiceRequest, asked: Mapping[str, Any]
) -> tuple[list[dict[str, Any]], str | None]:
    """Return a page of the waiting measures that the caller of ``request`` reads, and the next cursor."""
    actor, at = actor_in(request), request.at
    page = page_of(
        lines_of(measures_for(actor, asked, at=at), actor, at=at),
        limit=asked["limit"],
        order=("waits_since", "id"),
        cursor=asked.get("cursor"),
        bound_to=repr(sorted((k, str(v)) for k, v in asked.items() if k not in ("cursor", "limit"))),
    )
    volume_limits.count_lines((row.referral for row in page.items), actor=actor, at=at)
    record_listed(page.items, actor=actor, at=at)
    return [line(row, at=at) for row in page.items], page.next


#: Decided and not begun, in the order in which a measure goes through them.
WAITING: Final = (MeasureState.AGREED, MeasureState.ORDERED, MeasureState.AWAITING_START)
#: By what the queue is counted: the name of a group's key in the answer, and its columns.
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "service": ("service_id", "service__name"),
    "unit": ("referral__unit_id", "referral__unit__name"),
    "type": ("type_id", "type__label_fr"),
    "state": ("state",),
}


def measures_for(actor: Actor, asked: Mapping[str, Any], *, at: datetime) -> "QuerySet[Measure]":
    """Return the waiting measures of the cases in which the actor reads class J, those filtered for alone.

    A service sees its own measures and no other of the case (domain.md §1.1); those of a child that is restricted to
    others are neither listed nor counted.
    """
    seen = Q(pk__in=[])
    for relation, cases in visibility.seen_with(actor, "J", at=at):
        rule = Q(referral__in=cases.values("pk"))
        if relation is Relation.EXECUTING:
            rule &= Q(service__in=sorted(access_people.services_of(actor)))
        seen |= rule
    named = Q(child__restricted=False) | Q(
        referral__in=sorted(access_exceptions.exceptional(actor, at=at).unlocked)
    )
    rows = Measure.objects.filter(seen, named, state__in=[asked["state"]] if asked.get("state") else WAITING)
    for name in ("service", "type", "judicial"):
        if asked.get(name) is not None:
            rows = rows.filter(**{name: asked[name]})
    if asked.get("unit"):
        rows = rows.filter(referral__unit=asked["unit"])
    return rows


def lines_of(rows: "QuerySet[Measure]", actor: Actor, *, at: datetime) -> "QuerySet[Measure]":
    """Return the same rows with all that a line shows, so that a page is one query.

    A measure that isn't as it was written is confided to no service, and a restriction that was lifted by hand stands.
    """
    services, unlocked = (
        access_people.services_of(actor),
        access_exceptions.exceptional(actor, at=at).unlocked,
    )

    class Rows(CheckedRows):
        @staticmethod
        @override
        def keeps(row: Any) -> bool:
            if row.child.bar_was_lifted and row.referral_id not in unlocked:
                return False
            return row.is_authentic or row.service_id not in services

    joined = rows.select_related("child", "type", "service", "referral__authority", "referral__unit")
    return hanging_rows.shown_with(Rows.of(joined), actor, at=at)


def line(measure: Measure, *, at: datetime) -> dict[str, Any]:
    """Return one waiting measure: its shell, since when it waits, and whose it is; nothing is opened."""
    case = measure.referral
    today = at.astimezone(ZoneInfo(case.authority.timezone)).date()
    since = measure.waits_since
    return {
        "id": str(measure.pk),
        "child": str(measure.child_id),
        "type": {"code": measure.type_id, "label": measure.type.labels_by_language},
        "judicial": measure.judicial,
        "state": labelled(MeasureState(measure.state)),
        "service": _named(measure.service),
        "unit": _named(case.unit),
        "waits_since": moment(since),
        "waiting_days": (today - since).days if since is not None else None,
        "referral": str(case.pk),
        "reference": case.reference,
        "urgency": labelled(Urgency(case.urgency)),
    }


def _named(place: Any) -> dict[str, str] | None:
    return {"id": str(place.pk), "name": place.name} if place is not None else None


def counts(rows: "QuerySet[Measure]", by: str) -> list[dict[str, Any]]:
    """Return how many wait in each group, and since when the longest does; the most first."""
    columns = GROUPS[by]
    grouped = (
        rows.order_by()
        .values(*columns)
        .annotate(count=Count("pk"), longest_since=Min("waits_since"))
        .order_by("-count", F(columns[0]).asc(nulls_last=True))
    )
    return [
        {
            by: str(group[columns[0]]) if group[columns[0]] is not None else None,
            "label": group[columns[-1]],
            "count": group["count"],
            "longest_since": moment(group["longest_since"]),
        }
        for group in grouped
    ]
