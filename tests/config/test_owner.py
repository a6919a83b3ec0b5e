"""Whose databases a command opens: the owner's to migrate, the service's for everything else (SEC-CF2)."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connections

pytestmark = pytest.mark.both_databases("roles")

ROOT = Path(__file__).resolve().parents[2]
SHOWN = """
import sys
sys.argv = ["manage.py", *sys.argv[1:]]
from config import settings
print(*(settings.DATABASES[alias]["USER"] for alias in ("default", "keys")), settings.DATABASE_ROLE or "-")
"""
SERVICE = {
    "DATABASE_URL": "postgres://web@127.0.0.1/cases",
    "KEYS_DATABASE_URL": "postgres://web@127.0.0.1/keys",
    "REPERE_DATABASE_ROLE": "repere_app",
}
OWNER = {
    "MIGRATION_DATABASE_URL": "postgres://owner@127.0.0.1/cases",
    "MIGRATION_KEYS_DATABASE_URL": "postgres://keeper@127.0.0.1/keys",
}


def users(tmp_path, *command, **variables):
    """The two logins and the role under which a command would work."""
    run = subprocess.run(  # noqa: S603 - the script above
        [sys.executable, "-c", SHOWN, *command],
        cwd=ROOT, env={"REPERE_STATE_DIR": str(tmp_path), **variables}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return run.stdout.split()


def test_migrations_run_as_the_owner(tmp_path):
    assert users(tmp_path, "migrate", **SERVICE, **OWNER) == ["owner", "keeper", "-"]


def test_the_owners_address_may_stand_in_a_file(tmp_path):
    file = tmp_path / "address"
    file.write_text(OWNER["MIGRATION_DATABASE_URL"])

    found = users(tmp_path, "migrate", **SERVICE, MIGRATION_DATABASE_URL_FILE=str(file))

    assert found == ["owner", "web", "-"]


@pytest.mark.parametrize("command", [("check",), ("load_territories",), ("demo",), ()])
def test_everything_else_runs_as_the_service(tmp_path, command):
    assert users(tmp_path, *command, **SERVICE, **OWNER) == ["web", "web", "repere_app"]


def test_one_login_may_do_both(tmp_path):
    assert users(tmp_path, "migrate", **SERVICE) == ["web", "web", "-"]


@pytest.mark.django_db(databases=["default", "keys"])
@pytest.mark.only_on("postgresql", "SQLite has no roles")
@pytest.mark.parametrize("alias", ["default", "keys"])
def test_the_role_of_the_service_may_ask_what_is_migrated(alias):
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('repere_app', 'django_migrations', 'SELECT')")
        assert cursor.fetchone()[0]
