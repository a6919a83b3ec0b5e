"""Auditors' access to the tree: checkpoints, proofs, an export; and the proofs in receipts and attestations.

Proofs have the form of C2SP tlog-proof, which ``audit/verifier.py`` and other programs read. Every authority's auditors
read the tree; the bytes of an entry are for those of its own authority.
"""

import base64
import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final
from uuid import UUID

from audit import alarms, checkpoints, columns, exporting, reading, tree
from audit.errors import NotInTree
from audit.events import Outcome
from audit.inspection import Auditing, authorities_of, record, shown_of
from audit.models import Checkpoint, Leaf, LogOrigin, ReadEntry
from audit.tree import Tree

# Beyond this an export goes to the disk: several auditors at once must not fill the memory of a process.
_IN_MEMORY: Final = 8 * 1024 * 1024
PROOF: Final = "c2sp.org/tlog-proof@v1"


def latest(*, actor: Auditing | None, at: datetime) -> Checkpoint:
    """Return the latest checkpoint.

    Raises:
        NotAuditor: the caller reads the entries of no authority.
        NotInTree: nothing is signed yet.
    """
    authorities = authorities_of(actor)
    checkpoint = checkpoints.last(_origin().number)
    # Also where nothing is signed yet: a question that found nothing is an entry too (SEC-AL17).
    record("checkpoint", actor=actor, authorities=authorities, counts={}, at=at)
    if checkpoint is None:
        raise NotInTree
    return checkpoint


def _origin() -> LogOrigin:
    origin = tree.newest()
    if origin is None:
        raise NotInTree
    return origin


@dataclass(frozen=True, slots=True)
class Inclusion:
    """An entry of the journal and the proof that it is in the tree; without one while no checkpoint covers it."""

    body: bytes
    leaf_hash: bytes
    place: int | None = None
    checkpoint: Checkpoint | None = None
    path: Sequence[bytes] = ()

    @property
    def proof(self) -> str | None:
        """The proof as a text, with the checkpoint and its witnesses in it. Source: C2SP tlog-proof."""
        if self.checkpoint is None:
            return None
        lines = "".join(f"{coded(one)}\n" for one in self.path)
        note = checkpoints.whole_note(self.checkpoint).decode()
        return f"{PROOF}\nindex {self.place}\n{lines}\n{note}"


def coded(value: bytes) -> str:
    """Return bytes in base64."""
    return base64.b64encode(value).decode()


def inclusion(query: Mapping[str, Any], *, actor: Auditing | None, at: datetime) -> Inclusion:
    """Return the proof that an entry of the caller's authorities is in the tree; ``size`` names a checkpoint.

    Raises:
        NotAuditor: the caller reads the entries of no authority.
        NotInTree: there is no such entry for the caller, or no checkpoint of that size that covers it.
    """
    authorities = authorities_of(actor)
    with reading.as_auditor():
        rows = list(ReadEntry.objects.filter(tenant__in=authorities, pk=query["entry"]))
        # A column that was changed hides its entry from its auditors: each look compares, and tells them.
        odd = columns.differences(rows)
    alarms.raise_all(odd, at=at)
    # Found by its column, shown by its bytes: a row moved to this authority isn't handed out.
    entry = next(iter(reading.own(rows, authorities)), None)
    question = json.dumps({"inclusion": query}, default=str, sort_keys=True)
    counts = shown_of([] if entry is None else [entry])
    record(question, actor=actor, authorities=authorities, counts=counts, at=at)
    if entry is None:
        raise NotInTree
    return _included(entry, size=query.get("size"))


def _included(entry: ReadEntry, *, size: int | None = None, first: bool = False) -> Inclusion:
    """Return the proof for one entry, in the tree of the newest origin.

    In the latest checkpoint, or that of ``size``, or the ``first`` that covers the entry.

    Raises:
        NotInTree: ``size`` is given, and no checkpoint of that size covers the entry.
    """
    body, leaf = bytes(entry.body), bytes(entry.leaf_hash)
    origin = tree.newest()
    place = (
        None
        if origin is None
        else Leaf.objects.filter(origin=origin.number, entry=entry.pk).values_list("place", flat=True).first()
    )
    covering = None
    if origin is not None and place is not None:
        signed = Checkpoint.objects.filter(origin=origin.number, size__gt=place)
        signed = signed if size is None else signed.filter(size=size)
        covering = signed.order_by("size" if first else "-size").first()
    if covering is None or place is None:
        # A named checkpoint must be the one: another would be a proof of something that wasn't asked.
        if size is not None:
            raise NotInTree
        return Inclusion(body, leaf)
    # Of the checkpoint's own size: the tree has grown since, and its signed root proves nothing of a later one.
    path = Tree(covering.origin, covering.size).inclusion(place, covering.size)
    return Inclusion(body, leaf, place, covering, path)


@dataclass(frozen=True, slots=True)
class Consistency:
    """That one tree continues another."""

    first: int
    checkpoint: Checkpoint
    path: Sequence[bytes]


