"""The side file: what our rows hold and data.inclusion has no field for, keyed by its ``id`` (field.md A.1, A.4).

Version 1 is ``{"format": "repere-directory", "version": 1, "structures": {id: {…}}, "services": {id: {…}}}``; its JSON
Schema is ``directory/data/side_file.schema.json``. Members have the names of our fields; those that are absent say
nothing. Never in it: the number of the night, the verifications, the free places (they hold a week), and of an address
that isn't told anything but its département.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from directory.codes import Visibility
from directory.exchange import values
from directory.exchange.data_inclusion import exported_id, undotted
from directory.exchange.faults import Fault, Refused
from directory.exchange.rows import SERVICE, STRUCTURE, Entry
from directory.models import Capacity, Place, Service, Structure

FORMAT: Final = "repere-directory"
VERSION: Final = 1
#: Our own fields, with the value that needs no saying.
OWN: Final[Mapping[str, Mapping[str, Any]]] = {
    STRUCTURE: {
        "kind": None,
        "status": "active",
        "finess": "",
        "uai": "",
        "rna": "",
        "opening_hours_text": "",
    },
    SERVICE: {
        "needs": None,
        "age_min_months": None,
        "age_max_months": None,
        "sexes": [],
        "accepts": {},
        "place_kind": "",
        "distance_placement": False,
        "from_departments": [],
        "refused_departments": [],
        "round_the_clock": False,
        "answer_delay_hours": None,
        "specialised": "general",
        "who_may_ask": [],
        "needs_agreement": [],
        "languages": [],
        "interpreter": False,
        "documents_wanted": "",
        "documents_never": "",
        "safe_channels": [],
        "status": "active",
        "suspended_until": None,
        "asks_every_months": 6,
        "opening_hours_text": "",
    },
}
#: Members that aren't fields of the row itself.
_OTHERS: Final = {
    STRUCTURE: ("name", "description", "parent", "place"),
    SERVICE: ("name", "place", "capacities"),
}
_PLACE: Final = {"department", "visibility"}
CAPACITY: Final = ("unit", "population", "maximum", "emergency", "note")
_DISCLOSED: Final = (Visibility.PUBLIC, Visibility.PROFESSIONAL)


def empty() -> dict[str, Any]:
    """Return a side file that says nothing."""
    return {"format": FORMAT, "version": VERSION, "structures": {}, "services": {}}


def is_one(document: Any) -> bool:
    """Tell whether a JSON value is a side file that this version reads."""
    return (
        isinstance(document, dict)
        and document.get("format") == FORMAT
        and document.get("version") == VERSION
        and set(document) <= {"format", "version", "structures", "services"}
        and all(isinstance(document.get(name, {}), dict) for name in ("structures", "services"))
    )


def added(entries: Iterable[Entry | Refused], side: Mapping[str, Any]) -> Iterable[Entry | Refused]:
    """Yield entries with what the side file says of them, checked; a fault there refuses the row."""
    for entry in entries:
        if isinstance(entry, Refused):
            yield entry
            continue
        extra = side.get(f"{entry.kind}s", {}).get(entry.source_id)
        yield entry if extra is None else _with(entry, extra)


def structure_of(row: Structure, place: Place | None, *, shown: bool) -> dict[str, Any]:
    """Return what the side file says of a structure; ``shown``: its address stands in the other file."""
    fields = _own(STRUCTURE, row) | _place(place, shown=shown)
    if 0 < len(row.description) < 5:
        fields["description"] = row.description
    if row.parent is not None:
        fields["parent"] = exported_id(row.parent)
    return fields


def service_of(
    row: Service, place: Place | None, capacities: Iterable[Capacity], *, shown: bool
) -> dict[str, Any]:
    """Return what the side file says of a service, as ``structure_of``."""
    fields = _own(SERVICE, row) | _place(place, shown=shown)
    if counts := [capacity_of(one) for one in capacities]:
        fields["capacities"] = counts
    return fields


def capacity_of(row: Capacity) -> dict[str, Any]:
    """Return how many places there are, without how many are free."""
    return {name: value for name in CAPACITY if (value := getattr(row, name)) not in (None, "")}


def _own(kind: str, row: Structure | Service) -> dict[str, Any]:
    fields = {}
    for name, usual in OWN[kind].items():
        value = getattr(row, name)
        if (usual is None and value is not None) or value != usual:
            fields[name] = value.isoformat() if name == "suspended_until" and value else value
    if undotted(row.name) != row.name:
        fields["name"] = row.name
    return fields


def _place(place: Place | None, *, shown: bool) -> dict[str, Any]:
    if place is None:
        return {}
    if not shown:
        # As an address that professionals alone read: nothing tells apart what is secret.
        return {"place": {"department": place.department, "visibility": str(Visibility.PROFESSIONAL)}}
    return {"place": {"department": place.department, "visibility": place.visibility}}


def _with(entry: Entry, extra: Any) -> Entry | Refused:
    if not isinstance(extra, dict):
        return Refused(entry.line, Fault.OBJECT, "", entry.source_id)
    unknown = set(extra) - set(OWN[entry.kind]) - set(_OTHERS[entry.kind])
    try:
        if unknown:
            raise values.BadValue("", Fault.UNKNOWN)
        return _merged(entry, extra)
    except values.BadValue as bad:
        return Refused(entry.line, bad.fault, bad.field, entry.source_id)


def _merged(entry: Entry, extra: Mapping[str, Any]) -> Entry:
    model = values.MODELS[entry.kind]
    for name in (*OWN[entry.kind], "name", "description"):
        if name in extra:
            entry.values[name] = values.value_of(model, name, extra[name])
            entry.defaults.pop(name, None)
        elif name in OWN[entry.kind] and OWN[entry.kind][name] is not None:
            # The file is ours: what it leaves out has its usual value.
            usual = OWN[entry.kind][name]
            entry.values.setdefault(name, type(usual)(usual) if isinstance(usual, list | dict) else usual)
    for name in ("age_min_months", "age_max_months", "answer_delay_hours", "suspended_until"):
        if entry.kind == SERVICE:
            entry.values.setdefault(name, None)
    values.consistent(entry.values)
    if "place" in extra:
        _locate(entry, extra["place"])
    if "parent" in extra:
        entry.parent_id = _text("parent", extra["parent"])
    if entry.kind == SERVICE:
        entry.capacities = values.capacities_of(extra.get("capacities", []))
    return entry


def _locate(entry: Entry, place: Any) -> None:
    if not isinstance(place, dict) or set(place) - _PLACE:
        raise values.BadValue("place", Fault.TYPE)
    visibility = place.get("visibility", "")
    if visibility == Visibility.SECRET:
        raise values.BadValue("place", Fault.SECRET)
    if visibility and visibility not in _DISCLOSED:
        raise values.BadValue("place", Fault.UNKNOWN)
    department = _text("place", place.get("department", ""))
    entry.place = values.place_of((entry.place or {}) | ({"department": department} if department else {}))
    entry.visibility = visibility


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or len(value) > 200:
        raise values.BadValue(name, Fault.TYPE)
    return value
