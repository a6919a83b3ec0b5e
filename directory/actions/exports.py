"""Exports of the directory: data.inclusion with its side file, and HSDS; each leaves an entry.

Only what the actor keeps, without what was merged or closed. A secret address is never in one, nor one that is for
professionals in a file for all: of both there is the département, and the contact (field.md A.7).
"""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import QuerySet

from accounts.actor import Actor
from accounts.models import Authority
from directory import acts
from directory.access import EDIT
from directory.actions.records import acting, keeper, record
from directory.codes import Source, Status, Visibility
from directory.exchange import data_inclusion, hsds, side_file
from directory.exchange.rows import SERVICE, STRUCTURE
from directory.models import Capacity, Place, Service, Structure
from directory.secrecy import leave_no_way_to, with_secret_places

#: The names of the files in a ZIP.
STRUCTURES, SERVICES, SIDE, LEFT_OUT = "structures.json", "services.json", "repere.json", "left_out.json"


@dataclass(frozen=True, slots=True)
class Rows:
    """What is exported: rows, where they are, and how many places they have."""

    structures: list[Structure]
    services: list[Service]
    places: Mapping[tuple[Any, Any], Place]
    capacities: Mapping[Any, list[Capacity]]
    audience: str

    def all_rows(self) -> Iterator[Structure | Service]:
        """Yield each row that a file tells something of, those that others name included."""
        yield from self.services
        for one in (*self.structures, *(service.structure for service in self.services)):
            yield one
            if one.parent is not None:
                yield one.parent

    def place(self, row: Structure | Service) -> tuple[Place | None, bool]:
        """Return where a row is, and whether its address may be told here."""
        if isinstance(row, Structure):
            place = self.places.get((row.pk, None))
        else:
            place = self.places.get((row.structure_id, row.pk))
        shown = place is not None and place.visibility in _DISCLOSED[self.audience]
        return place, shown


_DISCLOSED: Final = {
    Visibility.PUBLIC.value: (Visibility.PUBLIC,),
    Visibility.PROFESSIONAL.value: (Visibility.PUBLIC, Visibility.PROFESSIONAL),
}


def export_data_inclusion(body: Mapping[str, Any], *, actor: Actor, at: datetime) -> bytes:
    """Return a ZIP of structures, services, our own fields, and what the format can't hold, with the reason.

    Raises:
        NotAllowed: the actor doesn't keep the entries of this authority.
    """
    authority, rows = _rows(body, actor)
    structures, services, side, left = as_data_inclusion(rows)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in ((STRUCTURES, structures), (SERVICES, services), (SIDE, side), (LEFT_OUT, left)):
            # A fixed instant: the same entries give the same file.
            entry = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, _json(content))
    _record(authority, "data_inclusion", len(structures) + len(services), actor=actor, at=at)
    return packed.getvalue()


def export_hsds(body: Mapping[str, Any], *, actor: Actor, at: datetime) -> bytes:
    """Return a document of HSDS 3.0; raises as ``export_data_inclusion``."""
    authority, rows = _rows(body, actor)
    document = as_hsds(rows)
    count = len(document["organizations"]) + len(document["services"])
    _record(authority, "hsds", count, actor=actor, at=at)
    return _json(document)


def as_data_inclusion(
    rows: Rows,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, Any], list[dict[str, str]]]:
    """Return structures, services, side file, and the rows that the format refuses; the package checks each."""
    made: dict[str, list[dict[str, Any]]] = {STRUCTURE: [], SERVICE: []}
    side, left = side_file.empty(), list[dict[str, str]]()
    refused = set()
    for structure in rows.structures:
        place, shown = rows.place(structure)
        item = data_inclusion.structure_of(structure, place if shown else None)
        if _taken(STRUCTURE, item, made, left):
            side["structures"][item["id"]] = side_file.structure_of(structure, place, shown=shown)
        else:
            refused.add(structure.pk)
    for service in rows.services:
        if service.structure_id in refused:
            continue
        place, shown = rows.place(service)
        item = data_inclusion.service_of(service, place if shown else None)
        if _taken(SERVICE, item, made, left):
            counts = rows.capacities.get(service.pk, [])
            side["services"][item["id"]] = side_file.service_of(service, place, counts, shown=shown)
    return made[STRUCTURE], made[SERVICE], side, left


def as_hsds(rows: Rows) -> dict[str, Any]:
    """Return the document of HSDS 3.0."""
    organizations, services = [], []
    for structure in rows.structures:
        place, shown = rows.place(structure)
        organizations.append(hsds.organization_of(structure, place, shown=shown))
    for service in rows.services:
        place, shown = rows.place(service)
        counts = rows.capacities.get(service.pk, [])
        services.append(hsds.service_of(service, place, counts, shown=shown))
    return {"version": hsds.VERSION, "organizations": organizations, "services": services}


def rows_of(authority: Authority, audience: str) -> Rows:
    """Return what is exported of an authority: what works, or is suspended, and stands for itself."""
    structures = _works(Structure.objects.filter(authority=authority)).select_related("parent")
    services = _works(Service.objects.filter(authority=authority, structure__in=structures))
    capacities: dict[Any, list[Capacity]] = {}
    counts = Capacity.objects.filter(service__authority=authority).order_by("unit", "population")
    for one in counts:
        capacities.setdefault(one.service_id, []).append(one)
    places = {(one.structure_id, one.service_id): one for one in Place.objects.filter(authority=authority)}
    hidden = with_secret_places()  # a parent is named too, which another authority may keep
    rows = Rows(
        list(structures.order_by("pk")),
        list(services.select_related("structure__parent").order_by("pk")),
        places,
        capacities,
        audience,
    )
    for row in rows.all_rows():
        if (row.pk if isinstance(row, Structure) else row.structure_id) in hidden:
            leave_no_way_to(row)
            row.source = Source.OWN  # the id that another file gave it would find it there
    return rows


def _works[Entry: (Structure, Service)](rows: "QuerySet[Entry]") -> "QuerySet[Entry]":
    return rows.filter(merged_into=None).exclude(status=Status.CLOSED)


def _rows(body: Mapping[str, Any], actor: Actor) -> tuple[Authority, Rows]:
    authority = keeper(body["authority"], actor)
    return authority, rows_of(authority, body["audience"])


def _taken(
    kind: str,
    item: dict[str, Any],
    made: Mapping[str, list[dict[str, Any]]],
    left: list[dict[str, str]],
) -> bool:
    fault = data_inclusion.fault_of(kind, item, warnings=True)
    if fault is None:
        made[kind].append(item)
        return True
    left.append({"id": item["id"], "field": fault[0], "code": fault[1].value, "text": str(fault[1].label)})
    return False


def _json(told: Any) -> bytes:
    return (json.dumps(told, ensure_ascii=False, indent=1, default=str) + "\n").encode()


def _record(authority: Authority, form: str, count: int, *, actor: Actor, at: datetime) -> None:
    record(
        acts.EXPORTED,
        authority.pk,
        authority.pk,
        actor=acting(actor, EDIT, authority.pk),
        at=at,
        to_state=form,
        count=count,
    )
