"""Where communes are and what they belong to: EPCI, département, city of an arrondissement; and how far apart they lie.

The table stands beside the code (``directory/data``, with its sources): a match must need no other service, and none
may learn which commune is asked about. Less than a megabyte in each worker, read at the first question.
"""

import gzip
import json
import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import Any, Final

from accounts import territory
from accounts.territory import commune, departments

DATA: Final = Path(__file__).parent / "data"
COMMUNES: Final = DATA / "communes.csv.gz"
_EARTH_KM: Final = 6371.0
_CODE_LENGTH: Final = 5
#: Thousandths of a degree: a hundred metres, which is finer than the middle of a commune means.
_SCALE: Final = 1_000
#: No middle is known.
_NOWHERE: Final = 2**31 - 1

#: Longitude and latitude in degrees (WGS 84).
type Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Zones:
    """The zones to which a place belongs, as services name them (field.md A.1).

    ``communes``: its own code and that of its city or of its arrondissements that are the whole of it; ``parts``: zones
    that may hold it or not, since only a larger place is known (arrondissements of a city, communes of a département).
    """

    communes: frozenset[str]
    groups: frozenset[str]
    department: str
    parts: frozenset[str]


class _Table:
    """Communes in the order of their codes: columns of numbers instead of objects."""

    def __init__(self, lines: Iterable[str]) -> None:
        codes, self._groups, self._further = [], array("I"), array("I")
        self._longitudes, self._latitudes = array("i"), array("i")
        for line in lines:
            code, group, further, longitude, latitude = line.split(",")
            codes.append(code)
            self._groups.append(int(group or 0))
            self._further.append(int(further or 0))
            self._longitudes.append(int(longitude or _NOWHERE))
            self._latitudes.append(int(latitude or _NOWHERE))
        self._codes = "".join(codes).encode()

    def __len__(self) -> int:
        return len(self._groups)

    def _code(self, position: int) -> bytes:
        return self._codes[position * _CODE_LENGTH : (position + 1) * _CODE_LENGTH]

    def position(self, code: str) -> int | None:
        """Return where a commune stands, or None."""
        sought = code.encode(errors="replace")
        index = bisect_left(range(len(self)), sought, key=self._code)
        return index if len(sought) == _CODE_LENGTH and self._code(index) == sought else None

    def groups(self, position: int) -> frozenset[str]:
        """Return the SIREN of the EPCI, and in Grand Paris of the territory within it."""
        return frozenset(str(one) for one in (self._groups[position], self._further[position]) if one)

    def middle(self, position: int) -> Point | None:
        """Return the middle of the commune's ground, if it is known."""
        longitude = self._longitudes[position]
        return None if longitude == _NOWHERE else (longitude / _SCALE, self._latitudes[position] / _SCALE)

    def of(self, department: str) -> Iterator[int]:
        """Yield the positions of the communes whose code begins so."""
        start = department.encode()
        position = bisect_left(range(len(self)), start, key=lambda at: self._code(at)[: len(start)])
        while position < len(self) and self._code(position).startswith(start):
            yield position
            position += 1

    def code(self, position: int) -> str:
        """Return the code of a commune."""
        return self._code(position).decode()


@cache
def _table() -> _Table:
    with gzip.open(COMMUNES, "rt", encoding="ascii") as file:
        return _Table(file.read().splitlines())


def _whole(code: str) -> str:
    """Return the city of an arrondissement, or the commune itself."""
    commune = territory.commune(code)
    return (commune.within or commune.code) if commune else code


def epci_of(code: str) -> frozenset[str]:
    """Return the SIREN numbers of the EPCI of a commune (INSEE code); none where the commune isn't known.

    In Grand Paris there are two: the métropole, and the territory (EPT) within it.
    """
    position = _table().position(_whole(code))
    return frozenset() if position is None else _table().groups(position)


def zones_of(commune: str, department: str) -> Zones:
    """Return the zones of a place: of a commune where one is known (INSEE code), else of a whole département."""
    if commune:
        whole = _whole(commune)
        parts = _arrondissements(whole) if whole == commune else frozenset()
        return Zones(frozenset({commune, whole}), epci_of(whole), department, parts)
    return Zones(frozenset(), frozenset(), department, _within(department))


