"""How long the list of deadlines takes over many referrals: ``GET /api/v1/clocks``, by each filter and page by page.

``python -m bench.clocks --size 1000000``: multiplies the 10,000 referrals of ``make bench`` (made and filled the first
time), their clocks and their pseudonyms in ``repere_bench_clocks``, each copy an hour earlier, and asks through the whole
service in this process, as the coordinator of the larger authority. Prints milliseconds beside those of ``GET
/api/v1/me``, which goes the same way and lists nothing, and by what index the plan reads the clocks.
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg

from bench import database

NAME = "repere_bench_clocks"
FIRST = 10_000
#: What makes a copy another row: its ids, its reference, and its instants. All other columns stay.
OTHER = {
    "id": "md5(id::text || n)::uuid",
    "referral_id": "md5(referral_id::text || n)::uuid",
    "pseudonym": "md5(pseudonym::text || n)::uuid",
    "reference": "upper(left(md5(reference || n), 13))",
    **{
        name: f"{name} - n * interval '1 hour'" for name in ("received_at", "started_at", "warn_at", "due_at")
    },
}
TABLES = ("referrals_referral", "referrals_clock", "audit_subjectpseudonym")
ASKED = ("", "state=overdue", "state=due_soon", "state=on_time", "code=C4", "code=C2&state=overdue")
PAGES = 4
CLOCKS = 'FROM "referrals_clock"'


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.clocks", description=__doc__)
    parser.add_argument("--server", default=os.environ.get("BENCH_SERVER", "postgres://127.0.0.1:5432"))
    parser.add_argument("--size", type=int, default=1_000_000, help="referrals")
    parser.add_argument("--times", type=int, default=20, help="how often each list is asked for")
    parser.add_argument("--keep", action="store_true", help="ask the database of the run before")
    asked = parser.parse_args()
    server = asked.server.rstrip("/")
    database.ensure(server, FIRST)
    if not asked.keep:
        _multiply(server, asked.size // FIRST)
    os.environ.update(database.environment(server, FIRST) | {"DATABASE_URL": f"{server}/{NAME}"})
    import django

    django.setup()
    from django.test import Client

    found = json.loads((database.STATE / database.name_of(FIRST) / "world.json").read_text("utf-8"))
    client = Client(headers={"authorization": f"Bearer {found['coordinator']['secret']}"})
    base = statistics.median(_timed(lambda: client.get("/api/v1/me"))[0] for _ in range(asked.times))
    print(f"{asked.size:,} referrals; `me` {base:.1f} ms\n")
    print(
        "| list | lines | median ms | p95 | longest | ÷ me | the clocks by |\n|---|---:|---:|---:|---:|---:|---|"
    )
    for query in ASKED:
        taken, lines, scans = [], 0, set()
        for _ in range(asked.times):
            for took, many, seen in _pages(client, query):
                taken.append(took)
                lines, scans = max(lines, many), scans | seen
        taken.sort()
        p95, middle = taken[int(0.95 * (len(taken) - 1))], statistics.median(taken)
        print(
            f"| `{query or 'all'}` | {lines} | {middle:.1f} | {p95:.1f} | {taken[-1]:.1f} | {middle / base:.1f} |"
            f" {', '.join(sorted(scans))} |",
            flush=True,
        )


def _multiply(server: str, times: int) -> None:
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {NAME} TEMPLATE {database.name_of(FIRST)}")
    with psycopg.connect(f"{server}/{NAME}", autocommit=True) as connection:
        # A copied database is taken for a restored one, and the service stays closed: this one is meant to be a copy.
        here = "(SELECT oid FROM pg_database WHERE datname = current_database()), to_regclass('audit_journalmark')::oid"
        connection.execute(f"UPDATE audit_journalmark SET made_in = concat_ws('/', 'postgresql', {here})")
        connection.execute(
            "SET session_replication_role = replica"
        )  # no triggers: the rows are copies of sound ones
        for table in TABLES:
            asked = "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'"
            names = [name for (name,) in connection.execute(asked, [table])]
            values = ", ".join(OTHER.get(name, f'"{name}"') for name in names)
            columns = ", ".join(f'"{name}"' for name in names)
            connection.execute(
                f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table}, generate_series(1, {times - 1}) n"
            )
            connection.execute(f"VACUUM ANALYZE {table}")


def _timed(ask: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    answer = ask()
    took = 1_000 * (time.perf_counter() - began)
    if answer.status_code != 200:
        raise SystemExit(f"{answer.status_code}: {answer.content[:300]}")
    return took, answer


def _pages(client: Any, query: str) -> Iterator[tuple[float, int, set[str]]]:
    """Yield, for the first pages of a list, milliseconds, lines, and how the plan of each reads the clocks."""
    from django.db import connection

    said = dict(pair.split("=") for pair in query.split("&")) if query else {}
    for _ in range(PAGES):
        asked = {"limit": 50, **said}
        took, answer = _timed(lambda asked=asked: client.get("/api/v1/clocks", asked))
        plan = Plan()
        with connection.execute_wrapper(plan):
            client.get("/api/v1/clocks", asked)
        body = answer.json()
        yield took, len(body["results"]), plan.scans
        if body["next"] is None:
            return
        said["cursor"] = body["next"]


class Plan:
    """Has each statement on the clocks explained before it is run, under the same rights."""

    def __init__(self) -> None:
        self.scans: set[str] = set()

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """Note by which index the table is read; a scan of all rows by its name."""
        if CLOCKS in sql:
            execute(f"EXPLAIN (FORMAT JSON) {sql}", params, many, context)
            self._walk(context["cursor"].fetchone()[0][0]["Plan"])
        return execute(sql, params, many, context)

    def _walk(self, node: dict[str, Any]) -> None:
        if node.get("Relation Name") == "referrals_clock" or node["Node Type"] == "Bitmap Index Scan":
            self.scans.add(node.get("Index Name") or node["Node Type"])
        for inner in node.get("Plans", ()):
            self._walk(inner)


if __name__ == "__main__":
    main()
