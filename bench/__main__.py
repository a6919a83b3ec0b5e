"""``make bench``, ``make bench ARGS=--quick``: fill what isn't there, measure each size, print the table.

``make bench ARGS="NAME …"`` (or ``python -m bench NAME …``) measures one thing more, each in the module of its name.
Needs a PostgreSQL that lets the login of ``--server`` make databases and roles; what has a database of its own also
takes ``--server sqlite``. Databases, ``repere_bench_…`` and ``…_keys``, and the folder ``var/bench`` with their root
keys stay for the next run.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

import django
import psycopg

from bench import common, database, load, report, server

FULL = {"sizes": [10_000, 1_000_000], "seconds": 5.0, "rounds": 5, "entries": 1_000_000}
QUICK = {"sizes": [10_000], "seconds": 1.5, "rounds": 2, "entries": 200_000}
#: On a database of their own, made anew unless ``--keep`` is said.
ON_THEIR_OWN = (
    "appending", "attachments", "draining", "questions", "resources", "rewraps", "sealing", "sizes",
)  # fmt: skip
AS_APPLICATION = ("questions", "resources", "sizes")
#: On the databases of the table, or on one that is kept.
ON_FILLED = ("clocks", "duplicates", "workers")
#: On no database.
WITHOUT = ("febrl", "learning", "rates", "spellings", "verifying")
#: Parts of a run, each in a process of its own.
PARTS = ("fill", "fill_children", "run")


def main() -> None:
    words = sys.argv[1:]
    name = words.pop(0) if words and not words[0].startswith("-") else ""
    parser = argparse.ArgumentParser(prog="make bench ARGS=…", description=__doc__, add_help=not name)
    parser.add_argument("--server", default=os.environ.get("BENCH_SERVER", "postgres://127.0.0.1:5432"))
    parser.add_argument("--keep", action="store_true", help="measure on the database of the run before")
    if not name:
        _table(_arguments(parser, words))
        return
    if name not in (*ON_THEIR_OWN, *ON_FILLED, *WITHOUT, *PARTS):
        parser.error(f"one of {', '.join(sorted((*ON_THEIR_OWN, *ON_FILLED, *WITHOUT)))}")
    options, words = parser.parse_known_args(words)
    address, own = options.server.rstrip("/"), f"repere_bench_{name}"
    if name in ON_THEIR_OWN:
        if not options.keep:
            database.make(address, own)
        # As the application only where its rights are part of what is measured: the sequencer reads more than it may.
        role = database.ROLE if name in AS_APPLICATION else ""
        os.environ.update(database.environment(address, own, role=role))
    if name not in ON_FILLED:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        django.setup()
    import_module(f"bench.{name}").main(address, words)


def _arguments(parser: argparse.ArgumentParser, words: list[str]) -> argparse.Namespace:
    parser.add_argument("--sizes", type=int, nargs="+")
    parser.add_argument("--seconds", type=float, help="length of one turn")
    parser.add_argument("--rounds", type=int, help="turns of each side")
    parser.add_argument("--entries", type=int, help="how many the verifier reads")
    parser.add_argument(
        "--quick", action="store_true", help="10,000 referrals only, short turns, less to verify"
    )
    parser.add_argument(
        "--line", action="store_true", help="measure requests alone, and print one line; ends with 0"
    )
    options = parser.parse_args(words)
    for name, value in (QUICK if options.quick else FULL).items():
        if getattr(options, name) is None:
            setattr(options, name, value)
    options.server = options.server.rstrip("/")
    return options


def _table(options: argparse.Namespace) -> None:
    """Measure each size and print the table; end with 1 where a binding target is missed."""
    for size in options.sizes:
        database.ensure(options.server, database.name_of(size), "fill", "--size", str(size))
    if not options.line:
        print(_circumstances(options), flush=True)
    turns = ("--seconds", str(options.seconds), "--rounds", str(options.rounds))
    results = [_of(options, size, "run", "--size", str(size), *turns) for size in options.sizes]
    if options.line:
        print(report.line(results))
        return
    first = options.sizes[0]
    small = _of(options, first, "run", "--size", str(first), "--small", *turns)
    verified = _of(options, first, "verifying", "--json", "--entries", str(options.entries))
    rows = report.rows(results, small, verified)
    print(report.table(rows), report.line(results), sep="\n\n")
    sys.exit(report.is_missed(rows))


def _of(options: argparse.Namespace, size: int, *words: str) -> dict[str, Any]:
    """Run one measure in a process of its own; it prints its figures as JSON on the last line."""
    command = [sys.executable, "-m", "bench", *words, "--server", options.server]
    under = os.environ | database.environment(options.server, database.name_of(size))
    done = subprocess.run(
        command, cwd=database.ROOT, env=under, check=True, stdout=subprocess.PIPE, text=True
    )
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _circumstances(options: argparse.Namespace) -> str:
    settings = (
        "server_version",
        "synchronous_commit",
        "fsync",
        "shared_buffers",
        "wal_compression",
        "max_wal_size",
    )
    with psycopg.connect(f"{options.server}/postgres") as connection:
        values = [connection.execute("SELECT current_setting(%s)", [one]).fetchone() for one in settings]
    version, *others = (value[0] for value in values if value)
    median, slow = _fdatasync_ms(database.STATE)
    return "\n".join(
        [
            f"- {time.strftime('%Y-%m-%d')}, Python {platform.python_version()}, {os.cpu_count()} cores,"
            f" {platform.machine()}; load of the machine before: {os.getloadavg()[0]:.1f}",
            f"- PostgreSQL {version.split()[0]}: "
            + ", ".join(f"{name} {value}" for name, value in zip(settings[1:], others, strict=True)),
            f"- disk: write + fdatasync of 8 KiB, median {median:.2f} ms, p99 {slow:.2f} ms",
            f"- gunicorn, {server.WORKERS} workers (gthread, {server.THREADS} threads each); {load.CLIENTS} clients"
            " in one process on the same machine",
            f"- {options.rounds} turns of {options.seconds:g} s a side: ours, bare and packages by turns",
            "",
        ]
    )


def _fdatasync_ms(folder: Path) -> tuple[float, float]:
    """Return median and p99 of write + fdatasync of 8 KiB, in ms: the floor under every commit."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path, taken = folder / "fsync.probe", []
    try:
        with path.open("wb", buffering=0) as file:
            for _ in range(200):
                began = time.perf_counter()
                file.write(os.urandom(8_192))
                os.fdatasync(file.fileno())
                taken.append(1000 * (time.perf_counter() - began))
    finally:
        path.unlink(missing_ok=True)
    return statistics.median(taken), common.percentile(taken, 0.99)


if __name__ == "__main__":
    main()
