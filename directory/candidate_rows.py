"""What a service's rows say, as the rules of matching ask it: one row a service, read without an object of Django's.

A hundred thousand services have few different lists of needs, zones or ages, so that a text in JSON is read once.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from django.db.models import DateTimeField, FilteredRelation, Q, QuerySet, TextField
from django.db.models.functions import Cast

from core.compiled_queries import AmongGiven, CompiledQuery, Given
from directory import geography
from directory.codes import Visibility
from directory.freshness import VACANCY_FOR
from directory.geography import Point
from directory.matching import ServiceFacts, Vacancy
from directory.models import Capacity, Service
from directory.opening import Hours, hours_of

#: Columns of a service and its structure that are taken as they are.
_PLAIN: Final = (
    "id", "name", "structure_id", "structure__name", "structure__parent_id", "structure__status", "specialised",
    "status", "suspended_until", "merged_into_id", "verified_on", "verified_by", "distance_placement",
    "age_min_months", "age_max_months", "round_the_clock", "opening_hours", "opening_hours_text",
    "structure__opening_hours", "structure__opening_hours_text", "authority__code",
)  # fmt: skip
#: Columns in JSON: read here, since few different texts occur (``_read``).
_JSON: Final = (
    "needs", "who_may_ask", "zones", "refused_departments", "from_departments", "sexes", "accepts", "needs_agreement",
)  # fmt: skip
#: Of the service's own place, then of its structure's.
_PLACE: Final = ("visibility", "department", "insee_code", "longitude", "latitude")
_COLUMNS: Final[tuple[str | Cast, ...]] = (
    *_PLAIN,
    *(Cast(name, TextField()) for name in _JSON),
    *(f"place__{name}" for name in _PLACE),
    *(f"home__{name}" for name in _PLACE),
)


def of(services: QuerySet[Service]) -> QuerySet[Service, Any]:
    """Return the query whose rows ``facts_of`` reads: services with their structures and their places."""
    home = FilteredRelation("structure__places", condition=Q(structure__places__service=None))
    rows: QuerySet[Service, Any] = services.annotate(home=home).values_list(*_COLUMNS)
    return rows


def facts_of(rows: Sequence[tuple[Any, ...]], at: datetime) -> Iterator[ServiceFacts]:
    """Yield the facts of services in the order of their rows. One query."""
    vacancies = _vacancies([row[0] for row in rows], at)
    for row in rows:
        yield _facts_of_row(row, vacancies.get(row[0], ()))


def _facts_of_row(row: tuple[Any, ...], vacancies: tuple[Vacancy, ...]) -> ServiceFacts:
    (
        pk, name, structure, structure_name, parent, structure_status, specialised, status, suspended_until, merged,
        verified_on, verified_by, distance, age_min, age_max, round_the_clock, hours, text, structure_hours,
        structure_text, keeper,
    ) = row[: len(_PLAIN)]  # fmt: skip
    needs, askers, zones, refused, from_departments, sexes, accepts, agreements = map(
        _read, row[len(_PLAIN) : len(_PLAIN) + len(_JSON)]
    )
    where = row[-2 * len(_PLACE) : -len(_PLACE)]
    department, secret, point = _where(*(where if where[0] else row[-len(_PLACE) :]))
    effective = hours_of(Hours(hours, text), Hours(structure_hours, structure_text))
    return ServiceFacts(
        id=pk, name=name, structure=structure, structure_name=structure_name,
        structures=frozenset({structure, parent} if parent else {structure}),
        specialised=specialised, needs=needs, status=status, suspended_until=suspended_until,
        structure_status=structure_status, merged=merged is not None, verified_on=verified_on, verified_by=verified_by,
        who_may_ask=askers, zones=zones, refused_departments=refused, distance_placement=distance,
        from_departments=from_departments, department=department, keeper=keeper, secret=secret, point=point,
        age_min_months=age_min, age_max_months=age_max, sexes=sexes, accepts=accepts,
        round_the_clock=round_the_clock, hours=effective.opening_hours,
        hours_text=effective.opening_hours_text, agreements=agreements, vacancies=vacancies,
    )  # fmt: skip


@lru_cache(maxsize=8_192)
def _read(text: str) -> tuple[Any, ...]:
    """Return a list in JSON; of what a service accepts, each situation with the answer and its words."""
    value = json.loads(text)
    if isinstance(value, dict):
        return tuple(
            (code, entry.get("answer", ""), entry.get("words", "")) for code, entry in sorted(value.items())
        )
    return tuple(value)


def _where(
    visibility: str | None, department: str | None, insee: str | None, east: float | None, north: float | None
) -> tuple[str, bool, Point | None]:
    """Return the département of a place, whether it is secret, and its point or the middle of its commune."""
    if visibility == Visibility.SECRET:
        return department or "", True, None
    if east is not None and north is not None:
        return department or "", False, (east, north)
    return department or "", False, _middle(insee) if insee else None


_middle: Final = lru_cache(maxsize=8_192)(geography.middle_of)


def _vacancies(services: Collection[UUID], at: datetime) -> dict[UUID, tuple[Vacancy, ...]]:
    """Return what services told of free places within the time for which that counts."""
    vacancies_by_service = defaultdict[UUID, list[Vacancy]](list)
    for service, count, when, until in _VACANCIES.rows(services=services, since=at - VACANCY_FOR, at=at):
        vacancies_by_service[service].append(Vacancy(count=count, told_at=when, valid_until=until))
    return {service: tuple(each) for service, each in vacancies_by_service.items()}


_VACANCIES: Final[CompiledQuery[Any]] = CompiledQuery(
    lambda: (
        Capacity.objects.filter(
            AmongGiven("service", "services"),
            vacancy__isnull=False,
            told_at__gte=Given("since", DateTimeField()),
            told_at__lte=Given("at", DateTimeField()),
        )
        .order_by("id")
        .values_list("service", "vacancy", "told_at", "valid_until")
    )
)
