"""Searches the directory: by need, place, age, hour and words of names (field.md A.6, A.7).

A search names no child and is linked to nobody: it leaves no entry. Nothing is found by a secret place, sorted by it or
counted by it.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from accounts.actor import Actor
from core.paging import Page, page_of
from directory.access import visible_services
from directory.codes import SHELTER, Need, Status
from directory.geography import around
from directory.models import Place, Reach, Service
from directory.opening import Hours, clock_department, hours_of, opening_at, zone_of
from directory.queries.views import line_of, with_places
from directory.reach import EVERYWHERE, FAR

#: Whose hours are looked at when somebody asks what is open now: the first by name.
OPEN_AMONG: Final = 5_000
_MONTHS: Final = 12
#: A département has three signs at most, a commune five.
_DEPARTMENT: Final = 3


def search(body: Mapping[str, Any], *, actor: Actor, at: datetime) -> Page:
    """Return a page of the services that answer what is looked for (``SearchInput``), by name: of ``ServiceLine``.

    Closed ones and those that were merged aren't found. At most four queries.

    Raises:
        NotAllowed: the actor doesn't read the directory.
        InvalidQuery: the cursor is another list's.
    """
    filters = dict(body)
    place = {name: filters.pop(name) for name in ("cursor", "limit") if name in filters}
    rows = narrowed(working(visible_services(actor)), filters)
    if filters.get("open_now"):
        rows = rows.filter(pk__in=_open_now(rows, at=at))
    bound_to = json.dumps(filters, default=str, sort_keys=True)
    page = page_of(with_places(rows), order=("name", "id"), bound_to=bound_to, **place)
    return Page([line_of(service, at=at) for service in page.items], page.next)


def working(services: QuerySet[Service]) -> QuerySet[Service]:
    """Return those services that aren't closed, nor merged into another."""
    rows = services.filter(merged_into=None).exclude(status=Status.CLOSED)
    return rows.exclude(structure__status=Status.CLOSED)


def narrowed(rows: QuerySet[Service], asked: Mapping[str, Any]) -> QuerySet[Service]:
    """Return those services that answer what is asked for."""
    if where := asked.get("commune") or asked.get("department"):
        rows = rows.filter(_serving(where, asked.get("need")))
    elif need := asked.get("need"):
        rows = rows.filter(Exists(Reach.objects.filter(service=OuterRef("pk"), need=need)))
    if kind := asked.get("kind"):
        rows = rows.filter(structure__kind=kind)
    if (years := asked.get("age_years")) is not None:
        youngest, oldest = years * _MONTHS, years * _MONTHS + _MONTHS - 1
        rows = rows.filter(
            Q(age_min_months=None) | Q(age_min_months__lte=oldest),
            Q(age_max_months=None) | Q(age_max_months__gte=youngest),
        )
    for word in (asked.get("words") or "").split():
        rows = rows.filter(Q(name__icontains=word) | Q(structure__name__icontains=word))
    return rows


def _serving(where: str, need: str | None) -> Q:
    """Return the condition of services whose zones hold a place; where no need is named, of those that are there too.

    A secret place has no commune in clear, so that nothing is found by it (field.md A.7).
    """
    zones = [*around(where), EVERYWHERE]
    if need:
        zones += [FAR] if need in SHELTER else []
        return Q(pk__in=Reach.objects.filter(need=need, zone__in=zones).values("service"))
    reached = Reach.objects.filter(need__in=Need.values, zone__in=zones).values("service")
    there = Place.objects.filter(Q(insee_code=where) if len(where) > _DEPARTMENT else Q(department=where))
    return (
        Q(pk__in=reached)
        | Q(pk__in=there.exclude(service=None).values("service"))
        | Q(structure__in=there.filter(service=None).values("structure"))
    )


def _open_now(rows: QuerySet[Service], *, at: datetime) -> list[UUID]:
    """Return which services are open at an instant, by the clock of where they are; not if it can't be told."""
    own = Place.objects.filter(structure=OuterRef("structure"), service=None).values("department")
    candidates = (
        rows.annotate(at_structure=Subquery(own))
        .order_by("name", "id")
        .values_list(
            "pk",
            "round_the_clock",
            "opening_hours",
            "opening_hours_text",
            "structure__opening_hours",
            "structure__opening_hours_text",
            "place__department",
            "at_structure",
            "authority__code",
        )
    )
    return [
        pk
        for pk, always, hours, text, its_hours, its_text, here, there, code in candidates[:OPEN_AMONG]
        if always
        or _is_open(
            hours_of(Hours(hours, text), Hours(its_hours, its_text)).opening_hours,
            clock_department(here or there or "", code),
            at,
        )
    ]


def _is_open(hours: str, department: str, at: datetime) -> bool:
    return opening_at(hours, at=at, zone=zone_of(department), department=department).open is True
