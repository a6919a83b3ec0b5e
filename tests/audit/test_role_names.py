"""Names of the database roles are settings: migrations, grants and the roles taken while the service runs follow them."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from audit import reading, sequencing
from audit.migrations import _roles
from config import database
from config.env import Roles
from tests.conftest import BOTH

OTHERS = Roles("other_app", "other_auditor", "other_sequencer")
APPS = ("encryption", "core", "outbox", "audit", "accounts", "directory", "referrals", "web", "config")


def test_no_code_but_migrations_and_defaults_names_a_role():
    """A name in the code would be right on most servers, and wrong without a word on the others."""
    named = re.compile(r"^[^#\n]*[\"' ](repere_app|repere_auditor|repere_sequencer)\b(?!``)", re.MULTILINE)
    found = {str(path) for app in APPS for path in Path(app).rglob("*.py") if named.search(path.read_text())}

    assert {path for path in found if "/migrations/" not in path} == {
        "config/env.py",
        "config/bootstrap/plan.py",
    }


def test_every_statement_of_the_journals_migrations_follows_the_settings(settings):
    settings.ROLES = OTHERS

    for statement in (*_roles.GRANTS, _roles.MAKE_ROLE.format(role="repere_app")):
        renamed = _roles.named(statement)
        assert "repere_app" not in renamed
        assert "other_" in renamed


@pytest.fixture
def others(settings):
    """The names that somebody else chose, as roles of the server until the test's transaction ends."""
    settings.ROLES = OTHERS
    # Roles are the cluster's: made in both databases, the second one would wait for the first one's transaction.
    with connections["default"].cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")
        for role in ("other_app", "other_auditor", "other_sequencer"):
            cursor.execute(f"CREATE ROLE {role} NOLOGIN")


@pytest.mark.sec("SEC-CF2")
@pytest.mark.usefixtures("others")
@pytest.mark.django_db(databases=BOTH)
@pytest.mark.only_on("postgresql", "roles are PostgreSQL's")
def test_the_roles_of_the_settings_are_granted_and_taken(settings):
    settings.DATABASE_ROLE = "other_app"
    with connections["default"].cursor() as cursor:
        for grants in (_roles.ENTRIES, _roles.OF_THE_TREE):
            cursor.execute(_roles.named(grants))
        cursor.execute("SELECT has_table_privilege('other_sequencer', 'audit_leaf', 'INSERT')")
        assert cursor.fetchone() == (True,)
        cursor.execute("SELECT has_table_privilege('other_app', 'audit_entry', 'SELECT')")
        assert cursor.fetchone() == (False,)
        database.grant_tables(apps.get_app_config("accounts"), "default")
        cursor.execute("SELECT has_table_privilege('other_app', 'accounts_user', 'SELECT, UPDATE')")
        assert cursor.fetchone() == (True,)
        with reading.as_auditor():
            cursor.execute("SELECT current_user")
            assert cursor.fetchone() == ("other_auditor",)
        with sequencing.reading():
            cursor.execute("SELECT current_user")
            assert cursor.fetchone() == ("other_sequencer",)


@pytest.mark.django_db(databases=BOTH)
@pytest.mark.only_on("postgresql", "roles are PostgreSQL's")
@pytest.mark.parametrize(("alias", "variable"), [("default", "DATABASE_URL"), ("keys", "KEYS_DATABASE_URL")])
def test_a_cluster_without_the_role_is_not_migrated_in_silence(settings, alias, variable):
    """The role is a cluster's: made in that of the cases, it isn't in that of the keys."""
    settings.ROLES = Roles("nobody_made_it", "other_auditor", "other_sequencer")
    settings.PRODUCTION = True

    with pytest.raises(ImproperlyConfigured, match="CREATE ROLE nobody_made_it NOLOGIN") as refused:
        database.grant_tables(apps.get_app_config("encryption"), alias)

    assert f" {variable}," in str(refused.value)
