"""Compares what a file holds with what is there: what would be created, changed, archived, held, or left as it is.

Nothing is written. The same file and the same rows give the same plan, by its digest. The rules (field.md A.7, A.8):

- A row is found again by its source and the id that the source gives it, never by a name.
- What a person verified or typed stays where the file is older than that, or doesn't say how old it is; the field is
  told as kept. A newer file changes it, with its verification. What a person closed no file opens.
- A structure that has a secret place is never touched: a row that is its own, or has its SIRET, FINESS number or
  telephone, is held until a person says whether it is the same. Nobody's address is filled in or unsealed by a file.
  Where another authority keeps that structure, it alone is told: here the row counts as left out, like one from
  elsewhere.
- Who may read an address is said when a place is made, and never by a later file.
- Of a whole file, rows that are gone are archived (closed), not deleted; they work again once they are back. A file
  with a row that can't be read archives nothing: that row might be one of those.
- What was merged into another row is its alias, and changes nothing.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from accounts.models import Authority
from directory.codes import Status
from directory.exchange import values
from directory.exchange.faults import Fault, Refused
from directory.exchange.known import ExistingRows, Secrets, Word, settled
from directory.exchange.rows import ADDRESS, SERVICE, STRUCTURE, Entry, Read
from directory.models import Capacity, Place, Service, Structure
from encryption.digest import sha256

type Row = Structure | Service


class Outcome(StrEnum):
    """What becomes of one row of a file."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    ARCHIVED = "archived"
    HELD = "held"
    REFUSED = "refused"


@dataclass(slots=True)
class Step:
    """What one row of a file would do: to which row of ours, with which values; ``kept``: fields that stay."""

    line: int
    kind: str
    source_id: str
    outcome: Outcome
    name: str = ""
    row: Row | None = None
    values: dict[str, Any] = field(default_factory=dict)
    place: Place | None = None
    place_values: dict[str, Any] = field(default_factory=dict)
    capacities: list[tuple[Capacity, dict[str, Any]]] = field(default_factory=list)
    parent_id: str = ""
    kept: tuple[str, ...] = ()

    def changed(self) -> list[str]:
        """Return the names of what it would change."""
        counts = [f"capacity.{one.unit}" for one, _ in self.capacities]
        return sorted([*self.values, *(f"place.{name}" for name in self.place_values), *counts])