def consistency(query: Mapping[str, Any], *, actor: Auditing | None, at: datetime) -> Consistency:
    """Return the proof that the tree of a checkpoint continues the one of ``first`` entries.

    ``second`` names the checkpoint by its size; by default it is the latest.

    Raises:
        NotAuditor: the caller reads the entries of no authority.
        NotInTree: there is no such checkpoint, or ``first`` is larger.
    """
    authorities = authorities_of(actor)
    question = json.dumps({"consistency": query}, sort_keys=True)
    # Before the sizes are looked at: whoever tries sizes leaves an entry for each.
    record(question, actor=actor, authorities=authorities, counts={}, at=at)
    number, second = _origin().number, query.get("second")
    signed = Checkpoint.objects.filter(origin=number)
    checkpoint = checkpoints.last(number) if second is None else signed.filter(size=second).first()
    # One answer for both: which sizes were signed is told by checkpoints alone.
    if checkpoint is None or query["first"] > checkpoint.size:
        raise NotInTree
    path = Tree(number, checkpoint.size).consistency(query["first"], checkpoint.size)
    return Consistency(query["first"], checkpoint, path)


def export(*, start: int, actor: Auditing | None, at: datetime) -> IO[bytes]:
    """Return one part of the log as a ZIP file, with the entries of the caller's authorities in it; to be closed.

    It is whole when this returns: the entry that says so is written before a byte of it leaves.

    Raises:
        NotAuditor: the caller reads the entries of no authority.
        NotInTree: nothing is signed yet, or ``start`` lies behind the end.
    """
    authorities = authorities_of(actor)
    taken = _Taken(authorities)
    # The hashes of all authorities are handed out, or the tree couldn't be reckoned; bytes of the own ones alone.
    log = exporting.latest(taken.bodies, origin=_origin())
    if start >= log.checkpoint.size:
        raise NotInTree
    # The file is closed unless its entry could be written: then not a byte of it has left.
    with ExitStack() as unless_whole:
        file = unless_whole.enter_context(SpooledTemporaryFile(_IN_MEMORY))
        with reading.as_auditor():
            exporting.to_zip(log, file, start=start)
        alarms.raise_all(taken.odd, at=at)
        question = json.dumps({"export": start, "size": log.checkpoint.size})
        record(
            question, actor=actor, authorities=authorities, counts=taken.shown, at=at, act="audit:exported"
        )
        file.seek(0)
        unless_whole.pop_all()
    return file


@dataclass(slots=True)
class _Taken:
    """What an auditor takes away: entries whose bytes are of the own authorities. ``odd``: alarms of their columns."""

    authorities: Collection[UUID]
    shown: Counter[UUID | None] = field(default_factory=Counter)
    odd: list[str] = field(default_factory=list)

    def bodies(self, entries: Collection[UUID]) -> dict[UUID, bytes]:
        """Return the bytes of those of some entries; inside ``reading.as_auditor``."""
        # The column finds the rows; the bytes decide whose they are (SEC-AL22).
        rows = list(ReadEntry.objects.filter(tenant__in=self.authorities, pk__in=entries))
        self.odd += columns.differences(rows)
        own = reading.own(rows, self.authorities)
        self.shown.update(shown_of(own))
        return {row.pk: bytes(row.body) for row in own}


def of_filing(subject: UUID, acts: Collection[str]) -> Inclusion | None:
    """Return the entry that says that a referral was filed, with its proof as soon as a checkpoint covers it.

    That checkpoint is the first one: a later one would tell who filed how much all authorities have written since, and
    so whether the child was known (SEC-AZ8). ``acts`` are those of filing. For who filed: whoever calls has made sure,
    and lets the transaction see the authority of the case. None if no such entry is there, as after its pruning.
    """
    with reading.as_auditor():
        rows = ReadEntry.objects.filter(subject=subject, act__in=acts, outcome=Outcome.ALLOW).order_by("at")
        # By the bytes, as everywhere: a changed column could point a receipt at somebody else's entry.
        entry = next((row for row in rows if _says(row, subject, acts)), None)
    return None if entry is None else _included(entry, first=True)


def of_digest(entry: UUID, act: str, digest: str) -> Inclusion | None:
    """Return an entry that says a digest as where it leads to, with its proof as soon as a checkpoint covers it.

    For who holds that of which it is the digest. None if there is no such entry.
    """
    with reading.as_auditor():
        row = ReadEntry.objects.filter(pk=entry, act=act, outcome=Outcome.ALLOW).first()
    body = None if row is None else columns.entry_in(bytes(row.body))
    if row is None or body is None or (body["act"], body["out"], body["to"]) != (act, Outcome.ALLOW, digest):
        return None
    return _included(row, first=True)


def _says(row: ReadEntry, subject: UUID, acts: Collection[str]) -> bool:
    """Tell whether the bytes of an entry say that a referral was filed; pruned ones don't any more."""
    entry = columns.entry_in(bytes(row.body))
    return entry is not None and (
        entry["act"] in acts and entry["out"] == Outcome.ALLOW and str(subject) in entry["obj"]
    )
