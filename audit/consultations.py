"""Readings of files as the journal tells them, and the statement by which no line of a list can be left out.

Who asks who read a file gets lines that were made of entries (domain.md §7.5, C-579/21). For each authority whose
entries name the files, an entry ``readers:listed`` states how many such entries there are among the first
``tree-<size>`` of the log, and the root of a tree over them, in their order. The list is handed out with the hash of
each entry, its path in the log, and the statements with theirs. So

- a line that is dropped, changed, added or moved contradicts the statement, which the stand-alone verifier shows to
  whoever has the list (``verifier.py readers``);
- a statement that leaves a line out contradicts the log, which the same verifier shows to every auditor who has an
  export, for it reckons each statement anew (``verifier.py verify``).

**What is handed out of an entry**: never its bytes. They bear the actor's pseudonym, which is the same in every file
and so would join an agent's readings across requests; network, device and browser; and the salt. A line says day, four
hours, way, purpose and a digest of role and institution, and goes into the tree together with the entry's hash. The
digest has a salt made of the entry's own, given along with role and institution, and not where a reader is masked. The
statement itself is the service's own entry, names nobody, and is handed out whole.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef

from audit import alarms, checkpoints, columns, events, journal, reading, tree, verifier
from audit.errors import JournalBehind, NotInTree, PlaceAwaited
from audit.events import Purpose
from audit.models import Leaf, ReadEntry, ReadSubject, Refused
from audit.proofs import coded
from audit.tree import Tree

LISTED: Final = verifier.LISTED
FORMAT: Final = "repere-readers/1"
events.register(LISTED)
#: How long an entry may wait for its place before a list is refused: less than the verifier allows.
_PATIENCE: Final = timedelta(minutes=45)
_AT_ONCE: Final = 500  # variables of one statement of SQLite


@dataclass(frozen=True, slots=True)
class Consultation:
    """One reading of a file. ``said``: what the entry says; ``line``: what is handed out of it; ``place``: in the log.

    Without a place while no checkpoint covers it: for some seconds.
    """

    entry: UUID
    said: Mapping[str, Any]
    line: dict[str, Any]
    leaf: bytes
    place: int | None

    @property
    def tenant(self) -> UUID | None:
        return UUID(self.said["tenant"]) if self.said["tenant"] else None


@dataclass(frozen=True, slots=True)
class Readings:
    """The consultations of some files, the oldest first, in the log as far as its latest checkpoint covers it."""

    subjects: frozenset[UUID]
    origin: int
    size: int
    zone: str
    consultations: tuple[Consultation, ...]

    @property
    def placed(self) -> list[Consultation]:
        """Those that the checkpoint covers, in the order of the log: what a statement counts."""
        return [one for one in self.consultations if one.place is not None]


def consultations(subjects: Collection[UUID], *, zone: str, at: datetime) -> Readings:
    """Return who read some files, which are named by their pseudonyms; whoever calls may know.

    Within a transaction. What is an entry's is told by its bytes, whatever its columns say; a difference is an alarm
    (SEC-AL22). Entries whose content was pruned aren't among them. ``zone``: in which days and hours are told.
    """
    newest = tree.newest()
    checkpoint = None if newest is None else checkpoints.last(newest.number)
    size = 0 if checkpoint is None else checkpoint.size
    wanted = frozenset(subjects)
    with reading.as_auditor():
        alone = ReadEntry.objects.filter(subject__in=wanted).values("id")
        among = ReadSubject.objects.filter(subject__in=wanted).values("entry_id")
        entries = ReadEntry.objects.annotate(apart=Exists(Refused.objects.filter(entry=OuterRef("pk"))))
        # What was set apart the service never wrote: it is no consultation, and the auditors know of it (SEC-AL21).
        rows = [row for row in entries.filter(id__in=alone.union(among)).order_by("at", "id") if row.body]
        rows = [row for row in rows if not row.set_apart]
        odd = columns.differences(rows)
    alarms.raise_all(odd, at=at)
    places = {} if newest is None else _places(newest.number, [row.pk for row in rows], size)
    read = (_consultation(row, wanted, places.get(row.pk), ZoneInfo(zone)) for row in rows)
    readings = [one for one in read if one is not None]
    # In the order of the log, which the statement counts in; what has no place yet comes last.
    readings.sort(key=lambda one: (one.place is None, one.place or 0))
    return Readings(wanted, newest.number if newest else 0, size, zone, tuple(readings))


def _places(origin: int, entries: list[UUID], size: int) -> dict[UUID, int]:
    places: dict[UUID, int] = {}
    for first in range(0, len(entries), _AT_ONCE):
        leaves = Leaf.objects.filter(
            origin=origin, entry__in=entries[first : first + _AT_ONCE], place__lt=size
        )
        places |= {pk: place for pk, place in leaves.values_list("entry", "place") if pk is not None}
    return places


def _consultation(
    row: ReadEntry, wanted: frozenset[UUID], place: int | None, zone: ZoneInfo
) -> Consultation | None:
    body = bytes(row.body)
    entry = columns.entry_in(body)
    if entry is None or not {UUID(one) for one in entry["obj"]} & wanted:
        return None
    line = verifier.reading_of(dict(entry), zone)
    return None if line is None else Consultation(row.pk, entry, line, verifier.leaf_hash(body), place)


def state(found: Readings, *, tenant: UUID | None, at: datetime) -> dict[str, Any]:
    """Write the statements about a list into the journal; return the list, without its proofs, as JSON values.

    ``tenant``: whose files they are. The proofs are there once a checkpoint covers the statements: ``proven``.

    Raises:
        JournalBehind: the tree is so far behind that the list would leave out what was read an hour ago.
        JournalUnavailable: the entry can't be written.
    """
    placed = found.placed
    # The verifier takes a list that ends an hour before its statement for one that hides what came later. Where nothing
    # was ever signed, as on a developer's machine, there is nothing to be behind.
    waiting = (datetime.fromisoformat(one.said["ts"]) for one in found.consultations if one.place is None)
    if found.size and any(then < at - _PATIENCE for then in waiting):
        raise JournalBehind
    tenants = list(dict.fromkeys(one.tenant for one in placed)) or [tenant]
    statements = []
    for whose in tenants:
        own = [verifier.commitment(one.leaf, one.line) for one in placed if one.tenant == whose]
        entry = journal.record(
            LISTED,
            # The service says it: a pseudonym of who asked would go out with the list.
            actor=None,
            at=at,
            objects=sorted(found.subjects),
            tenant=whose,
            purpose=Purpose.ACCESS_REQUEST,
            rule=f"tree-{found.size}-{len(tenants)}",
            from_state=found.zone,
            to_state=verifier.fold(own).hex(),
            count=len(own),
        )
        statements.append({"id": str(entry.pk), "entry": bytes(entry.body).decode()})
    lines = [
        {
            "list": tenants.index(one.tenant),
            "place": one.place,
            "leaf": coded(one.leaf),
            "said": one.line,
            "who": verifier.reader_of(dict(one.said)),
        }
        for one in placed
    ]
    return {"format": FORMAT, "origin": found.origin, "statements": statements, "lines": lines}


def masked(listed: Mapping[str, Any], places: Collection[int]) -> dict[str, Any]:
    """Return a list in which nobody learns role and institution of the readers at some places of the log."""
    lines = [{**one, "who": None} if one["place"] in places else one for one in listed["lines"]]
    return {**listed, "lines": lines}


def places_of(listed: Mapping[str, Any], entries: Collection[UUID]) -> set[int]:
    """Return at which places of the log some entries of a list stand; of a list without proofs there are none."""
    last = max((one["place"] for one in listed.get("lines", ())), default=None)
    return set() if last is None else set(_places(listed["origin"], list(entries), last + 1).values())


def is_signed() -> bool:
    newest = tree.newest()
    return newest is not None and checkpoints.last(newest.number) is not None


def proven(listed: Mapping[str, Any]) -> dict[str, Any]:
    """Return a list with its proofs: the latest checkpoint with its witnesses, and a path for each entry.

    Raises:
        PlaceAwaited: no checkpoint covers the statements yet; some seconds later one does.
        NotInTree: the log began anew after a restore, and the list has to be made anew.
    """
    newest = tree.newest()
    checkpoint = None if newest is None else checkpoints.last(newest.number)
    if newest is None or checkpoint is None or newest.number != listed["origin"]:
        raise NotInTree
    size, log = checkpoint.size, Tree(newest.number, checkpoint.size)
    stated = [UUID(one["id"]) for one in listed["statements"]]
    places = _places(newest.number, stated, size)
    if len(places) != len(stated):
        raise PlaceAwaited(stated)
    statements = [
        {
            "entry": one["entry"],
            "place": places[UUID(one["id"])],
            "path": _path(log, places[UUID(one["id"])], size),
        }
        for one in listed["statements"]
    ]
    lines = [{**one, "path": _path(log, one["place"], size)} for one in listed["lines"]]
    note = checkpoints.whole_note(checkpoint).decode()
    period = {name: listed[name] for name in ("since", "until") if name in listed}
    return {"format": FORMAT, **period, "checkpoint": note, "statements": statements, "lines": lines}


def _path(log: Tree, place: int, size: int) -> list[str]:
    return [coded(one) for one in log.inclusion(place, size)]


def actors_of(found: Iterable[Consultation], entries: Collection[UUID]) -> dict[UUID, UUID]:
    return {one.entry: UUID(one.said["actor"] or one.said["obo"]) for one in found if one.entry in entries}


__all__ = ["Consultation", "Readings", "actors_of", "consultations", "is_signed", "masked", "proven", "state"]
