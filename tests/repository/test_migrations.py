"""Every migration of ours goes forth, back and forth again, in both databases, and leaves nothing."""

import os
import re
import subprocess
import sys
from uuid import uuid4

import psycopg
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from config import health
from tests.audit.owner import as_owner
from tests.selection import vendor
from tests.shared import ROOT
from tests.shared_fixtures import BOTH
from tests.tables import copies

pytestmark = pytest.mark.both_databases("each database's own tables")

OURS = ("referrals", "directory", "accounts", "audit", "outbox", "encryption")

THERE_AND_BACK = """
import gc
import shutil
import django
django.setup()
from django.core.management import CommandError, call_command
from django.core.management.sql import emit_pre_migrate_signal
from django.db import connections, router
from django.db.migrations.executor import MigrationExecutor

gc.disable()  # the models of past states are many, and few of them are garbage before the end
MADE = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name",
    "postgresql": '''
        SELECT conrelid::regclass::text || conname, pg_get_constraintdef(oid) FROM pg_constraint
        UNION ALL SELECT tgrelid::regclass::text || tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT tablename || policyname, concat(cmd, roles, qual, with_check) FROM pg_policies
        UNION ALL SELECT oid::regclass::text, concat(relkind, relacl) FROM pg_class WHERE relnamespace = 'public'::regnamespace
        UNION ALL SELECT proname, concat(prosrc, proacl) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        ORDER BY 1, 2''',
}

for alias in ("default", "keys"):
    connection = connections[alias]
    own = [app for app in OURS if router.allow_migrate(alias, app)]

    def made():
        with connection.cursor() as cursor:
            cursor.execute(MADE[connection.vendor])
            return cursor.fetchall()

    def forth(*app):
        call_command("migrate", *app, database=alias, verbosity=0, interactive=False)

    if alias in COPIES:
        shutil.copyfile(COPIES[alias], connection.settings_dict["NAME"])
    else:
        forth()
    before = made()
    emit_pre_migrate_signal(0, False, alias)  # as the command does
    MigrationExecutor(connection).migrate([(app, None) for app in own])
    print([name for name in connection.introspection.table_names() if name.startswith(OURS)])
    forth(*(own if len(own) == 1 else []))  # of the key store, other apps are nothing but recorded
    print(len(before) > len(own), [one for one in made() if one not in before], [one for one in before if one not in made()])
"""


@pytest.fixture
def empty(tmp_path):
    """Two databases without a table, of the kind that the suite runs on, as a process of its own is told of them."""
    own = {k: v for k, v in os.environ.items() if not k.startswith(("REPERE_", "DATABASE_", "KEYS_"))}
    own |= {"REPERE_STATE_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "tests.settings"}
    if vendor() == "sqlite":
        yield own
        return
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    names = {"DATABASE_URL": f"empty_{uuid4().hex}", "KEYS_DATABASE_URL": f"empty_{uuid4().hex}"}
    with psycopg.connect(f"{server}/postgres", autocommit=True) as owner:
        for name in names.values():
            owner.execute(f'CREATE DATABASE "{name}"')
        yield own | {variable: f"{server}/{name}" for variable, name in names.items()}
        for name in names.values():
            owner.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.slow("tables of both databases go and come again")
def test_every_migration_goes_forth_back_and_forth(db_both, empty):
    """Going back takes tables, triggers, views and grants away; going forth again makes the same."""
    made = copies() if vendor() == "sqlite" else {}
    there = {alias: str(path) for alias, path in made.items() if path.exists()}
    run = run_alone(f"OURS, COPIES = {OURS!r}, {there!r}\n{THERE_AND_BACK}", empty)

    assert run.returncode == 0, run.stderr
    assert run.stdout.split("\n") == ["[]", "True [] []", "[]", "True [] []", ""]


def run_alone(script, environment):
    """Run a script in one process of its own."""
    return subprocess.run(  # noqa: S603 - a script of this page
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


@pytest.fixture
def as_of_030(db_both):
    """What the migrations of 0.3.0 left: the same tables, and a record of each of them."""
    initial = [one for one in our_migrations() if one.replaces]
    with as_owner("default"), as_owner("keys"):
        for alias in BOTH:
            recorder = MigrationRecorder(connections[alias])
            for one in initial:
                recorder.record_unapplied(one.app_label, one.name)
        yield initial


def test_tables_of_030_are_todays(as_of_030):
    """``migrate`` records the migrations that took the place of those, and touches no table."""
    for alias in BOTH:
        with CaptureQueriesContext(connections[alias]) as sent:
            call_command("migrate", database=alias, verbosity=0)
        changing = [one["sql"] for one in sent if re.match(r"CREATE|ALTER|DROP|UPDATE", one["sql"])]
        recorded = MigrationRecorder(connections[alias]).applied_migrations()

        assert changing == []
        assert {(one.app_label, one.name) for one in as_of_030} <= set(recorded)


def test_tables_older_than_030_are_refused(as_of_030, monkeypatch):
    """A part of the former migrations isn't today's tables, though Django takes it for all there is."""
    MigrationRecorder(connection).record_unapplied(*as_of_030[-1].replaces[-1])
    monkeypatch.setattr(health, "_migrated", set())

    with pytest.raises(CommandError, match=r"older than 0\.3\.0"):
        call_command("migrate", verbosity=0)
    assert not health.is_migrated("default"), "nor is such a service ready"
    assert health.is_migrated("keys")


def our_migrations():
    loader = MigrationLoader(None)
    return [found for (app, _), found in sorted(loader.disk_migrations.items()) if app in OURS]


@pytest.mark.parametrize("migration", our_migrations(), ids=str)
def test_a_migration_is_named_for_what_it_does_and_can_be_undone(migration):
    assert "_auto_" not in migration.name
    assert migration.name.partition("_")[2] not in {"", "initial"}
    assert all(operation.reversible for operation in migration.operations)


@pytest.mark.parametrize("page", [
    page.relative_to(ROOT).as_posix() for app in OURS for page in sorted((ROOT / app / "migrations").glob("*.py"))
])  # fmt: skip
def test_a_migration_calls_no_present_model(page):
    """A step on data sees the models of its time; the present ones will have changed when it runs."""
    assert ".models import" not in (ROOT / page).read_text(encoding="utf-8")


def test_every_app_with_models_has_migrations():
    with_models = {
        config.label for config in apps.get_app_configs() if config.label in OURS and config.models
    }

    assert {migration.app_label for migration in our_migrations()} == with_models


def test_a_fresh_database_has_no_account_of_its_own(db):
    """Nobody knows the password of an account that isn't there."""
    assert not User.objects.exists()
