"""Structures and services of the directory, as short as a test needs them."""

from datetime import date
from typing import Any
from uuid import uuid4

from directory import reach
from directory.models import Place, Service, Structure


def a_structure(authority: Any, **values: Any) -> Structure:
    """Return a structure of an authority."""
    given = {"kind": "mecs", "name": "Maison des Tilleuls", "updated_on": date(2026, 11, 1)} | values
    return Structure.objects.create(authority=authority, source="own", source_id=uuid4().hex, **given)


def a_service(
    authority: Any, *, structure: Structure | None = None, place: str = "", **values: Any
) -> Service:
    """Return a service that is found: it works, was verified and takes anybody; ``place``: the commune where it is."""
    structure = structure or a_structure(authority)
    given = {
        "name": "Accueil des Tilleuls", "description": "Accueille des mineurs.", "updated_on": date(2026, 11, 1),
        "needs": ["tonight_shelter", "specialised_support"], "round_the_clock": True, "verified_on": date(2026, 11, 1),
        "verified_by": "phone",
    } | values  # fmt: skip
    made = Service.objects.create(
        authority=authority, structure=structure, source="own", source_id=uuid4().hex, **given
    )
    if place:
        Place.objects.create(
            authority=authority, structure=structure, service=made, department=place[:2], insee_code=place
        )
    reach.write(made)
    return made
