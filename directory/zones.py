"""Codes of the zones that a service covers (data.inclusion ``zone_eligibilite``; field.md A.1)."""

import re
from typing import Final

from accounts.territory import commune, departments
from directory.geography import zones_of

FRANCE: Final = "france"
_EPCI: Final = re.compile(r"[0-9]{9}")
_COUNTRY: Final = re.compile(r"99[0-5][0-9]{2}")
#: Of these a country of the official code that is France itself.
COUNTRY_FRANCE: Final = "99100"


def is_zone(code: str) -> bool:
    """Tell whether a code is that of an existing commune or département, of an EPCI, a country, or ``france``."""
    if code in (FRANCE, COUNTRY_FRANCE) or code in departments():
        return True
    return bool(_EPCI.fullmatch(code) or _COUNTRY.fullmatch(code)) or commune(code) is not None


def around(place: str) -> list[str]:
    """Return the zones in which a place lies: of a commune (INSEE code), or of a département with its parts."""
    territory = commune(place)
    zones = zones_of(territory.code, territory.department) if territory else zones_of("", place)
    return sorted({*zones.communes, *zones.groups, *zones.parts, zones.department, COUNTRY_FRANCE, FRANCE})
