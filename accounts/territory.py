"""Territory: départements, communes, and the authority responsible for each.

The official geographic code is stored beside the code (``accounts/data``, with its source and vintage), because a
residence must be resolved with no other service at hand. A database table says which authority is responsible for a
place: authorities merge and split.
"""

import csv
import gzip
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import accumulate
from pathlib import Path
from types import MappingProxyType
from typing import Final

from django.db.models import CharField, DateField, Q, QuerySet

from accounts.models import Authority, AuthorityTerritory
from core.compiled_queries import CompiledQuery, Given

DATA: Final = Path(__file__).parent / "data"
COMMUNES: Final = DATA / "communes.csv.gz"
AUTHORITIES: Final = DATA / "authorities.json"
_OVERSEAS: Final = ("97", "98")
_CODE_LENGTH: Final = 5


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune of the official geographic code; ``within`` is the city of a municipal arrondissement."""

    code: str
    name: str
    department: str
    within: str | None = None


@cache
def departments() -> Mapping[str, str]:
    """Return the 101 départements and the three overseas collectivities, code → French name.

    Source: domain.md §8.1.
    """
    with (DATA / "departments.csv").open(encoding="utf-8", newline="") as file:
        return MappingProxyType({row["code"]: row["name"] for row in csv.DictReader(file)})


class _Gazetteer:
    """The communes as one block of bytes, sorted by code, and where each line begins.

    About a megabyte for 35,000 communes, where objects would take ten times as much in each worker.
    """

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        lengths = map(len, raw.splitlines(keepends=True)[:-1])
        self._starts = array("I", accumulate(lengths, initial=0))

    def line(self, code: bytes) -> str | None:
        """Return the line of a commune, or None."""
        position = bisect_left(self._starts, code, key=lambda start: self._raw[start : start + _CODE_LENGTH])
        if position == len(self._starts) or not self._raw.startswith(code + b",", self._starts[position]):
            return None
        start = self._starts[position]
        return self._raw[start : self._raw.index(b"\n", start)].decode()

    def __len__(self) -> int:
        return len(self._starts)

    def of(self, department: bytes) -> Iterator[str]:
        """Yield the lines of the communes whose code begins so."""
        first = bisect_left(
            self._starts, department, key=lambda start: self._raw[start : start + len(department)]
        )
        for start in self._starts[first:]:
            if not self._raw.startswith(department, start):
                return
            yield self._raw[start : self._raw.index(b"\n", start)].decode()


@cache
def _gazetteer() -> _Gazetteer:
    with gzip.open(COMMUNES, "rb") as file:
        return _Gazetteer(file.read())


def commune(code: str) -> Commune | None:
    """Return the commune of an INSEE code (five characters; not a postal code), or None.

    Municipal arrondissements of Paris, Lyon and Marseille are known too. Communes that have merged aren't:
    the table is of one vintage (``accounts/data/README.md``).
    """
    if len(code) != _CODE_LENGTH or not (code.isascii() and code.isalnum()):
        return None
    line = _gazetteer().line(code.encode())
    if line is None:
        return None
    _, within, name = line.split(",", 2)
    return Commune(code=code, name=name, department=department_of(code), within=within or None)


def communes_named(name: str, department: str = "", *, begins: bool = False) -> list[Commune]:
    """Return the communes whose name is ``name``, or ``begins`` so, in the order of their names.

    Accents, hyphens and capitals don't count. ``department``: those of one département alone. A city that is cut into
    municipal arrondissements is found by its own name and by each of theirs.
    """
    wanted = _spelling(name) + ("" if begins else ",")
    codes, at = [], 0
    while (at := _spellings().find(f"\n{wanted}", at)) >= 0:
        at = _spellings().index(",", at) + 1
        code = _spellings()[at : at + _CODE_LENGTH]
        if not department or department_of(code) == department:
            codes.append(code)
    return [one for one in map(commune, codes) if one is not None]


@cache
def _spellings() -> str:
    """Return a line for each commune in the order of the names, ``spelling,code``: about a megabyte."""
    lines = (line.split(",", 2) for line in _gazetteer().of(b""))
    return "".join(sorted(f"\n{_spelling(name)},{code}" for code, _, name in lines))


def _spelling(name: str) -> str:
    bare = unicodedata.normalize("NFKD", name.casefold().replace("œ", "oe"))
    words = "".join(
        letter if letter.isascii() and letter.isalnum() else " "
        for letter in bare
        if not unicodedata.combining(letter)
    ).split()
    return " ".join({"st": "saint", "ste": "sainte"}.get(word, word) for word in words)


def department_of(code: str) -> str:
    """Return the département in which the code of a commune lies: its first two signs, three overseas."""
    return code[:3] if code.startswith(_OVERSEAS) else code[:2]


def competent_authority(place: str, *, on: date) -> Authority | None:
    """Return the authority that answers for a commune (five signs) or a département (two or three) on a day.

    The row of a commune beats that of its département, so ``69123`` is Lyon's métropole and ``69`` the
    département du Rhône: ask by commune wherever one is known. One query. None if nobody answers for it.

    Source: domain.md §8.1, §8.2.
    """
    territory = commune(place)
    if territory is None and place not in departments():
        return None
    code, department = (
        (territory.within or territory.code, territory.department) if territory else ("", place)
    )
    query = _BY_COMMUNE if code else _BY_DEPARTMENT
    best = query.first(on=on, department=department, code=code)
    return best.authority if best else None


def covering(authority: Authority, *, on: date) -> Callable[[str], bool]:
    """Return whether communes, by INSEE code, are an authority's on a day, by the rule of ``competent_authority``.

    One query, however many communes are asked about. A commune that has merged counts by its département.
    """
    rows = AuthorityTerritory.objects.in_force(on)
    communes = {row.commune_insee: row.authority_id for row in rows if row.commune_insee}
    whole = {row.department_code for row in rows if row.department_code and row.authority_id == authority.pk}

    def covers(code: str) -> bool:
        place = commune(code)
        city = (place.within or place.code) if place else code
        by_commune = communes.get(city)
        return by_commune == authority.pk if by_commune else department_of(code) in whole

    return covers


_DEPARTMENT: Final = Q(department_code=Given("department", CharField()))
_COMMUNE: Final = Q(commune_insee=Given("code", CharField()))


def _answering(wanted: Q) -> "QuerySet[AuthorityTerritory]":
    rows = AuthorityTerritory.objects.in_force(Given("on", DateField())).filter(wanted)
    # The empty code of a département's row sorts behind that of a commune.
    return rows.select_related("authority").order_by("-commune_insee", "id")[:1]


_BY_COMMUNE: Final = CompiledQuery(lambda: _answering(_DEPARTMENT | _COMMUNE))
_BY_DEPARTMENT: Final = CompiledQuery(lambda: _answering(_DEPARTMENT))


def served_places(*, on: date) -> dict[str, tuple[str, Authority]]:
    """Return where one may ask for an account on a day: code → name and authority, in the order of the codes.

    The départements for which an authority answers; and the authorities that answer for communes alone, by their own
    code (``69M``): who works there knows it. One query.
    """
    rows = AuthorityTerritory.objects.in_force(on).select_related("authority")
    whole = {row.department_code: row.authority for row in rows if row.department_code}
    served = {code: (departments().get(code, authority.name), authority) for code, authority in whole.items()}
    within = {row.authority_id: row.authority for row in rows if row.commune_insee}
    for authority in within.values():
        if authority.pk not in {one.pk for one in whole.values()}:
            served[authority.code] = (authority.name, authority)
    return dict(sorted(served.items()))


def write_communes(lines: Iterable[Mapping[str, object]], path: Path = COMMUNES) -> int:
    """Write the table of communes from the entries of a public ``communes.json``; return how many.

    Kept are today's communes and municipal arrondissements of the places in ``departments()``. The same
    entries give the same bytes.
    """
    rows = sorted(_rows_of(lines))
    with (
        path.open("wb") as file,
        gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=9, mtime=0) as packed,
    ):
        packed.write("".join(f"{line}\n" for line in rows).encode())
    _gazetteer.cache_clear()
    _spellings.cache_clear()
    return len(rows)


def _rows_of(entries: Iterable[Mapping[str, object]]) -> Iterator[str]:
    for entry in entries:
        if entry["type"] not in ("commune-actuelle", "arrondissement-municipal"):
            continue
        code = str(entry["code"])
        if department_of(code) in departments():
            yield f"{code},{entry.get('commune', '')},{entry['nom']}"