@cache
def _cities() -> Mapping[str, frozenset[str]]:
    """Return the arrondissements of the three cities that have them."""
    cities: dict[str, set[str]] = {}
    for department in ("13", "69", "75"):
        for code in (f"{department}{number:03}" for number in range(1_000)):
            place = territory.commune(code)
            if place and place.within:
                cities.setdefault(place.within, set()).add(code)
    return {city: frozenset(codes) for city, codes in cities.items()}


def _arrondissements(city: str) -> frozenset[str]:
    return _cities().get(city, frozenset())


@cache  # as many as there are départements
def _within(department: str) -> frozenset[str]:
    """Return the communes, arrondissements and EPCI of a département; none where it isn't one."""
    if department not in territory.departments():
        return frozenset()
    table, codes = _table(), set[str]()
    for position in table.of(department):
        codes |= {table.code(position)} | table.groups(position)
    return frozenset(codes.union(*(_arrondissements(code) for code in codes)))


def middle_of(code: str) -> Point | None:
    """Return the middle of a commune (INSEE code), of the whole city for an arrondissement; None: not known.

    Not known are Saint-Pierre-et-Miquelon, Saint-Barthélemy, Saint-Martin, and communes that were born after the
    vintage of the contours (``directory/data/geography.md``).
    """
    position = _table().position(_whole(code))
    return None if position is None else _table().middle(position)


def distance_km(one: Point, other: Point) -> float:
    """Return how far two points lie apart on the ground, as the crow flies."""
    (east, north), (to_east, to_north) = ((radians(x), radians(y)) for x, y in (one, other))
    half = sin((to_north - north) / 2) ** 2 + cos(north) * cos(to_north) * sin((to_east - east) / 2) ** 2
    return 2 * _EARTH_KM * asin(min(1.0, sqrt(half)))


# --- Making the table: manage.py make_geography


def write_communes(epci: Path, ept: Path, contours: Path, path: Path = COMMUNES) -> tuple[int, int]:
    """Write the table from public files; return how many communes it has, and how many of them with a middle.

    ``epci`` and ``ept`` are lists of ``{"code", "membres": [{"code"}]}``; ``contours`` a folder of GeoJSON files whose
    features have the property ``code``. The same files give the same bytes.
    """
    groups, further = _members(epci), _members(ept)
    middles = _middles(contours)
    # An arrondissement counts as its city.
    codes = sorted(one.code for one in territory.communes_named("", begins=True) if one.within is None)
    lines = []
    for code in codes:
        longitude, latitude = middles.get(code, ("", ""))
        lines.append(f"{code},{groups.get(code, '')},{further.get(code, '')},{longitude},{latitude}\n")
    with (
        path.open("wb") as file,
        gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=9, mtime=0) as packed,
    ):
        packed.write("".join(lines).encode("ascii"))
    _table.cache_clear()
    _within.cache_clear()
    return len(codes), sum(code in middles for code in codes)


def _members(path: Path) -> dict[str, str]:
    entries = json.loads(path.read_text(encoding="utf-8"))
    return {member["code"]: entry["code"] for entry in entries for member in entry["membres"]}


def _middles(contours: Path) -> dict[str, tuple[int, int]]:
    middles = {}
    for file in sorted(contours.rglob("communes-*.geojson")):
        for feature in json.loads(file.read_text(encoding="utf-8"))["features"]:
            longitude, latitude = _middle(feature["geometry"])
            middles[feature["properties"]["code"]] = (round(longitude * _SCALE), round(latitude * _SCALE))
    return middles


def _middle(geometry: Mapping[str, Any]) -> Point:
    """Return the centre of gravity of a commune's largest piece of ground (its outer ring)."""
    several = geometry["type"] == "MultiPolygon"
    rings = [piece[0] for piece in geometry["coordinates"]] if several else [geometry["coordinates"][0]]
    area, x, y = max((_gravity(ring) for ring in rings), key=lambda one: abs(one[0]))
    if not area:
        return rings[0][0][0], rings[0][0][1]
    return x / (3 * area), y / (3 * area)


def _gravity(ring: list[list[float]]) -> tuple[float, float, float]:
    """Return twice the area of a ring and the two moments, by the shoelace formula."""
    area = x = y = 0.0
    for (x0, y0, *_), (x1, y1, *_) in pairwise(ring):
        cross = x0 * y1 - x1 * y0
        area, x, y = area + cross, x + (x0 + x1) * cross, y + (y0 + y1) * cross
    return area, x, y


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
