"""Rows of the directory for tests of matching: made as they stand, with their reach. All of it is invented."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from accounts.models import Authority
from directory import reach
from directory.models import Capacity, Place, Reach, Service, Structure

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
#: The number of a structure's id, before its own.
_STRUCTURES = 1_000
MADE = {"source": "own", "updated_on": date(2026, 11, 1)}


def authority(code: str = "93") -> Authority:
    """Return an authority, made at the first call."""
    found, _ = Authority.objects.get_or_create(code=code, defaults={"name": f"Autorité {code}"})
    return found


def a_structure(number: int = 1, **values: Any) -> Structure:
    """Return a structure whose id tells its number."""
    made = _structure(number, **values)
    made.save(force_insert=True)
    return made


def a_service(number: int = 1, structure: Structure | None = None, **values: Any) -> Service:
    """Return a service in working order whose id tells its number, with a structure of its own unless given."""
    made = _service(number, structure or a_structure(number), **values)
    made.save(force_insert=True)
    reach.write(made)
    return made


def many(numbers: Iterable[int]) -> None:
    """Make services in working order, each at a place of its structure's and with a free place."""
    structures = [_structure(number) for number in numbers]
    services = [_service(one.pk.int - _STRUCTURES, one) for one in structures]
    places = [
        Place(authority=authority(), structure=one, department="93", insee_code="93008") for one in structures
    ]
    Structure.objects.bulk_create(structures)
    Service.objects.bulk_create(services)
    Place.objects.bulk_create(places)
    Capacity.objects.bulk_create(Capacity(service=one, vacancy=1, told_at=AT) for one in services)
    Reach.objects.bulk_create(
        Reach(service=one, need=need, zone=zone)
        for one in services
        for need in one.needs
        for zone in reach.zones_of(one, need)
    )


def _structure(number: int, **values: Any) -> Structure:
    fields = {
        "kind": "specialised_ngo",
        "name": f"Structure {number}",
        "source_id": f"s{number}",
        **MADE,
        **values,
    }
    return Structure(id=UUID(int=_STRUCTURES + number), authority=authority(), **fields)


def _service(number: int, structure: Structure, **values: Any) -> Service:
    fields = {
        "name": f"Service {number}", "description": "Un service d'essai.", "source_id": str(number),
        "needs": ["specialised_support"], "zones": ["93"], "verified_on": date(2026, 10, 3), "verified_by": "phone",
        "age_min_months": 144, "age_max_months": 215, **MADE, **values,
    }  # fmt: skip
    return Service(id=UUID(int=number), authority=authority(), structure=structure, **fields)


def at_place(
    structure: Structure, department: str = "93", service: Service | None = None, **values: Any
) -> Place:
    """Put a structure, or a service of it, at a place."""
    return Place.objects.create(
        authority=authority(), structure=structure, service=service, department=department, **values
    )


def tell(service: Service, vacancy: int, at: datetime = AT, **values: Any) -> Capacity:
    """Let a service tell its free places."""
    return Capacity.objects.create(service=service, vacancy=vacancy, told_at=at, **values)
