"""The authority's own table: one line a service, with its structure (CSV in French or English headings).

Read by the machinery of the other lists of the authority (``accounts/imports/table.py``): encodings, signs between the
cells, lines that spread. Several codes or labels in one cell are separated by commas. Lines of one structure repeat its
name, and the first says what it is.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import chain
from typing import Any, Final

from accounts.identifiers import bare_number
from accounts.imports import table
from accounts.imports.faults import Refused as Unread
from core.languages import in_both
from core.spreadsheets import is_formula
from directory.codes import Asker, Need, ResourceKind, Sex, Visibility
from directory.exchange import values
from directory.exchange.faults import Fault, Refused
from directory.exchange.rows import SERVICE, STRUCTURE, Entry, Read, address_of

COLUMNS: Final = (
    "key", "structure", "kind", "siret", "finess", "service", "description", "needs", "age_min", "age_max",
    "sexes", "phone", "email", "website", "address", "complement", "postal_code", "commune", "insee_code",
    "visibility", "hours", "zones", "who_may_ask", "updated_on",
)  # fmt: skip
HEADINGS: Final = {
    "fr": (
        "identifiant", "structure", "type", "siret", "finess", "service", "description", "besoins", "age_minimal",
        "age_maximal", "sexes", "telephone", "courriel", "site", "adresse", "complement", "code_postal", "commune",
        "code_insee", "visibilite", "horaires", "zones", "qui_peut_saisir", "mis_a_jour_le",
    ),
    "en": (
        "id", "structure", "kind", "siret", "finess", "service", "description", "needs", "minimum_age",
        "maximum_age", "sexes", "phone", "email", "website", "address", "complement", "postal_code", "commune",
        "insee_code", "visibility", "opening_hours", "zones", "who_may_ask", "updated_on",
    ),
}  # fmt: skip
COLUMN_OF: Final = {
    name: column for names in HEADINGS.values() for name, column in zip(names, COLUMNS, strict=True)
}
NEEDED: Final = ("structure", "kind", "service", "needs")
_LISTS: Final[Mapping[str, Any]] = {"needs": Need, "sexes": Sex, "who_may_ask": Asker}
_YEARS: Final = re.compile(r"[0-9]{1,2}")
#: Our fields by column, where they are called otherwise.
_THEIRS: Final = {
    "name": "structure",
    "age_min_months": "age_min",
    "age_max_months": "age_max",
    "source_id": "key",
    "opening_hours": "hours",
    "opening_hours_text": "hours",
}
#: With these a telephone number begins, and a day that is counted; what leaves as a table is made inert there.
_NO_FORMULA: Final = ("+", "-")


def read(source: table.Source, *, today: date) -> Read:
    """Return structures and services of an authority's own table.

    Raises:
        FileFault: nothing of it is taken.
    """
    result = Read()
    seen: set[str] = set()
    words = {
        name: _words(kind) for name, kind in (*_LISTS.items(), ("kind", ResourceKind), ("seen", Visibility))
    }
    for line in table.lines_of(source, COLUMN_OF, needed=NEEDED, strict=True):
        if isinstance(line, Unread):
            result.keep(Refused(line.line, Fault.CELLS))
            continue
        for one in _both(line, words, seen, today):
            result.keep(one)
    return result


def _both(
    line: table.Line, words: Mapping[str, Mapping[str, str]], seen: set[str], today: date
) -> Iterator[Entry | Refused]:
    cells = dict.fromkeys(COLUMNS, "") | dict(line.cells)
    key = structure_key(cells["structure"])
    source_id = cells["key"] or f"{key}/{table.folded(cells['service'])}"[:200]
    try:
        _plain(cells)
        service = values.checked(_service(line.number, cells, source_id, key, words), today=today)
        entries = [service]
        if key not in seen:
            entries.insert(0, values.checked(_structure(line.number, cells, key, words), today=today))
    except values.BadValue as bad:
        column = "service" if bad.field == "service" else _THEIRS.get(bad.field, bad.field)
        yield Refused(line.number, bad.fault, column, source_id)
    else:
        seen.add(key)
        yield from entries


def structure_key(name: str) -> str:
    """Return the id of a structure in a table that gives it none: its name, however it is written."""
    return table.folded(name)[:200]


def _plain(cells: Mapping[str, str]) -> None:
    for name, cell in cells.items():
        if is_formula(cell) and not cell.startswith(_NO_FORMULA):
            raise values.BadValue(name, Fault.FORMULA)


def _structure(
    line: int, cells: Mapping[str, str], key: str, words: Mapping[str, Mapping[str, str]]
) -> Entry:
    visibility = _one("visibility", cells["visibility"], words["seen"]) if cells["visibility"] else ""
    if visibility == Visibility.SECRET:
        raise values.BadValue("visibility", Fault.SECRET)
    fields = {
        "name": cells["structure"],
        "kind": _one("kind", cells["kind"], words["kind"]),
        "siret": bare_number(cells["siret"]),
        "finess": bare_number(cells["finess"]),
        "phone": cells["phone"],
        "email": cells["email"],
        "website": cells["website"],
    }
    return Entry(
        line=line,
        kind=STRUCTURE,
        source_id=key,
        dated=values.day_of("updated_on", cells["updated_on"]),
        values=fields,
        place=address_of(cells) | {"longitude": None, "latitude": None},
        visibility=visibility,
    )


def _service(
    line: int,
    cells: Mapping[str, str],
    source_id: str,
    key: str,
    words: Mapping[str, Mapping[str, str]],
) -> Entry:
    if not cells["service"]:
        raise values.BadValue("service", Fault.REQUIRED)
    hours, text = values.hours_of(cells["hours"])
    fields = {
        "name": cells["service"],
        "description": cells["description"] or cells["service"],
        "phone": cells["phone"],
        "email": cells["email"],
        "opening_hours": hours,
        "opening_hours_text": text,
        "zones": _several(cells["zones"]),
        "age_min_months": _months("age_min", cells["age_min"], last=False),
        "age_max_months": _months("age_max", cells["age_max"], last=True),
    }
    for name in _LISTS:
        fields[name] = [_one(name, one, words[name]) for one in _several(cells[name])]
    if not fields["needs"]:
        raise values.BadValue("needs", Fault.REQUIRED)
    return Entry(
        line=line,
        kind=SERVICE,
        source_id=source_id,
        structure_id=key,
        dated=values.day_of("updated_on", cells["updated_on"]),
        values=fields,
    )


def _months(name: str, cell: str, *, last: bool) -> int | None:
    """Return years as months; the highest age is taken to its last month."""
    if not cell:
        return None
    if not _YEARS.fullmatch(cell):
        raise values.BadValue(name, Fault.NUMBER)
    return int(cell) * 12 + (11 if last else 0)


def _several(cell: str) -> Sequence[str]:
    return [one for part in cell.split(",") if (one := part.strip())]


def _one(name: str, typed: str, words: Mapping[str, str]) -> str:
    code = words.get(typed) or words.get(table.folded(typed))
    if code is None:
        raise values.BadValue(name, Fault.UNKNOWN)
    return code


def _words(kind: Any) -> dict[str, str]:
    """Return codes by themselves, and by their labels in each language."""
    named = {str(one): str(one) for one in kind}
    labels = chain.from_iterable(((one, label) for label in in_both(one.label).values()) for one in kind)
    return named | {table.folded(label): str(one) for one, label in labels}
