"""What the directory holds of what a file speaks of, read in a constant number of queries."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched
from typing import Any, Final, Self
from uuid import UUID

from django.db.models import Max, Q

from accounts.models import Authority
from directory.codes import Means, Source, Status, Visibility
from directory.exchange import data_inclusion
from directory.exchange.rows import SERVICE, STRUCTURE, Entry, Read
from directory.models import Capacity, HeldRow, Place, Service, Structure, Verification
from directory.phones import normalised_phone

type Row = Structure | Service

#: So many values stand in one statement: databases bound their number.
_AT_ONCE: Final = 400


@dataclass(frozen=True, slots=True)
class Word:
    """When a person, and when a file, last said something of a field."""

    person: datetime | None = None
    file: datetime | None = None


@dataclass(slots=True)
class ExistingRows:
    """The rows of an authority that a file of a source is about, with places and capacities."""

    authority: Authority
    source: str
    rows: dict[str, dict[str, Row]] = field(default_factory=dict)
    own: dict[UUID, Row] = field(default_factory=dict)
    places: dict[tuple[UUID, UUID | None], Place] = field(default_factory=dict)
    capacities: dict[tuple[UUID, str, str], Capacity] = field(default_factory=dict)

    @classmethod
    def of(cls, authority: Authority, source: str, read: Read) -> Self:
        """Read them."""
        existing = cls(authority, source)
        structures = Structure.objects.filter(authority=authority).select_related("authority", "merged_into")
        services = Service.objects.filter(authority=authority).select_related("authority", "structure")
        existing.rows = {
            STRUCTURE: {row.source_id: row for row in structures.filter(source=source)},
            SERVICE: {row.source_id: row for row in services.filter(source=source)},
        }
        owned = {pk for one in read.entries for pk in _owned(source, one)}
        for some in batched(sorted(owned), _AT_ONCE):
            existing.own |= {row.pk: row for row in structures.filter(pk__in=some)}
            existing.own |= {row.pk: row for row in services.filter(pk__in=some)}
        existing._join()
        if any(one.place is not None for one in read.entries):
            existing.places = {
                (one.structure_id, one.service_id): one for one in Place.objects.filter(authority=authority)
            }
        if any(one.capacities for one in read.entries):
            for one in Capacity.objects.filter(service__authority=authority).select_related("service"):
                existing.capacities[one.service_id, one.unit, one.population] = one
        return existing

    def _join(self) -> None:
        """Give services the very structures that are written: what becomes of these is seen by them."""
        structures: dict[UUID, Structure] = {}
        rows = [*self.own.values(), *self.rows[STRUCTURE].values(), *self.rows[SERVICE].values()]
        for row in rows:
            if isinstance(row, Structure):
                structures[row.pk] = row
        for row in rows:
            if isinstance(row, Service):
                row.structure = structures.setdefault(row.structure_id, row.structure)

    def row(self, kind: str, source_id: str) -> Row | None:
        """Return the row that an id of the file stands for: of that source, or one of ours that was exported."""
        row = self.rows[kind].get(source_id)
        if row is None and (pk := own_id(self.source, source_id)) is not None:
            row = self.own.get(pk)
            wanted = Structure if kind == STRUCTURE else Service
            row = row if isinstance(row, wanted) else None
        return row

    def of_source(self, kind: str) -> Mapping[str, Row]:
        """Return the rows that came from this source."""
        return self.rows[kind]

    def place(self, structure: Structure, service: Service | None) -> Place | None:
        """Return where a structure is, or a service that has a place of its own."""
        return self.places.get((structure.pk, service.pk if service else None))

    def capacity(self, service: Service, unit: str, population: str) -> Capacity | None:
        """Return how many places of one kind a service has."""
        return self.capacities.get((service.pk, unit, population))

    def last_statements(self, rows: Sequence[Row]) -> dict[UUID, dict[str, Word]]:
        """Return when people and files last said something of each field of rows; of a place, ``place.<field>``."""
        words: dict[UUID, dict[str, Word]] = {}
        for some in batched(rows, _AT_ONCE):
            structures = [one.pk for one in some if isinstance(one, Structure)]
            services = [one.pk for one in some if isinstance(one, Service)]
            wanted = Q(service__in=services) | Q(structure__in=structures, service=None)
            lasts = (
                Verification.objects.filter(wanted)
                .order_by()
                .values_list("structure_id", "service_id", "field")
                .annotate(
                    person=Max("at", filter=~Q(means=Means.IMPORT)),
                    file=Max("at", filter=Q(means=Means.IMPORT)),
                )
            )
            for structure, service, name, person, file in lasts:
                words.setdefault(service or structure, {})[name] = Word(person, file)
        return words

    def structures_with_others(self) -> set[UUID]:
        """Return the structures of this source that have a service of another source, which works."""
        others = Service.objects.filter(authority=self.authority, structure__source=self.source)
        others = others.exclude(source=self.source).exclude(status=Status.CLOSED)
        return set(others.order_by().values_list("structure_id", flat=True))


@dataclass(slots=True)
class Secrets:
    """The structures, of all authorities, that have a secret place, and by what a row of a file is like them."""

    #: With the authority that keeps each.
    structures: dict[UUID, UUID] = field(default_factory=dict)
    by: dict[tuple[str, str], UUID] = field(default_factory=dict)

    @classmethod
    def of(cls) -> Self:
        """Read them."""
        secrets = cls()
        secret = Place.objects.filter(visibility=Visibility.SECRET).order_by()
        secrets.structures = dict(secret.values_list("structure_id", "structure__authority_id"))
        for some in batched(sorted(secrets.structures), _AT_ONCE):
            for row in Structure.objects.filter(pk__in=some):
                for name in ("siret", "finess"):
                    if getattr(row, name):
                        secrets.by[name, getattr(row, name)] = row.pk
                secrets._call(row.phone, row.pk)
            for service in Service.objects.filter(structure__in=some):
                secrets._call(service.phone, service.structure_id)
        return secrets

    def match(self, entry: Entry, existing: Row | None) -> tuple[UUID, str] | None:
        """Return the structure that a row is or is like, and by what; None for a row that is like none of them."""
        if existing is not None:
            structure = existing.structure_id if isinstance(existing, Service) else existing.pk
            if structure in self.structures:
                return structure, "id"
        for name in ("siret", "finess"):
            if match := self.by.get((name, entry.values.get(name) or "")):
                return match, name
        phone = entry.values.get("phone") or ""
        match = self.by.get(("phone", normalised_phone(phone) or phone)) if phone else None
        return (match, "phone") if match else None

    def _call(self, phone: str, structure: UUID) -> None:
        if phone:
            self.by["phone", normalised_phone(phone) or phone] = structure


def settled() -> dict[tuple[UUID, str], bool]:
    """Return what those who keep a structure said of rows like it, of whichever import: whether they are the same."""
    rows = HeldRow.objects.filter(settled_at__isnull=False)
    return {(row.structure_id, row.source_id): bool(row.same) for row in rows}


def own_id(source: str, source_id: str) -> UUID | None:
    """Return the id of our row that an id of an exported file stands for, if it has the form of one."""
    match source:
        case Source.DATA_INCLUSION:
            return data_inclusion.own_id(source_id)
        case Source.HSDS:
            try:
                return UUID(source_id)
            except ValueError:
                return None
        case _:
            return None


def _owned(source: str, entry: Entry) -> Iterator[UUID]:
    ids: Iterable[Any] = (entry.source_id, entry.structure_id, entry.parent_id)
    return (pk for one in ids if one and (pk := own_id(source, one)) is not None)
