"""What leads to a secret address without telling it: numbers of public registers, and pages about a structure.

SIRENE and FINESS publish the address behind a number, a structure's site and the page of its source often do, and
Accèslibre's path spells it. Who may open the address learns it there, with an entry (field.md A.7, rules 1 and 4).
"""

from collections.abc import Iterable
from typing import Final

from directory.codes import Visibility
from directory.models import Place, Service, Structure

REGISTERS: Final = ("siret", "finess", "uai", "rna")
_PAGES: Final = ("website", "source_url", "accessibility_url")


def any_secret(places: Iterable[Place | None]) -> bool:
    """Tell whether one of these places is secret."""
    return any(place is not None and place.visibility == Visibility.SECRET for place in places)


def leave_no_way_to(row: Structure | Service) -> None:
    """Empty what leads to a secret address, in a row that was read to be shown and is never saved."""
    for name in (*_PAGES, *REGISTERS):
        if hasattr(row, name):
            setattr(row, name, "")
