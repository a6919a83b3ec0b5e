"""How long the list of deadlines takes over many referrals: ``GET /api/v1/clocks``, by each filter and page by page.

``python -m bench clocks --size 1000000``: multiplies the 10,000 referrals of ``make bench`` (made and filled the first
time), their deadlines and their pseudonyms in ``repere_bench_clocks``, each copy an hour earlier, and requests the list
through the whole service in this process, as the coordinator of the larger authority. Prints milliseconds beside those
of ``GET /api/v1/me``, which goes the same way and lists nothing, and by what index the plan reads the deadlines.
"""

import os
import statistics
import time
from collections.abc import Iterator
from typing import Any

import django
import psycopg
from django.db import connection

from bench import common, database

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
QUERIES = ("", "state=overdue", "state=due_soon", "state=on_time", "code=C4", "code=C2&state=overdue")
PAGES = 4


def main(server: str, words: list[str]) -> None:
    options = common.options(words, size=1_000_000, times=20)
    first = database.name_of(FIRST)
    database.ensure(server, first, "fill", "--size", str(FIRST))
    _multiply(server, first, options.size // FIRST)
    os.environ.update(database.environment(server, first) | {"DATABASE_URL": f"{server}/{NAME}"})
    django.setup()
    from django.test import Client

    secret = database.world_of(first)["coordinator"]["secret"]
    client = Client(headers={"authorization": f"Bearer {secret}"})
    base = statistics.median(_timed(client, "/api/v1/me", {})[0] for _ in range(options.times))
    print(f"{options.size:,} referrals; `me` {base:.1f} ms\n")
    common.head("list", "median ms", "p95", "÷ me", "the deadlines by")
    for query in QUERIES:
        pages = [page for _ in range(options.times) for page in _pages(client, query)]
        taken = [took for took, _ in pages]
        middle, scans = statistics.median(taken), {scan for _, seen in pages for scan in seen}
        common.line(
            f"`{query or 'all'}`", f"{middle:.1f}", f"{common.percentile(taken, 0.95):.1f}",
            f"{middle / base:.1f}", ", ".join(sorted(scans)),
        )  # fmt: skip


def _multiply(server: str, first: str, times: int) -> None:
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {NAME} TEMPLATE {first}")
    with psycopg.connect(f"{server}/{NAME}", autocommit=True) as connection:
        # A copied database is taken for a restored one, and the service stays closed: this one is meant to be a copy.
        here = "(SELECT oid FROM pg_database WHERE datname = current_database()), to_regclass('audit_journalmark')::oid"
        connection.execute(f"UPDATE audit_journalmark SET made_in = concat_ws('/', 'postgresql', {here})")
        # No triggers: the rows are copies of sound ones.
        connection.execute("SET session_replication_role = replica")
        for table in TABLES:
            columns = "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'"
            names = [name for (name,) in connection.execute(columns, [table])]
            values = ", ".join(OTHER.get(name, f'"{name}"') for name in names)
            quoted = ", ".join(f'"{name}"' for name in names)
            connection.execute(
                f"INSERT INTO {table} ({quoted}) SELECT {values} FROM {table}, generate_series(1, {times - 1}) n"
            )
            connection.execute(f"VACUUM ANALYZE {table}")


def _timed(client: Any, path: str, query: dict[str, Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    answer = client.get(path, query)
    took = 1_000 * (time.perf_counter() - began)
    if answer.status_code != 200:
        raise SystemExit(f"{answer.status_code}: {answer.content[:300]}")
    return took, answer.json()


def _pages(client: Any, query: str) -> Iterator[tuple[float, set[str]]]:
    """Yield, for the first pages of a list, milliseconds and how the plan of each reads the deadlines."""
    parameters: dict[str, Any] = {"limit": 50} | dict(pair.split("=") for pair in query.split("&") if pair)
    for _ in range(PAGES):
        took, body = _timed(client, "/api/v1/clocks", parameters)
        scans: set[str] = set()
        with connection.execute_wrapper(_explaining(scans)):
            client.get("/api/v1/clocks", parameters)
        yield took, scans
        if body["next"] is None:
            return
        parameters["cursor"] = body["next"]


def _explaining(scans: set[str]) -> Any:
    """Return what has each statement on the deadlines explained before it is run, under the same rights."""

    def explain(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if 'FROM "referrals_clock"' in sql:
            execute(f"EXPLAIN (FORMAT JSON) {sql}", params, many, context)
            walk(context["cursor"].fetchone()[0][0]["Plan"])
        return execute(sql, params, many, context)

    def walk(node: dict[str, Any]) -> None:
        if node.get("Relation Name") == "referrals_clock" or node["Node Type"] == "Bitmap Index Scan":
            scans.add(node.get("Index Name") or node["Node Type"])
        for child in node.get("Plans", []):
            walk(child)

    return explain
