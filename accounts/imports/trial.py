"""Trial of a file: what was read of it and what that would do, and how it is kept sealed until it is decided on."""

import json
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from accounts.imports import institutions, people
from accounts.imports.faults import Fault, FileFault, Refused
from accounts.imports.plan import CHANGED, CREATED, UNCHANGED, Planned, planned
from accounts.imports.rows import Institution, Person, Read
from accounts.imports.table import Source
from accounts.models import Authority, ImportRun
from accounts.models.importrun import ImportSource
from accounts.territory import covering
from encryption import bearer, digest, index
from encryption.errors import Unreadable

_PURPOSE: Final = "import"
#: How many rows of a file are taken: what is confirmed is written in one transaction.
MOST: Final = {ImportSource.PEOPLE: 500}
MOST_INSTITUTIONS: Final = 3000


@dataclass(frozen=True, slots=True)
class Trial:
    """What was read of a file (``rows``, ``unread``), and what that would do (``lines``, ``refused``)."""

    rows: Sequence[Person | Institution]
    unread: list[Refused]
    lines: list[Planned]
    refused: list[Refused]

    def counts(self) -> dict[str, int]:
        """Return how many lines would do what."""
        outcomes = [line.outcome for line in self.lines]
        counts = {outcome: outcomes.count(outcome) for outcome in (CREATED, CHANGED, UNCHANGED)}
        return counts | {"refused": len(self.unread) + len(self.refused)}

    def all_refused(self) -> list[Refused]:
        """Return the lines that aren't taken, in the order of the file."""
        return sorted([*self.unread, *self.refused], key=lambda one: one.line)

    def acting(self) -> list[tuple[Person | Institution, Planned]]:
        """Return what changes something: each row with what it does."""
        rows: dict[int, Person | Institution] = {row.line: row for row in self.rows}
        return [(rows[line.line], line) for line in self.lines if line.outcome != UNCHANGED]

    def packed(self) -> bytes:
        """Return it as canonical JSON: equal trials give equal bytes."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()

    @classmethod
    def unpacked(cls, packed: bytes, source: str) -> "Trial":
        """Return what ``packed`` gave."""
        document: dict[str, Any] = json.loads(packed)
        row = Person if source == ImportSource.PEOPLE else Institution
        return cls(
            rows=[row(**one) for one in document["rows"]],
            unread=[_refused(one) for one in document["unread"]],
            lines=[Planned(**one) for one in document["lines"]],
            refused=[_refused(one) for one in document["refused"]],
        )


def read(raw: bytes, source: str, authority: Authority, *, on: date) -> Read[Person] | Read[Institution]:
    """Return what a file holds for an authority."""
    text = Source.of(raw)
    covers = covering(authority, on=on)
    result: Read[Person] | Read[Institution]
    match source:
        case ImportSource.PEOPLE:
            result = people.read(text)
        case ImportSource.INSTITUTIONS:
            result = institutions.read(text)
        case ImportSource.SCHOOLS:
            result = institutions.read_schools(text, covers)
        case _:
            result = institutions.read_finess(text, covers)
    if not (result.rows or result.refused):
        raise FileFault(Fault.NO_LINES)
    if len(result.rows) + len(result.refused) > most(source):
        raise FileFault(Fault.TOO_MANY_LINES)
    return result


def most(source: str) -> int:
    """Return how many rows of a file are taken at most, refused ones included."""
    return MOST.get(ImportSource(source), MOST_INSTITUTIONS)


def tried(
    rows: Sequence[Person | Institution],
    unread: list[Refused],
    authority: Authority,
    *,
    asker: UUID | None,
    at: datetime,
) -> Trial:
    lines, refused = planned(rows, authority, asker=asker, at=at)
    return Trial(rows, unread, lines, refused)


def seal(run: ImportRun, trial: Trial) -> None:
    """Put a trial into its row, sealed for that row, with its digest and counts."""
    packed = trial.packed()
    run.content = bearer.sealed(_secret(run), _PURPOSE, zlib.compress(packed))
    run.digest = digest.sha256(packed).hex()
    for name, count in trial.counts().items():
        setattr(run, name, count)


def opened(run: ImportRun) -> Trial:
    """Return the trial that a row holds."""
    if run.content is None:
        raise Unreadable
    packed = zlib.decompress(bearer.opened(_secret(run), _PURPOSE, bytes(run.content)))
    if digest.sha256(packed).hex() != run.digest:
        raise Unreadable
    return Trial.unpacked(packed, run.source)


def _secret(run: ImportRun) -> bytes:
    return index.keyed("import", run.pk.bytes)


def _refused(told: dict[str, Any]) -> Refused:
    return Refused(told["line"], Fault(told["fault"]), told["column"])
