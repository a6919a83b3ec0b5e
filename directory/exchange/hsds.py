"""HSDS 3.0, the format of Open Referral: our rows as ``organization`` and ``service`` with all that hangs on them.

A file is ``{"version": "3.0", "organizations": […], "services": […]}``; each member follows the published schema of its
kind (``directory/data/hsds/``), by which both directions are checked. What HSDS has a member for stands there; what it
hasn't is an ``attribute`` whose ``taxonomy_term`` is of our own taxonomy, its ``value`` as JSON: a program that doesn't
know it reads the rest. Needs are terms of a taxonomy of their own. Of an address that isn't told nothing is there but
its département (field.md A.2, A.7).
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid5

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from directory.codes import Need, ResourceKind, Source, Status, Visibility
from directory.exchange import hsds_hours, side_file
from directory.exchange.rows import SERVICE, STRUCTURE
from directory.models import Capacity, Place, Service, Structure

VERSION: Final = "3.0"
SCHEMAS: Final = Path(__file__).parents[1] / "data" / "hsds"
#: Taxonomies of ours: needs, kinds of structures, and our other fields.
NEEDS, KINDS, FIELDS = "repere-need", "repere-resource-type", "repere-field"
STATUS: Final = {
    Status.ACTIVE: "active",
    Status.SUSPENDED: "temporarily closed",
    Status.CLOSED: "defunct",
}
#: Registers of organisations, by our field.
REGISTERS: Final = {"siret": "SIRET", "finess": "FINESS", "uai": "UAI", "rna": "RNA"}
#: Members of a service that are texts of ours as they are, in both directions.
TEXTS: Final = {
    "description": "description",
    "url": "mobilisation_url",
    "email": "email",
    "application_process": "mobilisation_note",
    "fees_description": "fees_note",
    "eligibility_description": "access_conditions",
}
#: Our fields of a service that HSDS has no member for.
ATTRIBUTES: Final = {
    STRUCTURE: ("accessibility_url", "networks", "opening_hours", "opening_hours_text", "status"),
    SERVICE: (
        "kind", "themes", "fees", "audiences", "audiences_note", "source_url", "reception_modes",
        "mobilisation_modes", "mobilisable_by", "weekly_hours", "weeks", "opening_hours", "opening_hours_text",
        "sexes", "accepts", "place_kind", "distance_placement", "from_departments", "refused_departments",
        "round_the_clock", "answer_delay_hours", "specialised", "who_may_ask", "needs_agreement", "interpreter",
        "documents_never", "safe_channels", "suspended_until", "asks_every_months",
    ),
}  # fmt: skip
MONTHS: Final = 12


@cache
def validator(kind: str) -> Draft202012Validator:
    """Return what checks a member of a file against the published schema of its kind."""
    schemas = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in SCHEMAS.glob("*.json")}
    store: Registry[Any] = Registry()
    for name, schema in schemas.items():
        store = store.with_resource(name, Resource.from_contents(schema, default_specification=DRAFT202012))
    return Draft202012Validator(schemas[f"{kind}.json"], registry=store, format_checker=FormatChecker())


def exported_id(row: Structure | Service) -> UUID:
    """Return the id under which a row is exported: the one that it came with, or our own."""
    if row.source == Source.HSDS:
        try:
            return UUID(row.source_id)
        except ValueError:
            pass
    return row.pk


def organization_of(row: Structure, place: Place | None, *, shown: bool) -> dict[str, Any]:
    """Return a structure as an ``organization``; ``shown``: its address may be."""
    pk = exported_id(row)
    made = {
        "id": str(pk),
        "name": row.name,
        "description": row.description,
        "email": row.email,
        "website": row.website,
        "uri": row.source_url,
        "parent_organization_id": str(exported_id(row.parent)) if row.parent else "",
        "organization_identifiers": [
            {
                "id": _id(pk, name),
                "organization_id": str(pk),
                "identifier_scheme": f"FR-{label}",
                "identifier_type": label,
                "identifier": number,
            }
            for name, label in REGISTERS.items()
            if (number := getattr(row, name))
        ],
        "phones": _phones(pk, row.phone, "organization_id"),
        "locations": _locations(pk, place, shown=shown),
        "attributes": [
            _term(pk, "organization", KINDS, row.kind, str(ResourceKind(row.kind).label)),
            *_attributes(pk, STRUCTURE, "organization", row),
            _attribute(pk, "organization", "updated_on", row.updated_on.isoformat()),
        ],
    }
    return _bare(made, ("id", "name", "description"))


def service_of(
    row: Service, place: Place | None, capacities: Iterable[Capacity], *, shown: bool
) -> dict[str, Any]:
    """Return a service as a ``service``; its structure stands among the organizations of the file."""
    pk = exported_id(row)
    counts = [side_file.capacity_of(one) for one in capacities]
    made: dict[str, Any] = {
        "id": str(pk),
        "organization_id": str(exported_id(row.structure)),
        "name": row.name,
        "status": STATUS[Status(row.status)],
        **{member: getattr(row, name) for member, name in TEXTS.items()},
        "interpretation_services": "Interprète possible" if row.interpreter else "",
        "wait_time": f"{row.answer_delay_hours} h" if row.answer_delay_hours is not None else "",
        "minimum_age": _years(row.age_min_months),
        "maximum_age": _years(row.age_max_months),
        "assured_date": row.verified_on.isoformat() if row.verified_on else "",
        "last_modified": datetime.combine(row.updated_on, time(), UTC).isoformat(),
        "phones": _phones(pk, row.phone, "service_id"),
        "schedules": _schedules(pk, row),
        "service_areas": [
            {
                "id": _id(pk, f"zone-{zone}"),
                "service_id": str(pk),
                "name": zone,
                "extent": zone,
                "extent_type": _extent(zone),
            }
            for zone in row.zones
        ],
        "service_at_locations": [
            {
                "id": _id(pk, "at"),
                "service_id": str(pk),
                "location_id": location["id"],
                "location": location,
            }
            for location in _locations(pk, place, shown=shown)
        ],
        "languages": [
            {"id": _id(pk, f"language-{code}"), "service_id": str(pk), "code": code, "name": code}
            for code in row.languages
        ],
        "required_documents": _documents(pk, row.documents_wanted),
        "contacts": [{"id": _id(pk, "contact"), "service_id": str(pk), "name": row.contact_name}]
        if row.contact_name
        else [],
        "attributes": [
            *(_term(pk, "service", NEEDS, need, str(Need(need).label)) for need in row.needs),
            *_attributes(pk, SERVICE, "service", row),
            _attribute(pk, "service", "updated_on", row.updated_on.isoformat()),
            *([_attribute(pk, "service", "capacities", counts)] if counts else []),
        ],
    }
    return _bare(made, ("id", "organization_id", "name", "status", "description"))


def attributes_in(item: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield taxonomy, code and value of each attribute of a member that is ours."""
    for one in item.get("attributes") or ():
        term = one.get("taxonomy_term") or {}
        if term.get("taxonomy") in (NEEDS, KINDS, FIELDS) and isinstance(term.get("code"), str):
            yield term["taxonomy"], term["code"], one.get("value") or ""


