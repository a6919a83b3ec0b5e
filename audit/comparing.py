"""Batch comparison of placed entries with their columns and with the tree (SEC-AL13, SEC-AL22, SEC-AL24).

It covers the last day's entries hourly and all entries nightly, with the lists of pruned places, in which an entry
without content is named or was emptied, and with the stored tiles. The last day begins at a checkpoint, not at a
column.
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet

from audit import columns, pruning, reading
from audit.models import Checkpoint, Leaf, PrunedRun, ReadEntry, ReadSubject, Tile
from audit.tree import TILE, newest, size_of
from audit.verifier import fold

BATCH: Final = 1_000
#: Tiles of one batch, and the places under them.
_TILES: Final = 4


def first_since(at: datetime) -> int:
    """Return the first place that may have been given since an instant."""
    origin = newest()
    if origin is None:
        return 0
    # By a checkpoint and not by ``Entry.at``: whoever changes an instant would take an entry out of the pass.
    before = Checkpoint.objects.filter(origin=origin.number, at__lt=at).order_by("-size")
    return before.values_list("size", flat=True).first() or 0


def places(first: int) -> tuple[list[str], int | None]:
    """Compare the entries of a batch of places from ``first`` on; return alarms, and where to go on.

    Within a transaction that sees the entries of all authorities. An entry that is gone is one too: ``column:row``; and
    one whose content is, ``column:body``, unless a list of pruned places names it.
    """
    origin = newest()
    if origin is None:
        return [], None
    leaves = Leaf.objects.filter(origin=origin.number, place__gte=first, place__lt=first + BATCH)
    placed = list(leaves.values_list("entry", "leaf_hash"))
    with reading.as_auditor():
        rows = list(ReadEntry.objects.filter(pk__in=[entry for entry, _ in placed if entry is not None]))
        odd = columns.differences(rows)
    empty = [row.pk for row in rows if not row.body]
    # Empty without a list that names it: somebody emptied it by hand (SEC-AL24).
    odd += [columns.key(entry, columns.BODY) for entry in set(empty) - pruning.named_in_lists(empty)]
    hashes = {row.pk: bytes(row.leaf_hash) for row in rows}
    for entry, leaf in placed:
        # From the tree to the rows: an entry that was deleted has no row by which it could be missed.
        if entry is not None and hashes.get(entry) != bytes(leaf):
            odd.append(columns.key(entry, "leaf_hash" if entry in hashes else "row"))
    return list(dict.fromkeys(odd)), first + BATCH if len(placed) == BATCH else None


def subjects(after: tuple[UUID, UUID]) -> tuple[list[str], tuple[UUID, UUID] | None]:
    """Compare a batch of rows of subjects, behind a pair of subject and entry, with what those entries say.

    A row too many shows an entry to whoever asks about another file. Likewise.
    """
    # Walked by key, a batch at a time: a pass over all rows must not hold one transaction open for hours.
    behind = Q(subject__gt=after[0]) | Q(subject=after[0], entry_id__gt=after[1])
    with reading.as_auditor():
        # The other direction than ``unlisted``: a missing row hides an entry from a question, one too many shows it to
        # another.
        rows = ReadSubject.objects.filter(behind).order_by("subject", "entry_id")
        pairs = list(rows.values_list("subject", "entry_id")[:BATCH])
        bodies = dict(ReadEntry.objects.filter(pk__in={pk for _, pk in pairs}).values_list("pk", "body"))
    odd = []
    for subject, entry in pairs:
        parsed = columns.entry_in(bytes(bodies[entry])) if bodies.get(entry) else None
        if parsed is not None and str(subject) not in parsed["obj"]:
            odd.append(columns.key(entry, columns.SUBJECTS))
    return odd, pairs[-1] if len(pairs) == BATCH else None


def lists(after: UUID) -> tuple[list[str], UUID | None]:
    """Compare a batch of lists of pruned places, behind an entry's id, with the entries that vouch for them; likewise.

    One that its entry doesn't vouch for, or that names what was too young, is an alarm ``pruned``, by the entry's id.
    """
    list_rows = PrunedRun.objects.filter(entry__gt=after).order_by("entry")
    entries = list(list_rows.values_list("entry", flat=True).distinct()[: pruning.BATCH_OF_LISTS])
    with reading.as_auditor():
        bodies = dict(ReadEntry.objects.filter(pk__in=entries).values_list("pk", "body"))
    odd = [
        f"pruned:{entry}"
        for entry, runs in pruning.runs_by_entry(entries)
        if not pruning.vouches(bytes(bodies.get(entry) or b""), runs)
    ]
    return odd, entries[-1] if len(entries) == pruning.BATCH_OF_LISTS else None


def tiles(mark: tuple[int, int]) -> tuple[list[str], tuple[int, int] | None]:
    """Compare a batch of stored tiles, from a level and number on, with what they stand over; likewise.

    A tile that differs, is missing or stands over nothing is an alarm ``tile:<origin>:<level>:<number>``.
    """
    level, first = mark
    origin = newest()
    if origin is None:
        return [], None
    # Before and after the tiles: the sequencer goes on meanwhile, and stores a tile with the leaf that fills it.
    due = size_of(origin.number) // TILE ** (level + 1)
    end = min(first + _TILES, due)
    stored = Tile.objects.filter(origin=origin.number, level=level)
    batch = stored.filter(number__gte=first, number__lt=end)
    rows = {row.number: (bytes(row.hashes), bytes(row.root)) for row in batch}
    below = _below(origin.number, level, range(first * TILE, end * TILE))
    odd = []
    for number in range(first, end):
        hashes = [below.get(one, b"") for one in range(number * TILE, (number + 1) * TILE)]
        if rows.get(number) != (b"".join(hashes), fold(hashes)):
            odd.append(number)
    if end < due:
        return [_tile_key(origin.number, level, number) for number in odd], (level, end)
    beyond = list(stored.filter(number__gte=due).order_by("number").values_list("number", flat=True)[:BATCH])
    now_due = size_of(origin.number) // TILE ** (level + 1)
    odd += [number for number in beyond if number >= now_due]
    higher = due or Tile.objects.filter(origin=origin.number, level__gt=level).exists()
    return [_tile_key(origin.number, level, number) for number in odd], (level + 1, 0) if higher else None


def _below(origin: int, level: int, numbers: range) -> dict[int, bytes]:
    """Return the hashes that tiles of a level hold: of leaves, or those over the tiles of the level below."""
    hashes: QuerySet[Any, tuple[int, Any]]
    if level == 0:
        leaves = Leaf.objects.filter(origin=origin, place__gte=numbers.start, place__lt=numbers.stop)
        hashes = leaves.values_list("place", "leaf_hash")
    else:
        lower = Tile.objects.filter(
            origin=origin, level=level - 1, number__gte=numbers.start, number__lt=numbers.stop
        )
        hashes = lower.values_list("number", "root")
    return {number: bytes(value) for number, value in hashes}


def _tile_key(origin: int, level: int, number: int) -> str:
    return f"tile:{origin}:{level}:{number}"
