"""How the tables of the tests are made: on SQLite once for all runs, and without what leaves no trace.

The first process that needs tables makes them and leaves a copy in ``var/``. Other processes and later runs take it,
as long as migrations, models and what these import are the same. The key store records the migrations of apps whose
tables stand in the other database, and doesn't play them. ``tests/repository/test_migrations.py`` plays all, as the
service does.
"""

import gc
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.management.commands import migrate
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from config.routers import KEY_STORE
from encryption import digest
from tests.shared import ROOT, alone

COPIES = ROOT / "var" / "test-tables"
#: What tables are made from, and the rows that are in them from the beginning.
MADE_FROM = (
    "requirements-dev.lock", "*/migrations/*.py", "*/models.py", "*/models/*.py", "tests/encryption/sample/*.py",
    "encryption/*.py", "core/*.py", "audit/pseudonyms.py", "tests/settings.py", "tests/tables.py",
)  # fmt: skip


class Recording(MigrationExecutor):
    """Plays in the key store the migrations of its own app alone."""

    def apply_migration(self, state: Any, migration: Any, fake: bool = False, **options: Any) -> Any:
        elsewhere = self.connection.alias == KEY_STORE and migration.app_label != "encryption"
        return super().apply_migration(state, migration, fake=fake or elsewhere, **options)


@contextmanager
def made_quickly() -> Iterator[None]:
    """Let pytest-django make the tables within the block."""
    with pytest.MonkeyPatch.context() as patch, _without_garbage():
        patch.setattr(migrate, "MigrationExecutor", Recording)
        if any(one.vendor != "sqlite" for one in connections.all()):
            yield
            return
        COPIES.mkdir(parents=True, exist_ok=True)
        with alone(COPIES, "making"):
            copies = copies_now()
            made = all(copy.exists() for copy in copies.values())
            if made:
                patch.setattr(
                    migrate.Command, "handle", lambda *_, database, **__: _take(database, copies[database])
                )
            yield
            if not made:
                _leave(copies)


def copies_now() -> dict[str, Path]:
    """Return where the copy of each database stands, or will, for the code as it is now."""
    sources = sorted({path for pattern in MADE_FROM for path in ROOT.glob(pattern)})
    named = digest.sha256(b"".join(digest.sha256(path.read_bytes()) for path in sources)).hex()
    return {alias: COPIES / f"{named}-{alias}.sqlite3" for alias in connections}


def _take(alias: str, copy: Path) -> None:
    connections[alias].close()
    shutil.copyfile(copy, connections[alias].settings_dict["NAME"])


def _leave(copies: dict[str, Path]) -> None:
    for before in COPIES.glob("*.sqlite3*"):
        before.unlink()
    for alias, copy in copies.items():
        unfinished = copy.with_suffix(".sqlite3.part")
        with connections[alias].cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(unfinished)])
        unfinished.rename(copy)


@contextmanager
def _without_garbage() -> Iterator[None]:
    """Look for none: the models of past states are many, and all are in use until the end."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