@dataclass(frozen=True, slots=True)
class RowOnHold:
    """A row that a person decides on: which structure it is like, by ``siret``, ``finess``, ``phone`` or ``id``."""

    structure: UUID
    source_id: str
    matched_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a file counts: ``whole``: what isn't in it is archived; ``kind``: of structures of which it says none."""

    whole: bool = False
    kind: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return it as the import keeps it."""
        return {"whole": self.whole, "kind": self.kind}


@dataclass(slots=True)
class Plan:
    """All steps in the order of the file, and what is refused or held, by whichever authority decides on it."""

    steps: list[Step] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    held: list[RowOnHold] = field(default_factory=list)
    left_out: int = 0
    archives: bool = True

    def counts(self) -> dict[str, int]:
        """Return how many rows would do what."""
        outcomes = [step.outcome for step in self.steps]
        counts = {str(one): outcomes.count(one) for one in Outcome}
        return counts | {"refused": len(self.refused), "left_out": self.left_out}

    def digest(self) -> str:
        """Return a digest of what it would do: equal plans have equal ones."""
        summary = [
            (step.line, step.kind, step.source_id, str(step.outcome), step.changed()) for step in self.steps
        ]
        return sha256(json.dumps(summary, ensure_ascii=True).encode()).hex()


#: What a row may be that stands for itself, or for what isn't taken.
_OPEN_FIELDS: Final = ("status", "suspended_until", "age_min_months", "age_max_months")


def planned(read: Read, authority: Authority, source: str, options: Options) -> Plan:
    """Return what a file would do at an authority."""
    return _Planner(read, authority, source, options).plan()


class _Planner:
    def __init__(self, read: Read, authority: Authority, source: str, options: Options) -> None:
        self.read, self.authority, self.source, self.options = read, authority, source, options
        self.existing = ExistingRows.of(authority, source, read)
        self.secrets = Secrets.of()
        self.settled = settled()
        self.done = Plan(refused=list(read.refused), left_out=read.left_out)
        #: Ids of structures of the file that are like another authority's secret one.
        self.foreign: set[str] = set()
        #: Rows of the file by kind and id: ours, new ones included; None where theirs is not to be touched.
        self.rows: dict[tuple[str, str], Row | None] = {}

    def plan(self) -> Plan:
        """Return the plan: structures first, for services name them."""
        for kind in (STRUCTURE, SERVICE):
            for entry in self.read.of(kind):
                self._take(entry)
        self._keep_values_of_people()
        if self.options.whole:
            self.done.archives = all(one.source_id for one in self.done.refused)
            if self.done.archives:
                self.done.steps += self._archived()
        return self.done

    # --- One row of the file -----------------------------------------------------------------------------

    def _take(self, entry: Entry) -> None:
        key = (entry.kind, entry.source_id)
        if key in self.rows:
            self._refuse(entry, Fault.REPEATED, "id")
            return
        existing = self.existing.row(entry.kind, entry.source_id)
        if entry.kind == SERVICE and self._follows(entry):
            return
        hit = self.secrets.match(entry, existing)
        if hit is not None and self._hold(entry, existing, *hit):
            self.rows[key] = None
            return
        structure = self._structure(entry) if entry.kind == SERVICE else None
        if entry.kind == SERVICE and structure is None:
            return
        fault = self._fault(entry, existing)
        if fault is not None:
            self._refuse(entry, *fault)
        elif existing is not None and existing.merged_into_id is not None:
            self.rows[key] = existing
            self._step(entry, Outcome.UNCHANGED)
        elif existing is None:
            self.rows[key] = self._new(entry, structure)
        else:
            self.rows[key] = existing
            self._compare(entry, existing)

    def _hold(self, entry: Entry, existing: Row | None, structure: UUID, by: str) -> bool:
        """Hold a row, or leave alone what a person said is the same; False where it is another one."""
        same = self.settled.get((structure, entry.source_id))
        own = existing is not None and by == "id"
        if same is False and not own:
            return False
        if same is None:
            self.done.held.append(RowOnHold(structure, entry.source_id, by))
        if self.secrets.structures[structure] == self.authority.pk:
            self._step(entry, Outcome.UNCHANGED if same else Outcome.HELD)
            return True
        self.done.left_out += 1
        if entry.kind == STRUCTURE:
            self.foreign.add(entry.source_id)
        return True

    def _structure(self, entry: Entry) -> Structure | None:
        """Return the structure of a service; where there is none, its row is refused."""
        key = (STRUCTURE, entry.structure_id)
        structure: Row | None
        if key in self.rows:
            structure = self.rows[key]
        elif any(one.source_id == entry.structure_id for one in self.done.refused):
            structure = None
            self._refuse(entry, Fault.STRUCTURE_REFUSED, "structure_id")
        else:
            structure = self.existing.row(STRUCTURE, entry.structure_id)
            if structure is None:
                self._refuse(entry, Fault.NO_STRUCTURE, "structure_id")
        while isinstance(structure, Structure) and structure.merged_into is not None:
            structure = structure.merged_into
        return structure if isinstance(structure, Structure) else None

    def _follows(self, entry: Entry) -> bool:
        """Hold a service, or leave it alone, together with its structure; False where that is taken."""
        key = (STRUCTURE, entry.structure_id)
        if key not in self.rows or self.rows[key] is not None:
            return False
        self.rows[SERVICE, entry.source_id] = None
        if entry.structure_id in self.foreign:
            self.done.left_out += 1
            return True
        is_held = any(one.source_id == entry.structure_id for one in self.done.held)
        self._step(entry, Outcome.HELD if is_held else Outcome.UNCHANGED)
        return True

    def _fault(self, entry: Entry, existing: Row | None) -> tuple[Fault, str] | None:
        if existing is not None:
            return None
        fields = entry.defaults | entry.values
        if entry.kind == STRUCTURE and not (fields.get("kind") or self.options.kind):
            return Fault.NO_KIND, "kind"
        name = "name" if entry.kind == STRUCTURE else "description"
        return None if fields.get(name) else (Fault.REQUIRED, name)

    def _new(self, entry: Entry, structure: Structure | None) -> Row:
        fields = entry.defaults | entry.values
        row: Row
        if structure is None:
            fields.setdefault("kind", self.options.kind)
            row = Structure(authority=self.authority, source=self.source, source_id=entry.source_id)
        else:
            row = Service(
                authority=self.authority, structure=structure, source=self.source, source_id=entry.source_id
            )
        step = self._step(entry, Outcome.CREATED)
        step.row, step.values, step.parent_id = row, _differing(type(row), fields), entry.parent_id
        self._locate(entry, step, row)
        self._count(entry, step, row)
        return row

    def _compare(self, entry: Entry, row: Row) -> None:
        fields = dict(entry.values)
        if row.status == Status.CLOSED and "status" not in fields:
            fields["status"] = str(Status.ACTIVE)
        step = self._step(entry, Outcome.UNCHANGED)
        step.row = row
        step.values = {
            name: value for name, value in fields.items() if not values.same(name, getattr(row, name), value)
        }
        if isinstance(row, Structure) and entry.parent_id and not self._is_parent(row, entry.parent_id):
            step.parent_id, step.values["parent"] = entry.parent_id, None
        self._locate(entry, step, row)
        self._count(entry, step, row)
        if step.values or step.place_values or step.capacities:
            step.outcome = Outcome.CHANGED

    def _is_parent(self, row: Structure, source_id: str) -> bool:
        parent = self.existing.row(STRUCTURE, source_id)
        return parent is None or parent.pk in (row.parent_id, row.pk)

    def _locate(self, entry: Entry, step: Step, row: Row) -> None:
        if entry.place is None:
            return
        service = row if isinstance(row, Service) else None
        structure = row.structure if isinstance(row, Service) else row
        place = self.existing.place(structure, service)
        address = {name: value for name, value in entry.place.items() if name != "department" or value}
        if place is None:
            if "department" not in address:
                return
            step.place = Place(authority=self.authority, structure=structure, service=service)
            step.place_values = _differing(
                Place, address | ({"visibility": entry.visibility} if entry.visibility else {})
            )
        elif any(address[name] not in (None, "") for name in ADDRESS):
            step.place = place
            step.place_values = {name: one for name, one in address.items() if getattr(place, name) != one}

    def _count(self, entry: Entry, step: Step, row: Row) -> None:
        if not entry.capacities or not isinstance(row, Service):
            return
        for counts in entry.capacities:
            existing = self.existing.capacity(row, counts["unit"], counts["population"])
            one = existing or Capacity(service=row, unit=counts["unit"], population=counts["population"])
            new = {
                name: value
                for name, value in counts.items()
                if name not in ("unit", "population") and getattr(one, name) != value
            }
            if new or existing is None:
                step.capacities.append((one, new))

    def _step(self, entry: Entry, outcome: Outcome) -> Step:
        step = Step(entry.line, entry.kind, entry.source_id, outcome, str(entry.values.get("name", "")))
        self.done.steps.append(step)
        return step

    def _refuse(self, entry: Entry, fault: Fault, name: str = "") -> None:
        self.done.refused.append(Refused(entry.line, fault, name, entry.source_id))

    # --- What people said --------------------------------------------------------------------------------

    def _keep_values_of_people(self) -> None:
        """Take out of the steps what a person verified or typed later than the file says it."""
        touched = [
            step for step in self.done.steps if step.outcome == Outcome.CHANGED and step.row is not None
        ]
        statements = self.existing.last_statements([step.row for step in touched if step.row is not None])
        dated = {(one.kind, one.source_id): one.dated or self.read.stated_on for one in self.read.entries}
        refused: set[int] = set()
        for step in touched:
            assert step.row is not None  # noqa: S101 - chosen so
            day = dated[step.kind, step.source_id]
            step.kept = tuple(sorted(self._newer_by_people(step, statements.get(step.row.pk, {}), day)))
            for name in step.kept:
                values_of = step.place_values if name.startswith("place.") else step.values
                values_of.pop(name.removeprefix("place."), None)
            if not (set(step.values) - {"updated_on"} or step.place_values or step.capacities) and step.kept:
                step.values, step.outcome = {}, Outcome.UNCHANGED
            elif fault := _contradiction(step.row, step.values):
                self.done.refused.append(Refused(step.line, fault.fault, fault.field, step.source_id))
                refused.add(id(step))
        self.done.steps = [step for step in self.done.steps if id(step) not in refused]

    @staticmethod
    def _newer_by_people(step: Step, statements: Mapping[str, Word], day: date | None) -> Iterator[str]:
        for name in (*step.values, *(f"place.{one}" for one in step.place_values)):
            word = statements.get(name)
            if word is None or word.person is None:
                continue
            closed = name == "status" and (word.file is None or word.person >= word.file)
            later = name != "status" and (day is None or word.person.date() >= day)
            if closed or later:
                yield name

    # --- Rows that are gone ------------------------------------------------------------------------------

    def _archived(self) -> Iterator[Step]:
        present = {(kind, source_id) for kind, source_id in self.rows}
        present |= {(kind, one.source_id) for one in self.done.refused for kind in (STRUCTURE, SERVICE)}
        elsewhere = self.existing.structures_with_others()
        for kind in (SERVICE, STRUCTURE):
            for source_id, row in sorted(self.existing.of_source(kind).items()):
                structure = row.structure_id if isinstance(row, Service) else row.pk
                gone = (kind, source_id) not in present and row.status != Status.CLOSED
                stays = row.merged_into_id is not None or structure in self.secrets.structures
                if not gone or stays or (kind == STRUCTURE and row.pk in elsewhere):
                    continue
                new: dict[str, Any] = {"status": str(Status.CLOSED)}
                if isinstance(row, Service) and row.suspended_until:
                    new["suspended_until"] = None
                yield Step(0, kind, source_id, Outcome.ARCHIVED, row.name, row, new)


def _contradiction(row: Row, new: Mapping[str, Any]) -> values.BadValue | None:
    """Return why a row can't stand with new values beside those that are kept."""
    both = {name: new.get(name, getattr(row, name, None)) for name in _OPEN_FIELDS}
    try:
        values.consistent(both)
    except values.BadValue as bad:
        return bad
    return None


def _differing(model: Any, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is worth a verification of a new row: all but what is so by itself."""
    return {name: one for name, one in fields.items() if one != model._meta.get_field(name).get_default()}
