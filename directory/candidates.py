"""Which services come into question, as rows: what ``directory/matching.py`` is given, in a constant number of queries.

The zone and the need find them through one index (``Reach``); what surely removes a service is asked of the database
too, so that few rows come. What is asked is never written to a log, and an address of a page never holds it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Case, IntegerField, Model, Q, QuerySet, Value, When

from directory import geography
from directory.codes import SHELTER, Need, Specialised, Status, Visibility
from directory.freshness import VACANCY_FOR, limits_of, oldest
from directory.geography import Point
from directory.matching import CaseFacts, Matched, Offer, ServiceFacts, Vacancy, assess, match
from directory.matching_rules import COUNTRY
from directory.models import Capacity, Place, Reach, Service, Structure
from directory.reach import EVERYWHERE, FAR

#: How many are offered, and how many of those that were removed are told.
OFFERED: Final = 100
REMOVED: Final = 100
#: How many services are looked at: beyond it the preferred and last verified ones.
LOOKED_AT: Final = 2_000
#: How many services of a name are looked at, and how many words of a name count.
NAMED: Final = 20
_WORDS: Final = 6

_SERVICE: Final = (
    "id", "name", "structure_id", "structure__name", "structure__parent_id", "structure__status", "specialised",
    "needs", "status", "suspended_until", "merged_into_id", "verified_on", "verified_by", "who_may_ask", "zones",
    "refused_departments", "distance_placement", "from_departments", "age_min_months", "age_max_months", "sexes",
    "accepts", "round_the_clock", "opening_hours", "opening_hours_text", "structure__opening_hours",
    "structure__opening_hours_text", "needs_agreement", "languages",
)  # fmt: skip
_PLACE: Final = (
    "structure_id", "service_id", "visibility", "department", "insee_code", "longitude", "latitude",
)  # fmt: skip
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
    reached = _reached(facts)
    lasting = reached.filter(_not_removed(facts, at=at, zone=zone))
    rows = list(lasting.order_by(_RANK, "-verified_on", "id").values_list(*_SERVICE)[: LOOKED_AT + 1])
    found = match(facts, _facts_of(rows[:LOOKED_AT], at), now=at, zone=zone)
    cut = len(rows) > LOOKED_AT or len(found.offered) > OFFERED
    offered = found.offered[:OFFERED]
    if not with_removed:
        return Matched(offered, (), cut=cut)
    near = Service.objects.filter(pk__in=_near(facts)) if facts.department else Service.objects.none()
    others = (reached | near).exclude(pk__in=[row[0] for row in rows]).order_by(_RANK, "name", "id")
    more = list(others.values_list(*_SERVICE)[: REMOVED + 1])
    removed = match(facts, _facts_of([*rows[:LOOKED_AT], *more], at), now=at, zone=zone).removed
    return Matched(
        offered, removed[:REMOVED], cut=cut, removed_cut=len(more) > REMOVED or len(removed) > REMOVED
    )


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
    rows = list(
        Service.objects.filter(named, merged_into=None)
        .order_by("name", "id")
        .values_list(*_SERVICE)[: NAMED + 1]
    )
    found = match(_with_all_excluded(facts), _facts_of(rows[:NAMED], at), now=at, zone=zone)
    return replace(found, cut=len(rows) > NAMED)


def find_one(facts: CaseFacts, service: UUID, *, at: datetime, zone: ZoneInfo) -> Offer | None:
    """Return what the rules say of one service, removed or not; None where there is none that the case may meet.

    A service that was merged into another is removed by R2: ask for the other one.
    """
    rows = list(Service.objects.filter(pk=service).values_list(*_SERVICE))
    for one in _facts_of(rows, at):
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


def _near(facts: CaseFacts) -> QuerySet[Reach, Any]:
    """Return the services for the need that are placed in the child's département, whomever they take."""
    own = Q(service__place__department=facts.department)
    of_structure = Q(
        service__place=None,
        service__structure__places__service=None,
        service__structure__places__department=facts.department,
    )
    return Reach.objects.filter(own | of_structure, need=facts.need).values("service")


