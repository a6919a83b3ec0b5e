"""What the audit log costs who writes, and how fast its tree follows: all in one run (SEC-AL7, SEC-AL8).

``python -m bench appending``: commits a second with 1, 8 and 24 writers, each entry in a transaction of its own, beside
a plain row of the same size by the same ORM call, by turns; then the sequencer gives a place to all that was written,
alone, and the time that it takes a new entry to stand under a signed checkpoint while eight writers go on.
"""

import multiprocessing
import os
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db import connection, connections, transaction

from audit import journal
from audit.events import Purpose
from audit.models import Entry, Leaf
from audit.sequencer import PAUSE_SECONDS, Sequencer
from audit.tree import size_of
from bench import common
from bench.bare.models import PlainEntry
from encryption.signing import FileSigner

WRITERS = (1, 8, 24)
TURNS = 3
#: Forked, so that the processes have Django set up; each opens connections of its own.
FORK = multiprocessing.get_context("fork")


def entry() -> None:
    with transaction.atomic():
        journal.record(
            "field:opened", actor=None, at=datetime.now(UTC), objects=[uuid4()], purpose=Purpose.HANDLING
        )


def plain_row() -> None:
    body = b"x" * 640
    with transaction.atomic():
        PlainEntry(at=datetime.now(UTC), act="field:opened", outcome="allow", subject=uuid4(), writer=uuid4(),
                   writer_seq=1, body=body, leaf_hash=body[:32]).save(force_insert=True)  # fmt: skip


SIDES: dict[str, Callable[[], None]] = {"ours": entry, "bare": plain_row}
_start: Any


def _begin(barrier: Any) -> None:
    global _start
    _start = barrier


def _append(side: str, seconds: float) -> tuple[int, float]:
    """Append for so long in this process; return how many, and the CPU that this and its database connection took."""
    act = SIDES[side]
    act()
    pids = (os.getpid(), connection.connection.info.backend_pid)
    _start.wait()
    before = sum(map(common.seconds_of, pids))
    until, count = time.perf_counter() + seconds, 0
    while time.perf_counter() < until:
        act()
        count += 1
    return count, sum(map(common.seconds_of, pids)) - before


def rates(seconds: float, *, processes: int = 8) -> dict[str, dict[str, float]]:
    """Return commits a second and the CPU of one: by the audit log, and of a plain row of its size by the same ORM call."""
    taken: dict[str, list[tuple[int, float]]] = {side: [] for side in SIDES}
    connections.close_all()
    with FORK.Pool(processes, _begin, (FORK.Barrier(processes),)) as pool:
        for _ in range(TURNS):
            for side, each in taken.items():
                each += pool.starmap(_append, [(side, seconds)] * processes, chunksize=1)
    counts = {side: sum(count for count, _ in each) for side, each in taken.items()}
    return {
        side: {"rate": counts[side] / seconds / TURNS, "cpu": sum(cpu for _, cpu in each) / counts[side]}
        for side, each in taken.items()
    }


def main(_: str, words: list[str]) -> None:
    seconds = common.options(words, seconds=5.0).seconds
    common.head("writers", "entries/s", "plain rows/s", "ratio", "by CPU", "× one writer")
    one = 0.0
    for writers in WRITERS:
        sides = rates(seconds, processes=writers)
        ours, bare = sides["ours"]["rate"], sides["bare"]["rate"]
        one = one or ours
        by_cpu = sides["bare"]["cpu"] / sides["ours"]["cpu"]
        common.line(
            writers,
            f"{ours:,.0f}",
            f"{bare:,.0f}",
            f"{ours / bare:.2f}",
            f"{by_cpu:.2f}",
            f"{ours / one:.2f}",
        )
    sequencer = Sequencer(FileSigner(Path(os.environ["REPERE_STATE_DIR"], "log.key"), make=True))
    began = time.perf_counter()
    count = sequencer.once()
    took = time.perf_counter() - began
    print(f"\nDrain: {count:,} entries in {took:.1f} s, {count / took:,.0f} a second.", flush=True)
    waited = _beside_writers(sequencer, seconds * 6)
    print(
        f"Beside 8 writers: an entry is under a checkpoint after {statistics.median(waited):.2f} s,"
        f" p99 {common.percentile(waited, 0.99):.2f} s."
    )


def _beside_writers(sequencer: Sequencer, seconds: float) -> list[float]:
    """Return how long each entry waits for its place and checkpoint while eight writers go on."""
    connections.close_all()
    writers = [FORK.Process(target=_write_on, args=(seconds,)) for _ in range(8)]
    for process in writers:
        process.start()
    try:
        return _waits(sequencer, seconds)
    finally:
        for process in writers:
            process.join()


def _write_on(seconds: float) -> None:
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        entry()


def _waits(sequencer: Sequencer, seconds: float) -> list[float]:
    """Pass as the sequencer does, each second at most; return how long each newly placed entry had waited."""
    waited: list[float] = []
    until, before = time.perf_counter() + seconds, size_of(1)
    while time.perf_counter() < until:
        sequencer.once()
        done, after = datetime.now(UTC), size_of(1)
        placed = Leaf.objects.filter(origin=1, place__gte=before, place__lt=after).values("entry")
        ats = Entry.objects.filter(pk__in=placed).values_list("at", flat=True)
        waited += [(done - at).total_seconds() for at in ats]
        before = after
        time.sleep(PAUSE_SECONDS)
    return waited
