"""What the journal costs who writes, and how fast its tree follows: all in one run (SEC-AL7, SEC-AL8).

``python -m bench.appending``: makes ``repere_bench_append`` on the server of ``--server``. Commits a second with 1, 8 and 24
writers, each entry in a transaction of its own, beside a plain row of the same size by the same ORM call, by turns; then
the sequencer gives a place to all that was written, alone, and the time that it takes a new entry to stand under a
signed checkpoint while eight writers go on.
"""

import argparse
import multiprocessing
import os
import statistics
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from bench import database
from bench.micro import appending

NAME = "repere_bench_append"
WRITERS = (1, 8, 24)


def main() -> None:
    """Make the database, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.appending", description=__doc__)
    parser.add_argument("--server", default=os.environ.get("BENCH_SERVER", "postgres://127.0.0.1:5432"))
    parser.add_argument("--seconds", type=float, default=5)
    asked = parser.parse_args()
    os.environ.update(made(asked.server.rstrip("/"), NAME))
    import django

    django.setup()
    print(
        "| writers | entries/s | plain rows/s | ratio | by CPU | × one writer |\n|---:|---:|---:|---:|---:|---:|"
    )
    one = 0.0
    for writers in WRITERS:
        found = appending(asked.seconds, processes=writers)
        ours, bare = found["ours"]["rate"], found["bare"]["rate"]
        one = one or ours
        by_cpu = found["bare"]["cpu"] / found["ours"]["cpu"]
        print(
            f"| {writers} | {ours:,.0f} | {bare:,.0f} | {ours / bare:.2f} | {by_cpu:.2f} | {ours / one:.2f} |",
            flush=True,
        )
    _drain()
    _following(asked.seconds)


def made(server: str, name: str) -> dict[str, str]:
    """Make two empty databases on a server; return the settings under which the service uses them."""
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        for one in (name, f"{name}_keys"):
            connection.execute(f"DROP DATABASE IF EXISTS {one} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {one}")
    (database.STATE / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    addresses = {"DATABASE_URL": f"{server}/{name}", "KEYS_DATABASE_URL": f"{server}/{name}_keys"}
    found = addresses | quiet(database.STATE / name)
    if not database._migrate(os.environ | found):
        sys.exit("The bench database can't be migrated.")
    return found


def quiet(folder: Path) -> dict[str, str]:
    """Return settings that keep state in a folder, and neither log nor tell anything elsewhere."""
    return {
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "REPERE_STATE_DIR": str(folder),
        "REPERE_DATABASE_ROLE": "",
        "REPERE_LOG_LEVEL": "ERROR",
        "REPERE_LEAF_FEED": "",
        "REPERE_LOG_WITNESS_FILE": "",
    }


def _drain() -> None:
    """Print how many entries a second get their place, when nothing else is done."""
    from audit.sequencer import Sequencer
    from encryption.signing import FileSigner

    began = time.perf_counter()
    count = Sequencer(FileSigner(database.STATE / NAME / "log.key", make=True)).once()
    taken = time.perf_counter() - began
    print(f"\nDrain: {count:,} entries in {taken:.1f} s, {count / taken:,.0f} a second.", flush=True)


def _following(seconds: float) -> None:
    """Print how long an entry waits for its place and checkpoint while eight writers go on."""
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    writers = [context.Process(target=_write_on, args=(stop,)) for _ in range(8)]
    for one in writers:
        one.start()
    try:
        waited = _waits(seconds * 6)
    finally:
        stop.set()
        for one in writers:
            one.join()
    ordered = sorted(waited)
    p99 = ordered[int(0.99 * (len(ordered) - 1))]
    print(
        f"Beside 8 writers: an entry is under a checkpoint after {statistics.median(ordered):.2f} s, p99 {p99:.2f} s."
    )


def _write_on(stop: Any) -> None:
    import django

    django.setup()
    from uuid import uuid4

    from bench.micro import _entry

    while not stop.is_set():
        _entry(uuid4())


def _waits(seconds: float) -> list[float]:
    """Pass as the sequencer does, each second at most; return how long each newly placed entry had waited."""
    from audit.models import Entry, Leaf
    from audit.sequencer import PAUSE_SECONDS, Sequencer
    from audit.tree import size_of
    from encryption.signing import FileSigner

    sequencer = Sequencer(FileSigner(database.STATE / NAME / "log.key", make=False))
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


if __name__ == "__main__":
    main()
