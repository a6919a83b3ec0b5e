"""Exports the log as files that anyone can verify: the layout of C2SP tlog-tiles, in a folder or a ZIP file.

An entry that the recipient may not read is a record of length zero: its hash is in the tile, so that the tree is whole
for everybody, and each auditor reads only the entries of their own authority.
"""

import os
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final
from uuid import UUID

from django.db.models import Exists, OuterRef

from audit import alarms, checkpoints, columns, origins, pruning
from audit.canonical import MAX_BYTES, leaf_hash
from audit.errors import NotInTree
from audit.models import Checkpoint, Entry, EntrySubject, Leaf, LogOrigin, PrunedRun, Refused
from audit.tree import TILE, Tree
from audit.verifier import tile_path
from core.clock import instant

CHECKPOINT: Final = "checkpoint"
BUNDLES: Final = 400  # of one ZIP file: about a hundred thousand entries, 70 MB before it is compressed

type Bodies = Callable[[Collection[UUID]], Mapping[UUID, bytes]]


def everything(entries: Collection[UUID]) -> dict[UUID, bytes]:
    """Return the bytes of entries, all authorities'; for the operator's export, under the sequencer's role."""
    rows = list(Entry.objects.filter(pk__in=entries))
    # The operator's export covers all authorities, so it compares all columns on the way (SEC-AL22).
    alarms.raise_all(columns.differences(rows, subjects=EntrySubject), at=instant())
    return {row.pk: bytes(row.body) for row in rows}


@dataclass(frozen=True, slots=True)
class Log:
    """An origin as far as a checkpoint covers it, and the entries that the receiver may read."""

    origin: LogOrigin
    checkpoint: Checkpoint
    bodies: Bodies

    def files(self, *, start: int = 0, bundles: int | None = None) -> Iterator[tuple[str, bytes]]:
        """Yield path and bytes of each file; with ``bundles``, of that many from entry ``start`` on.

        The tiles above the leaves always come whole: they are few, and every part needs them. A list of pruned places
        comes with the entry that vouches for it.
        """
        tree, size = Tree(self.origin.number, self.checkpoint.size), self.checkpoint.size
        first, end = start // TILE, (size + TILE - 1) // TILE
        list_entries: list[UUID] = []  # entries of this part that speak of a list of pruned places
        for number in range(first, end if bundles is None else min(end, first + bundles)):
            width = min(TILE, size - number * TILE)
            yield tile_path(0, number, width), b"".join(tree.tile(0, number))
            yield tile_path("entries", number, width), self._bundle(number, width, list_entries)
            tree.forget()
        level = 1
        while count := size // TILE**level:
            for number in range((count + TILE - 1) // TILE):
                width = min(TILE, count - number * TILE)
                yield tile_path(level, number, width), b"".join(tree.tile(level, number))
            level += 1
        for entry, places in pruning.lists_of(list_entries):
            yield f"pruned/{entry}", places
        # Set apart isn't left out: an auditor must see that somebody tried (SEC-AL21).
        yield from self._set_apart()
        # Last: a folder that was cut short has no checkpoint, and nobody takes it for whole.
        yield CHECKPOINT, checkpoints.whole_note(self.checkpoint)

    def _set_apart(self) -> Iterator[tuple[str, bytes]]:
        """Yield the entries that have no place and get none, by their hashes (SEC-AL21).

        Without content is one that the receiver may not read, or that isn't any more what was set apart.
        """
        rows = {bytes(row.leaf_hash): row.entry for row in Refused.objects.order_by("at", "entry")}
        bodies = self.bodies(list(rows.values()))
        for leaf, entry in rows.items():
            body = bodies.get(entry, b"")
            # The name of the file is the hash of what was set apart: content that was changed since isn't shown under
            # it.
            same = len(body) <= MAX_BYTES and leaf_hash(body) == leaf
            yield f"refused/{leaf.hex()}", body if same else b""

    def _bundle(self, number: int, width: int, list_entries: list[UUID]) -> bytes:
        leaves = Leaf.objects.filter(
            origin=self.origin.number, place__gte=number * TILE, place__lt=number * TILE + width
        )
        placed = list(leaves.order_by("place").values_list("entry", "leaf_hash"))
        # The receiver's own entries alone. Others become records of length zero, and the tree stays whole (0010).
        bodies = self.bodies([one for one, _ in placed if one is not None])
        list_entries += [pk for pk, body in bodies.items() if pruning.speaks_of_a_list(body)]
        own = origins.records() if any(one is None for one, _ in placed) else {}
        records = (own.get(bytes(leaf), b"") if one is None else bodies.get(one, b"") for one, leaf in placed)
        return b"".join(len(record).to_bytes(2) + record for record in records)


def latest(bodies: Bodies, *, origin: LogOrigin) -> Log:
    """Return the log up to its latest checkpoint.

    Raises:
        NotInTree: nothing is signed yet.
    """
    checkpoint = checkpoints.last(origin.number)
    if checkpoint is None:
        raise NotInTree
    return Log(origin, checkpoint, bodies)


def has_untold(log: Log) -> bool:
    """Tell whether something was pruned of which the entry has no place under the checkpoint yet: for some seconds.

    An export that ends before that entry shows what was pruned as withheld.
    """
    entry = OuterRef("entry")
    waits = Exists(Entry.objects.filter(pk=entry)) & ~Exists(Refused.objects.filter(entry=entry))
    covered = Leaf.objects.filter(origin=log.origin.number, entry=entry, place__lt=log.checkpoint.size)
    return PrunedRun.objects.filter(~Exists(covered), waits, origin=log.origin.number).exists()


def to_folder(log: Log, folder: Path) -> int:
    """Write all files into a folder, the checkpoint last; return how many.

    Then the partial tiles and bundles of earlier exports go: a bundle still holds what was pruned since.
    """
    written: set[Path] = set()
    for name, content in log.files():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}")
        draft.write_bytes(content)
        os.replace(draft, path)  # a reader sees the old file or the new one, never half of it
        written.add(path)
    # Partial tiles of an earlier export hold contents that were pruned since (SEC-AL15).
    for path in set(folder.glob("tile/**/*.p/*")) - written:
        path.unlink()
        if not any(path.parent.iterdir()):
            path.parent.rmdir()
    return len(written)


def to_zip(log: Log, file: IO[bytes], *, start: int) -> None:
    """Write one part of the log as a ZIP file, from the bundle that holds entry ``start``."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in log.files(start=start, bundles=BUNDLES):
            # A bare ``ZipInfo`` has a fixed date: the same log gives the same bytes.
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
