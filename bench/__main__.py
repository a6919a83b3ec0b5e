"""``make bench``, ``make bench ARGS=--quick``: fill what isn't there, measure each size, print the tables.

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

SIZES = [10_000, 1_000_000]


def main() -> None:
    """Do what the command line asks."""
    asked = _arguments()
    for size in asked.sizes:
        database.ensure(asked.server, size)
    print(_circumstances(asked), flush=True)
    results = [_of("bench.run", asked.server, size, asked.seconds, asked.rounds) for size in asked.sizes]
    tables = (report.table(results), report.pages(results), report.verdicts(results))
    print(*tables, "", sep="\n\n", flush=True)
    print(report.small(_of("bench.micro", asked.server, asked.sizes[0], asked.seconds)))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=…", description=__doc__)
    parser.add_argument("--server", default=os.environ.get("BENCH_SERVER", "postgres://127.0.0.1:5432"))
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--seconds", type=float, default=8, help="length of one turn")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each side")
    parser.add_argument("--quick", action="store_true", help="10,000 referrals only, short turns")
    asked = parser.parse_args()
    if asked.quick:
        asked.sizes, asked.seconds, asked.rounds = SIZES[:1], 3, 2
    asked.server = asked.server.rstrip("/")
    return asked


def _of(module: str, dsn: str, size: int, *more: float) -> dict[str, Any]:
    """Run one measure in a process of its own; it prints its figures as JSON on the last line."""
    command = [sys.executable, "-m", module, dsn, str(size), *map(str, more)]
    done = subprocess.run(command, cwd=database.ROOT, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _circumstances(asked: argparse.Namespace) -> str:
    with psycopg.connect(f"{asked.server}/postgres") as connection:
        told = connection.execute(
            "SELECT current_setting('server_version'), current_setting('synchronous_commit'),"
            " current_setting('fsync'), current_setting('shared_buffers')"
        ).fetchone()
    version, commit, fsync, buffers = told or ("?",) * 4
    median, slow = disk.fdatasync_ms(database.STATE)
    return "\n".join(
        [
            f"- {time.strftime('%Y-%m-%d')}, Python {platform.python_version()}, {os.cpu_count()} cores,"
            f" {platform.machine()}; load of the machine before: {os.getloadavg()[0]:.1f}",
            f"- PostgreSQL {version.split()[0]}: synchronous_commit {commit}, fsync {fsync}, shared_buffers {buffers}",
            f"- disk: write + fdatasync of 8 KiB, median {median:.2f} ms, p99 {slow:.2f} ms",
            f"- gunicorn, {server.WORKERS} workers (gthread, {server.THREADS} threads each); {load.CLIENTS} clients"
            " in one process on the same machine; the SQL alone on as many connections as the workers have",
            f"- {asked.rounds} turns of {asked.seconds:g} s a side, ours and bare and SQL by turns",
            "",
        ]
    )


if __name__ == "__main__":
    main()
