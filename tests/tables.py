"""How the tables of the tests are made: once in a run on SQLite, and without what leaves no trace.

The first process that needs tables makes them and leaves a copy, which the others take (``tests/shared.py``). The key
store records the migrations of apps whose tables stand in the other database, and doesn't play them.
``tests/repository/test_migrations.py`` plays all, as the service does.
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
from tests.shared import alone


class Recording(MigrationExecutor):
    """Plays in the key store the migrations of its own app alone."""

    def apply_migration(self, state: Any, migration: Any, fake: bool = False, **options: Any) -> Any:
        elsewhere = self.connection.alias == KEY_STORE and migration.app_label != "encryption"
        return super().apply_migration(state, migration, fake=fake or elsewhere, **options)


@contextmanager
def made_quickly(folder: Path) -> Iterator[None]:
    """Let pytest-django make the tables within the block; ``folder`` is the run's."""
    with pytest.MonkeyPatch.context() as patch, _without_garbage():
        patch.setattr(migrate, "MigrationExecutor", Recording)
        if any(one.vendor != "sqlite" for one in connections.all()):
            yield
            return
        with alone(folder, "tables"):
            copies = {alias: folder / f"tables-{alias}.sqlite3" for alias in connections}
            made = all(copy.exists() for copy in copies.values())
            if made:
                patch.setattr(
                    migrate.Command, "handle", lambda *_, database, **__: _take(database, copies[database])
                )
            yield
            for alias, copy in () if made else copies.items():
                with connections[alias].cursor() as cursor:
                    cursor.execute("VACUUM INTO %s", [str(copy)])


def _take(alias: str, copy: Path) -> None:
    connections[alias].close()
    shutil.copyfile(copy, connections[alias].settings_dict["NAME"])


@contextmanager
def _without_garbage() -> Iterator[None]:
    """Look for none: the models of past states are many, and all are in use until the end."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