def _not_removed(facts: CaseFacts, *, at: datetime, zone: ZoneInfo) -> Q:
    """Return what a service must be lest R2 or R5 removes it; less strict than they are, never stricter."""
    today = at.astimezone(zone).date()
    limit = oldest(limits_of(emergency=facts.need in SHELTER).stale, today=today)
    kept = Q(structure__status=Status.ACTIVE, verified_on__gte=limit)
    kept &= Q(status=Status.ACTIVE) | Q(status=Status.SUSPENDED, suspended_until__lt=today)
    if facts.age_months is not None:
        youngest, eldest = facts.age_months
        kept &= Q(age_min_months=None) | Q(age_min_months__lte=eldest)
        kept &= Q(age_max_months=None) | Q(age_max_months__gte=youngest)
    return kept


def _with_all_excluded(facts: CaseFacts) -> CaseFacts:
    """Return the facts with everything that is excluded along with what they exclude.

    What was merged counts as what it was merged with; with a structure goes all that is a part of it.
    """
    if not facts.excluded:
        return facts
    services = _along(Service, facts.excluded, "merged_into", "aliases")
    structures = _along(Structure, facts.excluded, "merged_into", "aliases", "parent")
    return replace(facts, excluded=services | structures)


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


# --- Rows become facts


def _facts_of(rows: Sequence[tuple[Any, ...]], at: datetime) -> Iterator[ServiceFacts]:
    """Yield the facts of services in the order of their rows. Two queries."""
    own, of_structures = _places(rows)
    vacancies = _vacancies([row[0] for row in rows], at)
    for row in rows:
        said = dict(zip(_SERVICE, row, strict=True))
        structure, parent = said["structure_id"], said["structure__parent_id"]
        department, secret, point = own.get(said["id"]) or of_structures.get(structure) or ("", False, None)
        yield ServiceFacts(
            id=said["id"],
            name=said["name"],
            structure=structure,
            structure_name=said["structure__name"],
            structures=frozenset({structure, parent} if parent else {structure}),
            specialised=said["specialised"],
            needs=tuple(said["needs"]),
            status=said["status"],
            suspended_until=said["suspended_until"],
            structure_status=said["structure__status"],
            merged=said["merged_into_id"] is not None,
            verified_on=said["verified_on"],
            verified_by=said["verified_by"],
            who_may_ask=tuple(said["who_may_ask"]),
            zones=tuple(said["zones"]),
            refused_departments=tuple(said["refused_departments"]),
            distance_placement=said["distance_placement"],
            from_departments=tuple(said["from_departments"]),
            department=department,
            secret=secret,
            point=point,
            age_min_months=said["age_min_months"],
            age_max_months=said["age_max_months"],
            sexes=tuple(said["sexes"]),
            accepts=said["accepts"],
            round_the_clock=said["round_the_clock"],
            hours=said["opening_hours"]
            or ("" if said["opening_hours_text"] else said["structure__opening_hours"]),
            hours_text=said["opening_hours_text"] or said["structure__opening_hours_text"],
            agreements=tuple(said["needs_agreement"]),
            languages=tuple(said["languages"]),
            vacancies=vacancies.get(said["id"], ()),
        )


type _Where = tuple[str, bool, Point | None]


def _places(rows: Iterable[tuple[Any, ...]]) -> tuple[dict[UUID, _Where], dict[UUID, _Where]]:
    """Return where services are, by service, and where structures are: département, secret, point."""
    services, structures = {row[0] for row in rows}, {row[2] for row in rows}
    asked = Q(service__in=services) | Q(structure__in=structures, service=None)
    own, of_structures = {}, {}
    for structure, service, visibility, department, insee, east, north in Place.objects.filter(
        asked
    ).values_list(*_PLACE):
        secret = visibility == Visibility.SECRET
        known = not secret and east is not None and north is not None
        point = (east, north) if known else None if secret or not insee else geography.middle_of(insee)
        if service is None:
            of_structures[structure] = (department, secret, point)
        else:
            own[service] = (department, secret, point)
    return own, of_structures


def _vacancies(services: Collection[UUID], at: datetime) -> dict[UUID, tuple[Vacancy, ...]]:
    """Return what services told of free places within the time for which that counts."""
    told: QuerySet[Capacity, Any] = Capacity.objects.filter(
        service__in=services, vacancy__isnull=False, told_at__gte=at - VACANCY_FOR, told_at__lte=at
    )
    found = defaultdict[UUID, list[Vacancy]](list)
    columns = ("service", "vacancy", "told_at", "valid_until")
    rows: Iterable[Any] = told.order_by("id").values_list(*columns)
    for service, count, when, until in rows:
        found[service].append(Vacancy(count=count, told_at=when, valid_until=until))
    return {service: tuple(each) for service, each in found.items()}
