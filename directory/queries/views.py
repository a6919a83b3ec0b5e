"""What readers get of the directory: plain values, in which nothing is sealed (field.md A.6, A.7)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from directory.codes import Visibility
from directory.freshness import Freshness, freshness, vacancy_counts
from directory.links import is_unanswered
from directory.models import Capacity, Place, Service, Structure
from directory.opening import clock_department, hours_of


@dataclass(frozen=True, slots=True)
class AddressView:
    """Where something is, for whoever reads the directory; of a secret place its département alone.

    ``place``: its id, by which whoever may opens a secret address.
    """

    place: UUID
    visibility: str
    department: str
    insee_code: str = ""
    postal_code: str = ""
    commune: str = ""
    address: str = ""
    complement: str = ""
    longitude: float | None = None
    latitude: float | None = None

    @property
    def is_secret(self) -> bool:
        """Tell whether the address is sealed."""
        return self.visibility == Visibility.SECRET


@dataclass(frozen=True, slots=True)
class CapacityView:
    """Places of a service; ``vacancy`` is None where it isn't known any more (field.md A.8)."""

    unit: str
    population: str
    maximum: int | None
    emergency: int | None
    vacancy: int | None
    note: str
    told_at: datetime | None
    told_by: str
    valid_until: datetime | None


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """A service in a list. ``phone`` and ``email`` are its structure's where it has none of its own.

    ``clock``: the département by whose clock and holidays its hours are read. ``unanswered``: it missed two mails in a
    row by which it was asked to confirm its entry.
    """

    id: UUID
    name: str
    structure: UUID
    structure_name: str
    kind: str
    needs: tuple[str, ...]
    status: str
    specialised: str
    department: str
    commune: str
    secret: bool
    phone: str
    email: str
    round_the_clock: bool
    opening_hours: str
    clock: str
    age_min_months: int | None
    age_max_months: int | None
    vacancy: int | None
    verified_on: date | None
    freshness: Freshness
    unanswered: bool


@dataclass(frozen=True, slots=True)
class StructurePage:
    """A structure as everybody reads it. ``identifiers``: SIRET, FINESS and so on, by register.

    Those of a structure with a secret place are left out, for its editors too: public registers give the address.
    """

    row: Structure
    identifiers: Mapping[str, str]
    address: AddressView | None
    services: tuple[ServiceLine, ...]
    may_edit: bool


@dataclass(frozen=True, slots=True)
class ServicePage:
    """A service as everybody reads it; ``service`` and ``structure`` are rows, of which nothing sealed is opened."""

    service: Service
    structure: Structure
    address: AddressView | None
    phone: str
    email: str
    capacities: tuple[CapacityView, ...]
    freshness: Freshness
    has_night_phone: bool
    may_edit: bool
    may_open_address: bool
    may_open_night_phone: bool


@dataclass(frozen=True, slots=True)
class VerificationLine:
    """One verification. ``old`` and ``new`` are equal where a value was confirmed; None where they aren't told."""

    id: UUID
    field: str
    old: Any
    new: Any
    at: datetime
    means: str
    evidence: str
    by: str


def with_places(rows: QuerySet[Service]) -> QuerySet[Service]:
    """Return services that will be fetched with all that a line of them shows: two more queries."""
    own = Prefetch("structure__places", Place.objects.filter(service=None), to_attr="own_places")
    return rows.select_related("place").prefetch_related("capacities", own)


def place_of(service: Service) -> Place | None:
    """Return where a service is, as it was fetched by ``with_places``."""
    own: list[Place] = getattr(service.structure, "own_places", [])
    return getattr(service, "place", None) or next(iter(own), None)


def line_of(service: Service, *, at: datetime) -> ServiceLine:
    """Return a service as a list shows it; it was fetched by ``with_places``."""
    place, structure = place_of(service), service.structure
    return ServiceLine(
        id=service.pk,
        name=service.name,
        structure=structure.pk,
        structure_name=structure.name,
        kind=structure.kind,
        needs=tuple(service.needs),
        status=service.status,
        specialised=service.specialised,
        department=place.department if place else "",
        commune=place.commune if place else "",
        secret=place is not None and place.visibility == Visibility.SECRET,
        phone=service.phone or structure.phone,
        email=service.email or structure.email,
        round_the_clock=service.round_the_clock,
        opening_hours=hours_of(service, structure).opening_hours,
        clock=clock_department(place.department if place else "", service.authority.code),
        age_min_months=service.age_min_months,
        age_max_months=service.age_max_months,
        vacancy=vacancy_of(service.capacities.all(), at=at),
        verified_on=service.verified_on,
        freshness=freshness(service, at=at),
        unanswered=is_unanswered(service),
    )


def vacancy_of(capacities: Iterable[Capacity], *, at: datetime) -> int | None:
    """Return how many places are free in all; None where no vacancy is known any more."""
    current = [one.vacancy for one in capacities if vacancy_counts(one.told_at, one.valid_until, at=at)]
    free = [vacancy for vacancy in current if vacancy is not None]
    return sum(free) if free else None


def address_view(place: Place | None) -> AddressView | None:
    """Return where something is, as everybody may read it."""
    if place is None:
        return None
    if place.visibility == Visibility.SECRET:
        return AddressView(place=place.pk, visibility=place.visibility, department=place.department)
    return AddressView(
        place=place.pk,
        visibility=place.visibility,
        department=place.department,
        insee_code=place.insee_code,
        postal_code=place.postal_code,
        commune=place.commune,
        address=place.address,
        complement=place.complement,
        longitude=place.longitude,
        latitude=place.latitude,
    )


def capacity_view(one: Capacity, *, at: datetime) -> CapacityView:
    """Return places as readers see them: a vacancy that is too old isn't told."""
    is_current = vacancy_counts(one.told_at, one.valid_until, at=at)
    return CapacityView(
        unit=one.unit,
        population=one.population,
        maximum=one.maximum,
        emergency=one.emergency,
        vacancy=one.vacancy if is_current else None,
        note=one.note,
        told_at=one.told_at,
        told_by=one.told_by,
        valid_until=one.valid_until,
    )
