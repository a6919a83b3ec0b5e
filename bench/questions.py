"""How long an auditor's questions take on a large journal, each asked through the service's own function.

``python -m bench.questions --entries 10000000``: makes ``repere_bench_journal`` on the server of ``--server``, fills it
by COPY with entries of 60 authorities, 3,000 people and 200,000 files, and asks each question of random authorities,
people and files, first pages and later ones, under the role of the application. Nothing is warmed but by the questions
before. Prints the median, the 95th percentile and the longest, in milliseconds (SEC-AL17: p95 ≤ 200 ms).
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from bench.database import ROOT, STATE

NAME = "repere_bench_journal"
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


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.questions", description=__doc__)
    parser.add_argument("--server", default=os.environ.get("BENCH_SERVER", "postgres://127.0.0.1:5432"))
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=60, help="how often each question is asked")
    parser.add_argument("--keep", action="store_true", help="ask the database of the run before")
    asked = parser.parse_args()
    os.environ.update(_environment(asked.server))
    if not asked.keep:
        _fill(asked.server, asked.entries)
    import django

    django.setup()
    print(f"{asked.entries:,} entries\n\n| question | median ms | p95 | longest |\n|---|---:|---:|---:|")
    for name, taken in _ask(asked.times):
        ordered = sorted(taken)
        p95 = ordered[int(0.95 * (len(ordered) - 1))]
        print(f"| {name} | {statistics.median(ordered):.1f} | {p95:.1f} | {ordered[-1]:.1f} |", flush=True)


def _environment(server: str) -> dict[str, str]:
    base = server.rstrip("/")
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": f"{base}/{NAME}",
        "KEYS_DATABASE_URL": f"{base}/{NAME}_keys", "REPERE_STATE_DIR": str(STATE / NAME),
        "REPERE_DATABASE_ROLE": "repere_app", "REPERE_LOG_LEVEL": "ERROR",
    }  # fmt: skip


def _fill(server: str, count: int) -> None:
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        for name in (NAME, f"{NAME}_keys"):
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name}")
    (STATE / NAME).mkdir(mode=0o700, parents=True, exist_ok=True)
    env = os.environ | {"REPERE_DATABASE_ROLE": ""}
    for alias in ("default", "keys"):
        command = [sys.executable, "manage.py", "migrate", "-v", "0", "--database", alias]
        subprocess.run(command, cwd=ROOT, env=env, check=True)
    began = time.perf_counter()
    with psycopg.connect(f"{server}/{NAME}") as connection:
        with connection.cursor() as cursor:
            # Without indexes and checks while the rows come, which are right: in a tenth of the time.
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("SET maintenance_work_mem = '1GB'")
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
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE audit_entry")
        connection.execute("VACUUM ANALYZE audit_entrysubject")
    print(f"filled in {time.perf_counter() - began:.0f} s", file=sys.stderr)


def _uuid(kind: int, number: int) -> UUID:
    return UUID(int=random.Random(kind * 1_000_000_007 + number).getrandbits(128), version=4)


def _people() -> tuple[list[UUID], list[UUID], list[UUID]]:
    return tuple(
        [_uuid(kind, n) for n in range(size)] for kind, size in enumerate((AUTHORITIES, PEOPLE, FILES))
    )  # type: ignore[return-value]


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
    files = _people()[2]
    for number, row in enumerate(_rows(count)):
        if row[4] == "list:opened":
            start = (number * 7_919) % (FILES - LISTED)
            yield from ((files[start + at], row[0]) for at in range(LISTED))


def _ask(times: int) -> Iterator[tuple[str, list[float]]]:
    from audit.questions import QUESTIONS

    draw = random.Random(2)
    authorities, people, files = _people()
    for question in QUESTIONS:
        taken: list[float] = []
        for _ in range(times):
            person = draw.randrange(PEOPLE)
            tenant = person % AUTHORITIES
            said: dict[str, Any] = {"limit": 50}
            if question.needs == "actor" or (not question.needs and draw.random() < 0.2):
                said["actor"] = people[person]
            if question.needs == "subject":
                said["subject"] = files[draw.randrange(FILES // AUTHORITIES) * AUTHORITIES + tenant]
            if draw.random() < 0.3:
                said["since"] = NOW - timedelta(days=draw.randint(1, 900))
            taken += _pages(question, said, authorities[tenant])
        yield question.name, taken


def _pages(question: Any, said: dict[str, Any], tenant: UUID) -> Iterator[float]:
    """Ask for the first page and the two after it, each in a transaction, as a request does; yield milliseconds."""
    from django.db import transaction

    from accounts.actor import Actor, Position
    from accounts.roles import Role
    from audit import questions
    from audit.events import Origin
    from referrals.access import row_level_security

    auditor = Actor(
        _uuid(9, 1), (Position(_uuid(9, 2), Role.AUDITOR, tenant),), Origin(rid="bench"), role="auditor"
    )
    cursor = None
    for _ in range(3):
        began = time.perf_counter()
        with transaction.atomic():
            row_level_security.open_for(auditor)
            page = questions.ask(question, {**said, "cursor": cursor}, actor=auditor, at=datetime.now(UTC))
        yield 1_000 * (time.perf_counter() - began)
        if (cursor := page.next) is None:
            return


if __name__ == "__main__":
    main()
