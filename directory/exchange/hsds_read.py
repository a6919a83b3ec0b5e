"""Reads HSDS 3.0: a file of ours, a list of services with their organization in each, or a page of an API of it."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from directory.codes import Status
from directory.exchange import hsds, hsds_hours, values
from directory.exchange.faults import Fault, Refused
from directory.exchange.rows import SERVICE, STRUCTURE, Entry, address_of

#: Our status by that of a service; ``inactive`` ones don't work either.
STATUS: Final = {theirs: ours for ours, theirs in hsds.STATUS.items()} | {"inactive": Status.CLOSED}
_KINDS: Final = {STRUCTURE: "organization", SERVICE: "service"}
#: Members of the format by our fields, for whoever reads why a row is refused.
_THEIRS: Final = {ours: theirs for theirs, ours in hsds.TEXTS.items()} | {
    "name": "name",
    "phone": "phones",
    "age_min_months": "minimum_age",
    "age_max_months": "maximum_age",
    "updated_on": "last_modified",
    "website": "website",
    "zones": "service_areas",
    "languages": "languages",
}


def members_of(document: Any) -> tuple[list[Any], list[Any]] | None:
    """Return organizations and services of a file; None for what is no such file."""
    if isinstance(document, dict) and isinstance(document.get("contents"), list):
        document = document["contents"]  # a page of an API
    if isinstance(document, dict) and {"organizations", "services"} & set(document):
        organizations, services = document.get("organizations", []), document.get("services", [])
        both = isinstance(organizations, list) and isinstance(services, list)
        return (organizations, services) if both else None
    if not isinstance(document, list):
        return None
    nested = {
        one["organization"]["id"]: one["organization"]
        for one in document
        if isinstance(one, dict)
        and isinstance(one.get("organization"), dict)
        and isinstance(one["organization"].get("id"), str)
    }
    return list(nested.values()), document


def read_all(kind: str, items: list[Any], *, today: date) -> Iterator[Entry | Refused]:
    """Yield each organization, or each service, of a file: an entry, or why it isn't taken."""
    for line, item in enumerate(items, 1):
        yield _read(kind, line, item, today=today)


def _read(kind: str, line: int, item: Any, *, today: date) -> Entry | Refused:
    if not isinstance(item, dict):
        return Refused(line, Fault.OBJECT)
    given_id = item.get("id")
    source_id = given_id.lower() if isinstance(given_id, str) and len(given_id) <= 200 else ""
    try:
        error = next(iter(hsds.validator(_KINDS[kind]).iter_errors(item)), None)
    except RecursionError:
        return Refused(line, Fault.SCHEMA, "", source_id)
    if error is not None:
        fault, member = _schema_fault(error)
        return Refused(line, fault, member, source_id)
    try:
        UUID(source_id)
        entry = _structure(item) if kind == STRUCTURE else _service(item)
        entry.line = line
        return values.checked(entry, today=today)
    except values.BadValue as bad:
        return Refused(line, bad.fault, _THEIRS.get(bad.field, bad.field), source_id)
    except ValueError:
        return Refused(line, Fault.FORMAT, "id", source_id)


def _schema_fault(error: Any) -> tuple[Fault, str]:
    path = [str(one) for one in error.absolute_path if isinstance(one, str)]
    member = path[0] if path else ""
    match error.validator:
        case "required":
            missing = [name for name in error.validator_value if name not in error.instance]
            return Fault.REQUIRED, member or str(missing[0])
        case "type":
            return Fault.TYPE, member
        case "enum":
            return Fault.UNKNOWN, member
        case "format":
            return Fault.FORMAT, member
        case _:
            return Fault.SCHEMA, member


def _structure(item: Mapping[str, Any]) -> Entry:
    ours = _ours(item)
    fields: dict[str, Any] = {
        "name": item["name"],
        "description": item.get("description") or "",
        "email": item.get("email") or "",
        "website": item.get("website") or "",
        "source_url": item.get("uri") or "",
        "phone": _phone(item),
    }
    labels = {label: name for name, label in hsds.REGISTERS.items()}
    for one in item.get("organization_identifiers") or ():
        if name := labels.get(one.get("identifier_type", "")):
            fields[name] = one["identifier"]
    fields |= _attributes(STRUCTURE, ours)
    kinds = [code for taxonomy, code, _ in hsds.attributes_in(item) if taxonomy == hsds.KINDS]
    if kinds:
        fields["kind"] = kinds[0]
    entry = Entry(
        line=0,
        kind=STRUCTURE,
        source_id=item["id"].lower(),
        parent_id=(item.get("parent_organization_id") or "").lower(),
        dated=_day(ours["updated_on"]) if "updated_on" in ours else None,
        values=fields,
    )
    _locate(entry, item.get("locations") or ())
    return entry


