"""Which services come into question for a need: those that ``directory/matching.py`` is then asked about.

The zone and the need find them through one index (``Reach``); what surely removes a service is asked of the database
too, so that few rows come. The number of queries doesn't depend on how many services there are. What is asked is
written to no log, and stands in no address of a page.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import (
    Case,
    CharField,
    DateField,
    IntegerField,
    Model,
    PositiveSmallIntegerField,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast

from core.compiled_queries import CompiledQuery, Given
from directory import candidate_rows, geography
from directory.codes import SHELTER, Asker, Need, Sex, Specialised, Status
from directory.freshness import limits_of, oldest
from directory.matching import CaseFacts, Matched, Offer, assess, match
from directory.matching_rules import COUNTRY, COUNTS_AS
from directory.models import Place, Reach, Service, Structure
from directory.reach import EVERYWHERE, FAR

#: How many are offered, and how many of those that were removed are told.
OFFERED: Final = 100
REMOVED: Final = 100
#: How many services are looked at: beyond it the preferred and last verified ones.
LOOKED_AT: Final = 1_000
#: How many services of a name are looked at, and how many words of a name count.
NAMED: Final = 20
_WORDS: Final = 6
#: For how many zones a query is made: the next larger one serves, so that few are made.
_ROOM: Final = (16, 64, 256, 1_280)
#: Lists in JSON as their text, for SQLite can't ask what they hold.
_TEXTS: Final = {f"{name}_text": Cast(name, TextField()) for name in ("sexes", "who_may_ask")}
_RANK: Final = Case(
    *(When(specialised=code, then=Value(rank)) for rank, code in enumerate(Specialised.values)),
    default=Value(len(Specialised.values)),
    output_field=IntegerField(),
)


def find(facts: CaseFacts, *, at: datetime, zone: ZoneInfo, with_removed: bool = False) -> Matched:
    """Return the services for a need, each with what the rules say of it; the first ``OFFERED`` in their order.

    ``zone``: the time zone of the authority that asks. ``with_removed``: also those in the child's territory, or placed
    in its département, that a rule removed, the first ``REMOVED``.
    """
    facts = _with_all_excluded(facts)
    rows = _lasting(facts, at=at, zone=zone)
    matched = match(facts, candidate_rows.facts_of(rows[:LOOKED_AT], at), now=at, zone=zone)
    cut = len(rows) > LOOKED_AT or len(matched.offered) > OFFERED
    offered = matched.offered[:OFFERED]
    if not with_removed:
        return Matched(offered, (), cut=cut)
    others = _others(facts, beside=[row[0] for row in rows])
    removed = match(
        facts, candidate_rows.facts_of([*rows[:LOOKED_AT], *others], at), now=at, zone=zone
    ).removed
    removed_cut = len(others) > REMOVED or len(removed) > REMOVED
    return Matched(offered, removed[:REMOVED], cut=cut, removed_cut=removed_cut)


def find_named(facts: CaseFacts, words: str, *, at: datetime, zone: ZoneInfo) -> Matched:
    """Return what the rules say of services by their name: « pourquoi pas ? ».

    All the words stand in the name of the service or of its structure, as parts of longer ones too. ``cut``: there are
    more of that name.
    """
    sought = words.split()[:_WORDS]
    if not sought:
        return Matched((), ())
    named = Q()
    for word in sought:
        named &= Q(name__icontains=word) | Q(structure__name__icontains=word)
    services = Service.objects.filter(named, merged_into=None).order_by("name", "id")
    rows = list(candidate_rows.of(services)[: NAMED + 1])
    matched = match(_with_all_excluded(facts), candidate_rows.facts_of(rows[:NAMED], at), now=at, zone=zone)
    return replace(matched, cut=len(rows) > NAMED)


def find_one(facts: CaseFacts, service: UUID, *, at: datetime, zone: ZoneInfo) -> Offer | None:
    """Return what the rules say of one service, removed or not; None where there is none that the case may meet.

    A service that was merged into another is removed by R2: ask for the other one.
    """
    rows = list(candidate_rows.of(Service.objects.filter(pk=service)))
    for one in candidate_rows.facts_of(rows, at):
        return assess(_with_all_excluded(facts), one, now=at, zone=zone)
    return None


# --- Which rows


def _zones(facts: CaseFacts) -> set[str]:
    """Return under which zones of ``Reach`` a service may answer."""
    place = geography.zones_of(facts.commune, facts.department)
    far = {FAR} if facts.need == Need.DISTANCE_SHELTER else set()
    return {*place.communes, *place.groups, *place.parts, place.department, *COUNTRY, EVERYWHERE, *far}


def _reached(facts: CaseFacts) -> QuerySet[Service]:
    """Return the services that answer the need in the child's territory; everywhere where none is told."""
    reach = Reach.objects.filter(need=facts.need)
    if facts.department:
        reach = reach.filter(zone__in=_zones(facts))
    return Service.objects.filter(pk__in=reach.values("service"))


