"""``make bench``, ``make bench ARGS=--quick``: fill what isn't there, measure each size, print the table.

Needs a PostgreSQL that lets the login of ``--server`` make databases and roles. The databases (``repere_bench_10k``,
``repere_bench_1m``, each with its ``…_keys``) and the folder ``var/bench`` with their root keys stay for the next run.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from typing import Any

import psycopg

from bench import database, disk, load, report, server

FULL = {"sizes": [10_000, 1_000_000], "seconds": 5, "rounds": 5, "entries": 1_000_000}
QUICK = {"sizes": [10_000], "seconds": 1.5, "rounds": 2, "entries": 200_000}


def main() -> None:
    """Do what the command line asks; end with 1 where a binding target is missed."""
    asked = _arguments()
    for size in asked.sizes:
        database.ensure(asked.server, size)
    if not asked.line:
        print(_circumstances(asked), flush=True)
    results = [
        _of("bench.run", asked.server, str(size), str(asked.seconds), str(asked.rounds))
        for size in asked.sizes
    ]
    if asked.line:
        print(report.line(results))
        return
    small = _of("bench.micro", asked.server, str(asked.sizes[0]), str(asked.seconds))
    rows = report.rows(results, small, _of("bench.journal", "--json", "--entries", str(asked.entries)))
    print(report.table(rows), report.line(results), sep="\n\n")
    sys.exit(report.is_missed(rows))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=…", description=__doc__)
    parser.add_argument("--server", default=os.environ.get("BENCH_SERVER", "postgres://127.0.0.1:5432"))
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
    asked = parser.parse_args()
    for name, value in (QUICK if asked.quick else FULL).items():
        if getattr(asked, name) is None:
            setattr(asked, name, value)
    asked.server = asked.server.rstrip("/")
    return asked


def _of(module: str, *words: str) -> dict[str, Any]:
    """Run one measure in a process of its own; it prints its figures as JSON on the last line."""
    command = [sys.executable, "-m", module, *words]
    done = subprocess.run(command, cwd=database.ROOT, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _circumstances(asked: argparse.Namespace) -> str:
    with psycopg.connect(f"{asked.server}/postgres") as connection:
        told = connection.execute(
            "SELECT current_setting('server_version'), current_setting('synchronous_commit'),"
            " current_setting('fsync'), current_setting('shared_buffers'), current_setting('wal_compression'),"
            " current_setting('max_wal_size')"
        ).fetchone()
    version, commit, fsync, buffers, compression, log = told or ("?",) * 6
    median, slow = disk.fdatasync_ms(database.STATE)
    return "\n".join(
        [
            f"- {time.strftime('%Y-%m-%d')}, Python {platform.python_version()}, {os.cpu_count()} cores,"
            f" {platform.machine()}; load of the machine before: {os.getloadavg()[0]:.1f}",
            f"- PostgreSQL {version.split()[0]}: synchronous_commit {commit}, fsync {fsync}, shared_buffers {buffers},"
            f" wal_compression {compression}, max_wal_size {log}",
            f"- disk: write + fdatasync of 8 KiB, median {median:.2f} ms, p99 {slow:.2f} ms",
            f"- gunicorn, {server.WORKERS} workers (gthread, {server.THREADS} threads each); {load.CLIENTS} clients"
            " in one process on the same machine",
            f"- {asked.rounds} turns of {asked.seconds:g} s a side: ours, bare and packages by turns",
            "",
        ]
    )


if __name__ == "__main__":
    main()
