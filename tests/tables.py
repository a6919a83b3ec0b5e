"""How the tables of the tests are made: on SQLite once for all runs, and without what leaves no trace.

The first process that needs tables makes them and leaves a copy in ``var/``. Other processes and later runs take it,
as long as migrations, models and what these import are the same. ``tests/repository/test_migrations.py`` plays the
migrations as the service does, at night all of them.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from config.management.commands import migrate
from encryption import digest
from tests.shared import ROOT, alone

COPIES = ROOT / "var" / "test-tables"
#: What tables are made from, and the rows that are in them from the beginning.
MADE_FROM = (
    "requirements-dev.lock", "*/migrations/*.py", "*/models.py", "*/models/*.py", "tests/encryption/sample/*.py",
    "encryption/*.py", "core/*.py", "audit/pseudonyms.py", "tests/settings.py", "tests/tables.py",
)  # fmt: skip


@contextmanager
def made_quickly() -> Iterator[None]:
    """Let pytest-django make the tables within the block."""
    with pytest.MonkeyPatch.context() as patch:
        if any(one.vendor != "sqlite" for one in connections.all()):
            yield
            return
        COPIES.mkdir(parents=True, exist_ok=True)
        with alone(COPIES, "making"):
            there, made = copies(), set()
            make = migrate.Command.handle

            def take_or_make(command: Any, *words: Any, database: str, **options: Any) -> None:
                if there[database].exists():
                    _take(database, there[database])
                else:
                    make(command, *words, database=database, **options)
                    made.add(database)

            patch.setattr(migrate.Command, "handle", take_or_make)
            yield
            # Of these alone: where no test asks for a database, the connection leads to the one of the service.
            for alias in made:
                _leave(alias, there[alias])
            for before in set(COPIES.glob("*.sqlite3*")) - set(there.values()):
                before.unlink()


def copies() -> dict[str, Path]:
    """Return where the copy of each database stands, or will, for the code as it is now."""
    sources = sorted({path for pattern in MADE_FROM for path in ROOT.glob(pattern)})
    each = (f"{path.relative_to(ROOT)} {digest.sha256(path.read_bytes()).hex()}" for path in sources)
    named = digest.sha256("\n".join(each).encode()).hex()
    return {alias: COPIES / f"{named}-{alias}.sqlite3" for alias in connections}


def take_copies(places: dict[str, Path]) -> None:
    """Put the copy of each database where a service will look for it, unless one isn't there."""
    COPIES.mkdir(parents=True, exist_ok=True)
    with alone(COPIES, "making"):  # a process that makes them now is waited for
        there = copies()
        if all(there[alias].exists() for alias in places):
            for alias, place in places.items():
                shutil.copyfile(there[alias], place)


def _take(alias: str, copy: Path) -> None:
    connections[alias].close()
    shutil.copyfile(copy, connections[alias].settings_dict["NAME"])


def _leave(alias: str, copy: Path) -> None:
    unfinished = copy.with_suffix(".sqlite3.part")
    unfinished.unlink(missing_ok=True)
    with connections[alias].cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(unfinished)])
    unfinished.rename(copy)
