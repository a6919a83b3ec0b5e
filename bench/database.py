"""Bench databases: made with all tables, filled once where that takes long, and then kept for the next run."""

import json
import multiprocessing
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.db import connections
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / "var" / "bench"
ROLE = "repere_app"
#: How many fill a database at once.
PROCESSES = 2
#: In place of a server: files of SQLite.
SQLITE = "sqlite"


def name_of(size: int) -> str:
    """Return the name of the database for so many referrals."""
    return f"repere_bench_{size // 1_000_000}m" if size % 1_000_000 == 0 else f"repere_bench_{size // 1_000}k"


def environment(server: str, name: str, *, role: str = ROLE) -> dict[str, str]:
    """Return the settings under which the service uses a database and that of its keys."""
    addresses = {"DATABASE_URL": f"{server}/{name}", "KEYS_DATABASE_URL": f"{server}/{name}_keys"}
    return ({} if server == SQLITE else addresses) | {
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "REPERE_STATE_DIR": str(STATE / name),
        "REPERE_DATABASE_ROLE": "" if server == SQLITE else role,
        "REPERE_LOG_LEVEL": "ERROR",
        "REPERE_LEAF_FEED": "",
        "REPERE_LOG_WITNESS_FILE": "",
    }


def make(server: str, name: str) -> None:
    """Make a database and that of its keys anew, with their tables and those of the baselines."""
    shutil.rmtree(STATE / name, ignore_errors=True)
    (STATE / name).mkdir(mode=0o700, parents=True)
    for one in () if server == SQLITE else (name, f"{name}_keys"):
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(one)))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(one)))
    under = os.environ | environment(server, name, role="")
    service = under | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    migrate = [sys.executable, "manage.py", "migrate", "-v", "0"]
    subprocess.run([*migrate, "--database", "default"], cwd=ROOT, env=service, check=True)
    subprocess.run([*migrate, "--database", "keys"], cwd=ROOT, env=service, check=True)
    subprocess.run([*migrate, "--run-syncdb"], cwd=ROOT, env=under, check=True)  # those have no migrations


def ensure(server: str, name: str, *fill: str) -> None:
    """Make a database and fill it by the measure and options of ``fill``, unless it is there with today's tables."""
    if (STATE / name / "world.json").exists() and _is_migrated(server, name):
        return
    print(f"{name} is made and filled: the first time, or after a migration", file=sys.stderr)
    make(server, name)
    under = os.environ | environment(server, name, role="")
    command = [sys.executable, "-m", "bench", *fill, "--server", server]
    subprocess.run(command, cwd=ROOT, env=under, check=True)


def _is_migrated(server: str, name: str) -> bool:
    check = [sys.executable, "manage.py", "migrate", "--check", "--database"]
    # The service's own migrations: those of the packages' tables stand in one database only.
    service = {"DJANGO_SETTINGS_MODULE": "config.settings"}
    under = os.environ | environment(server, name, role="") | service
    return not any(
        subprocess.run([*check, alias], cwd=ROOT, env=under, check=False, capture_output=True).returncode
        for alias in ("default", "keys")
    )


def world_of(name: str) -> dict[str, Any]:
    """Return what the fill has left for the measures: ids, and secrets of tokens."""
    world: dict[str, Any] = json.loads((STATE / name / "world.json").read_text())
    return world


@contextmanager
def without_indexes(server: str, database: str) -> Iterator[None]:
    """Drop indexes and constraints for the time of a bulk load, then make them again."""
    with psycopg.connect(f"{server}/{database}", autocommit=True) as connection:
        constraints = connection.execute(_CONSTRAINTS).fetchall()
        for table, name, _ in constraints:
            connection.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        indexes = connection.execute(_INDEXES).fetchall()
        for _, name, _ in indexes:
            connection.execute(f'DROP INDEX "{name}"')
    yield
    # Table by table, so that each is read from memory the second time; keys before what leans on them.
    statements = defaultdict[str, list[str]](list)
    for table, _, definition in indexes:
        statements[table].append(definition)
    foreign = []
    for table, name, definition in reversed(constraints):
        statement = f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}'
        if definition.startswith("FOREIGN KEY"):
            # The rows were made to fit: what is measured is what a foreign key costs from now on.
            foreign.append(f"{statement} NOT VALID")
        else:
            statements[table].append(statement)
    of_tables = [[*each, f"VACUUM ANALYZE {table}"] for table, each in statements.items()]
    together(f"{server}/{database}", of_tables)
    together(f"{server}/{database}", [foreign, ["ANALYZE", "CHECKPOINT"]])


def together(database: str, lists: list[list[str]]) -> None:
    """Do each list of statements in its order, two lists at a time."""

    def do(statements: list[str]) -> None:
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("SET maintenance_work_mem = '512MB'; SET synchronous_commit = off")
            for statement in statements:
                connection.execute(statement)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(do, lists))


# Foreign keys first, then the keys that they lean on.
_TABLES = "(c.relname LIKE 'referrals_%' OR c.relname LIKE 'bench_%' OR c.relname LIKE 'audit_%'"
_TABLES += " OR c.relname LIKE 'encryption_%')"
_CONSTRAINTS = f"""
SELECT k.conrelid::regclass::text, k.conname, pg_get_constraintdef(k.oid) FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid WHERE k.contype IN ('f', 'p', 'u') AND {_TABLES}
ORDER BY array_position('{{f,u,p}}'::"char"[], k.contype)
"""
_INDEXES = f"""
SELECT c.oid::regclass::text, i.relname, pg_get_indexdef(i.oid) FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
JOIN pg_class c ON c.oid = x.indrelid WHERE c.relkind = 'r' AND {_TABLES}
"""


def copied(tables: dict[str, tuple[str, str]], lines: dict[str, list[str]]) -> None:
    """Write lines by the COPY statement of their table; ``tables``: alias and statement, by name."""
    for name, (alias, statement) in tables.items():
        with connections[alias].cursor() as cursor:
            # Neither triggers nor foreign keys: the rows are made as the service makes them.
            cursor.execute("SET session_replication_role = replica; SET synchronous_commit = off")
            with cursor.copy(statement) as copy:
                copy.write("".join(lines[name]))


def in_processes(work: Callable[[int, int], int], size: int) -> Iterator[int]:
    """Let two processes do ``work`` (number of the process from 1 on, how many) until ``size`` is reached; yield what is done so far."""
    connections.close_all()
    batch, done = 2_000, 0
    counts = [min(batch, size - start) for start in range(0, size, batch)]
    # Forked processes have Django set up, and what the caller has read.
    with multiprocessing.get_context("fork").Pool(PROCESSES, _begin, (work,)) as pool:
        for count in pool.imap_unordered(_do, counts):
            done += count
            yield done


_work: Any


def _begin(work: Any) -> None:
    global _work
    _work = work


def _do(count: int) -> int:
    try:
        return int(_work(multiprocessing.current_process()._identity[0], count))
    except Exception as error:
        # One that can't be sent between processes would leave the pool waiting for ever.
        raise RuntimeError(repr(error)) from None
