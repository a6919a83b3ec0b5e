"""The bench databases: made, filled once, kept for the next run."""

import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / "var" / "bench"
ROLE = "repere_app"


def name_of(size: int) -> str:
    short = f"{size // 1_000_000}m" if size % 1_000_000 == 0 else f"{size // 1_000}k"
    return f"repere_bench_{short}"


def environment(server: str, size: int, *, role: str = ROLE) -> dict[str, str]:
    """Return the settings under which the service uses that database."""
    base = server.rstrip("/")
    name = name_of(size)
    return {
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "DATABASE_URL": f"{base}/{name}",
        "KEYS_DATABASE_URL": f"{base}/{name}_keys",
        "REPERE_STATE_DIR": str(STATE / name),
        "REPERE_DATABASE_ROLE": role,
        "REPERE_LOG_LEVEL": "ERROR",
    }


def ensure(server: str, size: int) -> None:
    """Make and fill the database unless a finished one is there, with the root key that opens it."""
    ready = STATE / name_of(size) / "world.json"
    if ready.exists() and _exists(server, name_of(size)) and _fits(server, size):
        return
    print(
        f"{name_of(size)} is made and filled: the first time only, or when a table has changed",
        file=sys.stderr,
    )
    ready.unlink(missing_ok=True)
    ready.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in (name_of(size), f"{name_of(size)}_keys"):
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    env = os.environ | environment(server, size, role="")
    if not _migrate(env):
        raise SystemExit("The bench database can't be migrated.")
    subprocess.run([sys.executable, "-m", "bench.database", server, str(size)], cwd=ROOT, env=env, check=True)


def _migrate(env: dict[str, str]) -> bool:
    """Bring the tables up to the code; tell whether that went well."""
    migrate = [sys.executable, "manage.py", "migrate", "-v", "0"]
    service = env | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    for command, under in (
        ([*migrate, "--database", "default"], service),
        ([*migrate, "--database", "keys"], service),
        ([*migrate, "--run-syncdb"], env),  # the twins have no migrations
    ):
        if subprocess.run(command, cwd=ROOT, env=under, check=False).returncode:
            return False
    return True


def _fits(server: str, size: int) -> bool:
    """Migrate a kept database; tell whether its tables then have the columns of the code, the twins' too."""
    env = os.environ | environment(server, size, role="")
    if not _migrate(env):
        return False
    check = [sys.executable, "-m", "bench.columns"]
    return subprocess.run(check, cwd=ROOT, env=env, check=False).returncode == 0


def _exists(server: str, name: str) -> bool:
    with psycopg.connect(f"{server}/postgres") as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    return found is not None


def world_of(size: int) -> dict[str, Any]:
    """Return what the fill has left for the runner."""
    found: dict[str, Any] = json.loads((STATE / name_of(size) / "world.json").read_text())
    return found


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
    own = defaultdict[str, list[str]](list)
    for table, _, definition in indexes:
        own[table].append(definition)
    leaning = []
    for table, name, definition in reversed(constraints):
        statement = f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}'
        if definition.startswith("FOREIGN KEY"):
            # Not held against the rows, which were made to fit: what is asked is what it costs from now on.
            leaning.append(f"{statement} NOT VALID")
        else:
            own[table].append(statement)
    together(
        f"{server}/{database}",
        [[*statements, f"VACUUM ANALYZE {table}"] for table, statements in own.items()],
    )
    together(f"{server}/{database}", [leaning, ["ANALYZE", "CHECKPOINT"]])


def together(database: str, works: list[list[str]]) -> None:
    """Do each list of statements in its order, two lists at a time."""

    def do(statements: list[str]) -> None:
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("SET maintenance_work_mem = '512MB'; SET synchronous_commit = off")
            for one in statements:
                connection.execute(one)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(do, works))


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


def main(server: str, size: int) -> None:
    import django

    django.setup()

    from audit import pseudonyms
    from bench import fill, world

    found = world.build()
    found["pseudonym"] = str(pseudonyms.actor(UUID(found["coordinator"]["id"])))
    began = time.monotonic()
    name = name_of(size)
    with without_indexes(server, name), without_indexes(server, f"{name}_keys"):
        for done in fill.fill(found, size):
            if done % 50_000 == 0 or done == size:
                print(f"  {name}: {done:,} referrals in {time.monotonic() - began:.0f} s", file=sys.stderr)
        together(f"{server}/{name}", [[one] for one in fill.copies()])
        print("  indexes …", file=sys.stderr)
    with psycopg.connect(f"{server}/{name}") as connection:
        for table in connection.execute("SELECT tablename FROM pg_tables WHERE tablename LIKE 'bench_%'"):
            connection.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON "{table[0]}" TO {ROLE}')
        found["sample"] = [
            str(row[0])
            for row in connection.execute(
                "SELECT id FROM referrals_referral WHERE state = 'triage' AND authority_id = %s"
                " ORDER BY md5(id::text) LIMIT 20000",
                [found["authorities"][world.LARGE]],
            )
        ]
    (STATE / name / "world.json").write_text(json.dumps(found))
    print(f"  {name}: filled in {time.monotonic() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
