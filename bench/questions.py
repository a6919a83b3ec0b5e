"""How long an auditor's questions take on a large audit log, each asked through the service's own function.

``python -m bench questions --entries 10000000``: fills ``repere_bench_questions`` by COPY with entries of 60 authorities,
3,000 people and 200,000 files, and asks each question of random authorities, people and files, first pages and later
ones, under the role of the application. Nothing is warmed but by the questions before. Prints the median, the 95th
percentile and the longest, in milliseconds (SEC-AL17: p95 ≤ 200 ms).
"""

import json
import random
import statistics
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from django.db import transaction

from accounts.actor import Actor, Position
from accounts.roles import Role
from audit import questions
from audit.events import Origin
from bench import common
from referrals.access import row_level_security

NAME = "repere_bench_questions"
AUTHORITIES, PEOPLE, FILES = 60, 3_000, 200_000
SPAN = timedelta(days=3 * 365)
NOW = datetime(2026, 11, 25, tzinfo=UTC)
#: (act, outcome, topic, state, of a hundred thousand entries)
MIX = (
    ("field:opened", "allow", None, "triage", 58_000), ("list:opened", "allow", None, "", 20_000),
    ("field:opened", "allow", "closed", "ended", 2_000), ("search:done", "allow", "search", "", 4_000),
    ("request:denied", "deny", None, "", 2_500), ("glass:open", "allow", "glass", "", 150),
    ("glass:approve", "allow", "glass", "", 150), ("audit:exported", "allow", "export", "", 20),
    ("membership:granted", "allow", "rights", "", 180), ("referral:assign", "allow", "rights", "", 2_000),
    ("referral:qualify", "allow", None, "", 11_000),
)  # fmt: skip
COLUMNS = "id, at, actor, subject, act, outcome, tenant, topic, writer, writer_seq, body, leaf_hash"
LISTED = 20  # subjects of a list
#: The indexes of the two tables that are no constraint's.
_INDEXES = """
    SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ('audit_entry', 'audit_entrysubject')
    AND indexname NOT IN (SELECT conname FROM pg_constraint)
"""


def main(server: str, words: list[str]) -> None:
    options = common.options(words, entries=1_000_000, times=60)
    with psycopg.connect(f"{server}/{NAME}", autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM audit_entrysubject LIMIT 1").fetchone() is None:
            _fill(connection, options.entries)
    print(f"{options.entries:,} entries\n")
    common.head("question", "median ms", "p95", "longest")
    for name, taken in _ask(options.times):
        p95 = common.percentile(taken, 0.95)
        common.line(name, f"{statistics.median(taken):.1f}", f"{p95:.1f}", f"{max(taken):.1f}")


def _fill(connection: "psycopg.Connection[Any]", count: int) -> None:
    began = time.perf_counter()
    with connection.transaction(), connection.cursor() as cursor:
        # Without indexes and checks while the rows come, which are right: in a tenth of the time.
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SET LOCAL maintenance_work_mem = '1GB'")
        made = cursor.execute(_INDEXES).fetchall()
        for index, _ in made:
            cursor.execute(f'DROP INDEX "{index}"')
        with cursor.copy(f"COPY audit_entry ({COLUMNS}) FROM STDIN") as copy:
            for row in _rows(count):
                copy.write_row(row)
        with cursor.copy("COPY audit_entrysubject (subject, entry_id) FROM STDIN") as copy:
            for pair in _listed(count):
                copy.write_row(pair)
        for _, definition in made:
            cursor.execute(definition)
    connection.execute("VACUUM ANALYZE audit_entry")
    connection.execute("VACUUM ANALYZE audit_entrysubject")
    print(f"filled in {time.perf_counter() - began:.0f} s", file=sys.stderr)


def _uuid(kind: int, number: int) -> UUID:
    return UUID(int=random.Random(kind * 1_000_000_007 + number).getrandbits(128), version=4)


def _people() -> Iterator[list[UUID]]:
    """Return authorities, people and files."""
    return ([_uuid(kind, n) for n in range(size)] for kind, size in enumerate((AUTHORITIES, PEOPLE, FILES)))


def _rows(count: int) -> Iterator[tuple[Any, ...]]:
    draw = random.Random(1)
    authorities, people, files = _people()
    acts = draw.choices(MIX, weights=[one[-1] for one in MIX], k=count)
    template = json.dumps({"filler": "x" * 480, "fields": {}, "obj": []})
    writer = UUID(int=draw.getrandbits(128))
    for number, (act, outcome, topic, state, _) in enumerate(acts):
        person = draw.randrange(PEOPLE)
        tenant = person % AUTHORITIES
        file = draw.randrange(FILES // AUTHORITIES) * AUTHORITIES + tenant
        listed = act == "list:opened"
        body = f'{{"n":{number},"from":"{state}",{template[1:]}'.encode()
        yield (
            UUID(int=number + 1), NOW - SPAN * (1 - number / count), people[person], None if listed else files[file],
            act, outcome, authorities[tenant], topic, writer, number + 1, body, b"\0" * 32,
        )  # fmt: skip


def _listed(count: int) -> Iterator[tuple[UUID, UUID]]:
    """Yield the subjects of lists: the same draws as of the entries."""
    _, _, files = _people()
    for number, row in enumerate(_rows(count)):
        if row[4] == "list:opened":
            start = (number * 7_919) % (FILES - LISTED)
            yield from ((files[start + at], row[0]) for at in range(LISTED))


def _ask(times: int) -> Iterator[tuple[str, list[float]]]:
    draw = random.Random(2)
    authorities, people, files = _people()
    for question in questions.QUESTIONS:
        taken: list[float] = []
        for _ in range(times):
            person = draw.randrange(PEOPLE)
            tenant = person % AUTHORITIES
            filters: dict[str, Any] = {"limit": 50}
            if question.needs == "actor" or (not question.needs and draw.random() < 0.2):
                filters["actor"] = people[person]
            if question.needs == "subject":
                filters["subject"] = files[draw.randrange(FILES // AUTHORITIES) * AUTHORITIES + tenant]
            if draw.random() < 0.3:
                filters["since"] = NOW - timedelta(days=draw.randint(1, 900))
            taken += _pages(question, filters, authorities[tenant])
        yield question.name, taken


def _pages(question: Any, filters: dict[str, Any], tenant: UUID) -> Iterator[float]:
    """Ask for the first page and the two after it, each in a transaction, as a request does; yield milliseconds."""
    auditor = Actor(
        _uuid(9, 1), (Position(_uuid(9, 2), Role.AUDITOR, tenant),), Origin(rid="bench"), role="auditor"
    )
    cursor = None
    for _ in range(3):
        began = time.perf_counter()
        with transaction.atomic():
            row_level_security.open_for(auditor)
            page = questions.ask(question, {**filters, "cursor": cursor}, actor=auditor, at=datetime.now(UTC))
        yield 1_000 * (time.perf_counter() - began)
        if (cursor := page.next) is None:
            return
