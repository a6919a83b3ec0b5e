"""What leads to a secret address without telling it: numbers of public registers, and pages about a structure.

SIRENE and FINESS publish the address behind a number, a structure's site and the page of its source often do, and
Accèslibre's path spells it. One secret place of a structure or of a service of it is enough: they are told to nobody
then, those who write them included (domain.md §2.8, no. 12). Who may open the address learns it there, with an entry
(field.md A.7, rules 1 and 4).
"""

from typing import Final
from uuid import UUID

from directory.codes import Visibility
from directory.models import Place, Service, Structure

REGISTERS: Final = ("siret", "finess", "uai", "rna")
_PAGES: Final = ("website", "source_url", "accessibility_url")
#: Fields of structures and services that lead to where they are.
LEADS: Final = frozenset({*_PAGES, *REGISTERS})


def has_secret_place(structure: UUID) -> bool:
    """Tell whether a place of a structure is secret: its own, or one of a service of it, whatever that one's state."""
    return Place.objects.filter(structure=structure, visibility=Visibility.SECRET).exists()


def with_secret_places() -> frozenset[UUID]:
    """Return the structures of all authorities that have a secret place."""
    secret = Place.objects.filter(visibility=Visibility.SECRET).order_by()
    return frozenset(secret.values_list("structure_id", flat=True))


def leave_no_way_to(row: Structure | Service) -> None:
    """Empty what leads to a secret address, in a row that was read to be shown and is never saved."""
    for name in LEADS:
        if hasattr(row, name):
            setattr(row, name, "")