def _service(item: Mapping[str, Any]) -> Entry:
    ours = _ours(item)
    fields: dict[str, Any] = {name: item.get(member) or "" for member, name in hsds.TEXTS.items()}
    fields |= {
        "name": item["name"],
        "description": fields["description"] or item["name"],
        "status": str(STATUS[item["status"]]),
        "phone": _phone(item),
        "age_min_months": _months(item.get("minimum_age")),
        "age_max_months": _months(item.get("maximum_age")),
        "contact_name": _first(item, "contacts", "name"),
        "documents_wanted": _first(item, "required_documents", "document"),
        "languages": [one["code"] for one in item.get("languages") or () if one.get("code")],
        "zones": [one["extent"] for one in item.get("service_areas") or () if one.get("extent")],
        "needs": [code for taxonomy, code, _ in hsds.attributes_in(item) if taxonomy == hsds.NEEDS],
        "suspended_until": None,
    }
    fields |= _hours(item, ours) | _attributes(SERVICE, ours)
    modified = item.get("last_modified")
    nested = item.get("organization")
    entry = Entry(
        line=0,
        kind=SERVICE,
        source_id=item["id"].lower(),
        structure_id=str(
            item.get("organization_id") or (nested["id"] if isinstance(nested, dict) else "")
        ).lower(),
        dated=_day(modified) if modified else None,
        values=fields,
        capacities=ours.get("capacities", [] if ours else None),
    )
    at = [one["location"] for one in item.get("service_at_locations") or () if one.get("location")]
    _locate(entry, at)
    return entry


def _ours(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes that hold our own fields, by name."""
    attributes = {}
    for taxonomy, code, value in hsds.attributes_in(item):
        if taxonomy != hsds.FIELDS:
            continue
        try:
            attributes[code] = json.loads(value)
        except (ValueError, RecursionError):
            raise values.BadValue("attributes", Fault.FORMAT) from None
    return attributes


def _attributes(kind: str, ours: Mapping[str, Any]) -> dict[str, Any]:
    """Return our own fields; where the file is ours, those that it leaves out have their usual value."""
    model = values.MODELS[kind]
    attributes: dict[str, Any] = {}
    for name in hsds.ATTRIBUTES[kind]:
        if name in ours:
            attributes[name] = (
                float(ours[name]) if name == "weekly_hours" and _is_number(ours[name]) else ours[name]
            )
        elif ours and name not in ("opening_hours", "opening_hours_text"):
            attributes[name] = hsds.usual_of(model, name)
    return attributes


def _is_number(value: Any) -> bool:
    """Tell whether an exact number stands as text."""
    return isinstance(value, str) and value.replace(".", "", 1).isdecimal() and len(value) < 12


def _hours(item: Mapping[str, Any], ours: Mapping[str, Any]) -> dict[str, str]:
    if {"opening_hours", "opening_hours_text"} & set(ours):
        return {"opening_hours": "", "opening_hours_text": ""}
    schedules = item.get("schedules") or []
    if hours := hsds_hours.hours_of(schedules):
        return dict(zip(("opening_hours", "opening_hours_text"), values.hours_of(hours), strict=True))
    text = " ; ".join(one["description"] for one in schedules if one.get("description"))
    return dict(
        zip(("opening_hours", "opening_hours_text"), values.hours_of(values.composed(text)), strict=True)
    )


def _locate(entry: Entry, locations: Any) -> None:
    """Take the first address of a row: ours have one."""
    for location in locations:
        ours = _ours(location)
        address: dict[str, Any] = next(iter(location.get("addresses") or ()), {})
        cells = {
            "address": address.get("address_1"),
            "complement": address.get("address_2"),
            "postal_code": address.get("postal_code"),
            "commune": address.get("city"),
            "insee_code": location.get("external_identifier")
            if location.get("external_identifier_type") == "INSEE"
            else "",
            "longitude": location.get("longitude"),
            "latitude": location.get("latitude"),
        }
        visibility = ours.get("visibility", "")
        if visibility not in ("", "public", "professional"):
            raise values.BadValue("attributes", Fault.SECRET if visibility == "secret" else Fault.UNKNOWN)
        entry.visibility = visibility
        entry.place = address_of(cells) | ({"department": ours["department"]} if "department" in ours else {})
        return


def _phone(item: Mapping[str, Any]) -> str:
    return _first(item, "phones", "number")


def _first(item: Mapping[str, Any], members: str, name: str) -> str:
    return next((one[name] for one in item.get(members) or () if one.get(name)), "")


def _months(years: Any) -> int | None:
    if years is None:
        return None
    if isinstance(years, bool) or not 0 <= years <= 200:
        raise values.BadValue("age_min_months", Fault.NUMBER)
    return round(float(years) * hsds.MONTHS)


def _day(told: Any) -> date:
    try:
        return date.fromisoformat(told) if len(told) == 10 else datetime.fromisoformat(told).date()
    except (TypeError, ValueError):
        raise values.BadValue("updated_on", Fault.DATE) from None