def _others(facts: CaseFacts, *, beside: Collection[UUID]) -> list[tuple[Any, ...]]:
    """Return rows of further services for the need: that reach the territory, then those in its département."""
    rows: list[tuple[Any, ...]] = []
    for services in (_reached(facts), _near(facts)):
        more = services.exclude(pk__in=[*beside, *(row[0] for row in rows)]).order_by(_RANK, "name", "id")
        rows += candidate_rows.of(more)[: REMOVED + 1]
    return rows


def _near(facts: CaseFacts) -> QuerySet[Service]:
    """Return the services for the need that are placed in the child's département, whomever they take."""
    if not facts.department:
        return Service.objects.none()
    here = Place.objects.filter(department=facts.department)
    own = here.filter(service__isnull=False).values("service")
    at_structure = Service.objects.filter(
        place=None, structure__in=here.filter(service=None).values("structure")
    ).values("pk")
    # By their ids: a condition "one or the other" would have the database look at every service there is.
    answering = Reach.objects.filter(need=facts.need).values("service")
    return Service.objects.filter(pk__in=own.union(at_structure, all=True)).filter(pk__in=answering)


@dataclass(frozen=True, slots=True)
class _Shape:
    """What two questions have in common that are asked by one query; ``room`` for zones, 0: no territory is told."""

    room: int
    by_age: bool
    sex: Sex | None
    asker: Asker


def _lasting(facts: CaseFacts, *, at: datetime, zone: ZoneInfo) -> list[tuple[Any, ...]]:
    """Return the rows of the services that answer the need and that R2, R3, R5 and R6 don't remove: ``LOOKED_AT`` + 1.

    The rules are stricter than the query, never less strict.
    """
    today = at.astimezone(zone).date()
    zones = sorted(_zones(facts)) if facts.department else []
    room = next((room for room in _ROOM if len(zones) <= room), len(zones)) if zones else 0
    shape = _Shape(room, facts.age_months is not None, facts.sex, facts.asker)
    ages = facts.age_months or (0, 0)
    return _query(shape).rows(
        need=str(facts.need),
        since=oldest(limits_of(emergency=facts.need in SHELTER).stale, today=today),
        today=today,
        youngest=ages[0],
        eldest=ages[1],
        **{f"zone{number}": zone for number, zone in enumerate(zones + [""] * (room - len(zones)))},
    )


@cache  # a few hundred at most: rooms, askers, sexes
def _query(shape: _Shape) -> CompiledQuery[Any]:
    return CompiledQuery(lambda: _made(shape))


def _made(shape: _Shape) -> QuerySet[Service, Any]:
    """Return the query of a shape, which says ``Given`` where questions of that shape differ."""
    code, day, months = CharField(), DateField(), PositiveSmallIntegerField()
    reach = Reach.objects.filter(need=Given("need", code))
    if shape.room:
        reach = reach.filter(zone__in=[Given(f"zone{number}", code) for number in range(shape.room)])
    where = Q(structure__status=Status.ACTIVE, verified_on__gte=Given("since", day))
    where &= Q(status=Status.ACTIVE) | Q(status=Status.SUSPENDED, suspended_until__lte=Given("today", day))
    where &= _empty_or_with("who_may_ask", *sorted(COUNTS_AS[shape.asker]))
    if shape.sex is not None:
        where &= _empty_or_with("sexes", shape.sex)
    if shape.by_age:
        where &= Q(age_min_months=None) | Q(age_min_months__lte=Given("eldest", months))
        where &= Q(age_max_months=None) | Q(age_max_months__gte=Given("youngest", months))
    services = Service.objects.alias(**_TEXTS).filter(where, pk__in=reach.values("service"))
    return candidate_rows.of(services.order_by(_RANK, "-verified_on", "id"))[: LOOKED_AT + 1]


def _empty_or_with(column: str, *codes: str) -> Q:
    """Return whether a list is empty or holds one of these codes."""
    where = Q(**{f"{column}_text": "[]"})
    for code in codes:
        where |= Q(**{f"{column}_text__contains": f'"{code}"'})
    return where


def _with_all_excluded(facts: CaseFacts) -> CaseFacts:
    """Return the facts with everything that is excluded along with what they exclude."""
    return replace(facts, excluded=all_along(facts.excluded)) if facts.excluded else facts


def all_along(excluded: Collection[UUID]) -> frozenset[UUID]:
    """Return the ids of structures and services with those of everything that is excluded along with them.

    What was merged counts as what it was merged with; with a structure goes all that is a part of it.
    """
    services = _along(Service, excluded, "merged_into", "aliases")
    return services | _along(Structure, excluded, "merged_into", "aliases", "parent")


def _along(model: type[Model], start: Collection[UUID], *relations: str) -> frozenset[UUID]:
    """Return ids with those that a relation leads from to one of them, and so on; one query a step."""
    seen, step = set(start), set(start)
    while step:
        linked = Q()
        for relation in relations:
            linked |= Q(**{f"{relation}__in": step})
        step = set(model._default_manager.filter(linked).values_list("pk", flat=True)) - seen
        seen |= step
    return frozenset(seen)
