"""Every migration of ours goes forth, back and forth again, in both databases, and leaves nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.db.migrations.loader import MigrationLoader

from accounts.models import User

ROOT = Path(__file__).resolve().parents[2]
OURS = ("referrals", "accounts", "audit", "outbox", "encryption")  # the uppermost goes first

THERE_AND_BACK = f"""
import gc, sys
import django
django.setup()
from django.core.management import call_command
from django.db import connections

def migrate(*target):
    gc.collect()  # the models of each past state listen for new ones until they are collected
    call_command("migrate", *target, database=sys.argv[1], verbosity=0, interactive=False)

migrate()
for app in {OURS!r}:
    migrate(app, "zero")
print([name for name in connections[sys.argv[1]].introspection.table_names() if name.startswith({OURS!r})])
migrate()
"""


@pytest.mark.parametrize("alias", ["default", "keys"])
def test_every_migration_goes_forth_back_and_forth(tmp_path, alias):
    run = run_alone(THERE_AND_BACK, tmp_path, alias)

    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == "[]"


def run_alone(script, tmp_path, *arguments):
    """Run a script on SQLite files of its own, whatever the suite runs on, in one process of its own."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("REPERE_", "DATABASE_", "KEYS_"))
    }
    environment |= {"REPERE_STATE_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "tests.settings"}
    return subprocess.run(  # noqa: S603 - a script of this page
        [sys.executable, "-c", script, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


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