def usual_of(model: type[Structure | Service], name: str) -> Any:
    """Return the value of a field that needs no saying."""
    field: Any = model._meta.get_field(name)
    return field.get_default()


def _attributes(pk: UUID, kind: str, entity: str, row: Structure | Service) -> Iterator[dict[str, Any]]:
    for name in ATTRIBUTES[kind]:
        value = getattr(row, name)
        if value != usual_of(type(row), name):
            yield _attribute(pk, entity, name, value)


def _attribute(pk: UUID, entity: str, name: str, value: Any) -> dict[str, Any]:
    made = _term(pk, entity, FIELDS, name, name)
    return made | {"value": json.dumps(value, ensure_ascii=False, default=str)}


def _term(pk: UUID, entity: str, taxonomy: str, code: str, label: str) -> dict[str, Any]:
    term = str(uuid5(_NAMES, f"{taxonomy}/{code}"))
    return {
        "id": _id(pk, f"{taxonomy}/{code}"),
        "link_id": str(pk),
        "link_entity": entity,
        "link_type": taxonomy,
        "taxonomy_term_id": term,
        "taxonomy_term": {
            "id": term,
            "code": code,
            "name": label,
            "description": label,
            "taxonomy": taxonomy,
            "language": "fr",
        },
    }


def _phones(pk: UUID, number: str, owner: str) -> list[dict[str, Any]]:
    return [{"id": _id(pk, "phone"), owner: str(pk), "number": number}] if number else []


def _documents(pk: UUID, wanted: str) -> list[dict[str, Any]]:
    return [{"id": _id(pk, "document"), "service_id": str(pk), "document": wanted}] if wanted else []


def _schedules(pk: UUID, row: Service) -> list[dict[str, Any]]:
    text = row.opening_hours or row.opening_hours_text
    parts: list[dict[str, str]] = (
        (hsds_hours.schedules_of(row.opening_hours) or []) if row.opening_hours else []
    )
    if text and not parts:
        parts = [{"description": text}]
    return [
        {"id": _id(pk, f"schedule-{rank}"), "service_id": str(pk), **part} for rank, part in enumerate(parts)
    ]


def _locations(pk: UUID, place: Place | None, *, shown: bool) -> list[dict[str, Any]]:
    if place is None:
        return []
    visibility = place.visibility if shown else str(Visibility.PROFESSIONAL)
    own = uuid5(pk, "location")
    location: dict[str, Any] = {
        "id": str(own),
        "location_type": "physical",
        "attributes": [
            _attribute(own, "location", "department", place.department),
            _attribute(own, "location", "visibility", visibility),
        ],
    }
    if not shown:
        return [location]
    for name in ("latitude", "longitude"):
        if getattr(place, name) is not None:
            location[name] = getattr(place, name)
    if place.insee_code:
        location |= {"external_identifier": place.insee_code, "external_identifier_type": "INSEE"}
    if any((place.address, place.complement, place.postal_code, place.commune)):
        location["addresses"] = [
            {
                "id": _id(own, "address"),
                "location_id": str(own),
                "address_1": place.address,
                "address_2": place.complement,
                "city": place.commune,
                "state_province": place.department,
                "postal_code": place.postal_code,
                "country": "FR",
                "address_type": "physical",
            }
        ]
    return [location]


def _extent(zone: str) -> str:
    match len(zone):
        case 2 | 3:
            return "department"
        case 9:
            return "epci"
        case 5:
            return "country" if zone.startswith("99") else "commune"
        case _:
            return "nation"


def _years(months: int | None) -> float | int | None:
    if months is None:
        return None
    return months // MONTHS if months % MONTHS == 0 else round(months / MONTHS, 4)


def _id(pk: UUID, name: str) -> str:
    return str(uuid5(pk, name))


def _bare(made: Mapping[str, Any], needed: Iterable[str]) -> dict[str, Any]:
    """Leave out what is blank, but for what the format asks for."""
    return {name: value for name, value in made.items() if name in needed or value not in (None, "", [])}


_NAMES: Final = UUID("6f2b6c0e-5a0e-4d55-9d6f-0c6f3f6f9a31")
