"""``migrate``: each database has its own tables, and the record of all migrations."""

import pytest
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from config.management.commands import migrate
from config.routers import APP_OF_KEYS, KEY_STORE
from encryption.models import WrappedKey


@pytest.mark.parametrize("alias", [*connections])
def test_nothing_is_left_to_migrate_and_keys_stand_in_their_own_store_alone(alias, db_both):
    executor = MigrationExecutor(connections[alias])
    tables = connections[alias].introspection.table_names()

    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []
    assert (WrappedKey._meta.db_table in tables) == (alias == KEY_STORE)
    assert ("audit_entry" in tables) == (alias != KEY_STORE)


@pytest.mark.parametrize("told", [{}, *({name: True} for name in migrate.EXPLICIT)])
def test_the_key_store_plays_its_own_migrations_and_records_the_rest(monkeypatch, db_both, told):
    """Unless it is told what to do with which: then Django does what it is told."""
    asked = []
    monkeypatch.setattr(migrate.migrate.Command, "handle", lambda _self, **options: asked.append(options))
    plain = dict.fromkeys(migrate.EXPLICIT) | {"database": KEY_STORE, "verbosity": 1, "run_syncdb": False}

    migrate.Command().handle(**plain | told)

    if told:
        assert asked == [plain | told]
    else:
        assert [(one["app_label"], one["fake"]) for one in asked] == [(APP_OF_KEYS, None), (None, True)]
