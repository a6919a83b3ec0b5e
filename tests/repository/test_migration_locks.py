"""A migration stops nobody: it holds no table for long, and the code of before runs on what it makes.

Each migration that isn't listed in ``deploy/migrations-0.3.0.txt`` is written as PostgreSQL's SQL and read by squawk
(https://squawkhq.com/docs/rules), which knows what each statement locks, and which ones the code of before can't live with: it reads a column that is
taken away, and doesn't fill one that it doesn't know. ``tests/deploy/test_side_by_side.py`` tries it at night.
"""

import importlib
import json
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from django.db import migrations, models
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState
from django.db.utils import ConnectionHandler
from psycopg.sql import Literal

from tests.repository.test_migrations import OURS, ROOT

#: The tables with which a service begins: none runs that could be stopped by them.
BASELINE = ROOT / "deploy" / "migrations-0.3.0.txt"
#: Rules of squawk that don't fit, and why.
LEFT_OUT = {
    "prefer-robust-stmts": "a migration is one transaction: what fails leaves nothing",
    "require-timeout-settings": "settings.py limits how long migrate waits for a lock",
    "require-lock-timeout": "settings.py limits how long migrate waits for a lock",
    "require-statement-timeout": "an index on a large table may take as long as it takes, if it is made concurrently",
    "prefer-bigint-over-int": "the sizes of numbers are those of the models",
    "prefer-bigint-over-smallint": "the sizes of numbers are those of the models",
    "prefer-text-field": "lengths are checked by the models, and by the database too",
    "prefer-identity": "Django writes keys",
}
#: A migration, a rule of squawk or of this page, and why it may: "app.0001_name": {"rule": "why"}.
MAY: dict[str, dict[str, str]] = {}
#: What Python does to rows or tables isn't in the SQL: a person reads it, and says in ``MAY`` why it stops nobody.
IN_PYTHON = "written in Python"


def new_migrations() -> list[migrations.Migration]:
    before = set(BASELINE.read_text(encoding="utf-8").split())
    loader = MigrationLoader(None)
    found = [one for (app, _), one in sorted(loader.disk_migrations.items()) if app in OURS]
    return [one for one in found if f"{one.app_label}.{one.name}" not in before]


def state_before(migration: migrations.Migration) -> ProjectState:
    return MigrationLoader(None).project_state((migration.app_label, migration.name), at_end=False)


def as_sql(migration: migrations.Migration, state: ProjectState) -> str:
    """Return what PostgreSQL is told; without a server. What Python does isn't in it."""
    settings = ConnectionHandler(
        {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "none"}}
    ).settings
    connection = DatabaseWrapper(settings["default"])
    connection.__dict__["pg_version"] = 150000  # a cached property that would ask a server
    connection.ops.compose_sql = lambda sql, params: (
        sql % tuple(Literal(one).as_string() for one in params or ())
    )
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        for one in migration.operations:
            before = state.clone()
            one.state_forwards(migration.app_label, state)
            if one.reduces_to_sql:
                one.database_forwards(migration.app_label, editor, before, state)
    return "\n".join(editor.collected_sql)


def by_squawk(sql: str, folder: Path, *, atomic: bool = True) -> set[str]:
    """Return the rules that a migration breaks."""
    path = folder / "migration.sql"
    path.write_text(sql, encoding="utf-8")
    program = Path(sysconfig.get_path("scripts")) / "squawk"
    words = ["--reporter", "json", "--pg-version", "15", *(["--assume-in-transaction"] if atomic else [])]
    ended = subprocess.run(  # noqa: S603 - a linter on our own file
        [program, *words, "--exclude", ",".join(LEFT_OUT), path], capture_output=True, text=True, check=False
    )
    return {one["rule_name"] for one in json.loads(ended.stdout)}


def faults(migration: migrations.Migration, state: ProjectState, folder: Path) -> set[str]:
    unseen = {IN_PYTHON for one in migration.operations if not one.reduces_to_sql}
    return unseen | by_squawk(as_sql(migration, state), folder, atomic=migration.atomic)


def test_a_migration_locks_no_table_for_long_and_lets_the_code_of_before_run(tmp_path):
    """One that may do it is in ``MAY`` with its reason; docs/upgrade.md says how to do without."""
    for migration in new_migrations():
        name = f"{migration.app_label}.{migration.name}"

        assert faults(migration, state_before(migration), tmp_path) == set(MAY.get(name, {})), name


def test_the_list_of_what_there_was_names_migrations_that_are_there():
    there = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}

    assert set(BASELINE.read_text(encoding="utf-8").split()) <= there
    assert set(MAY) <= {f"{one.app_label}.{one.name}" for one in new_migrations()}


def changed(*operations: Operation, atomic: bool = True) -> migrations.Migration:
    made = migrations.Migration("9999_tried", "tried")
    made.operations, made.atomic = list(operations), atomic
    return made


def with_a_table() -> ProjectState:
    state = ProjectState()
    fields = [("id", models.BigAutoField(primary_key=True)), ("place", models.CharField(max_length=9))]
    state.add_model(ModelState("tried", "Case", fields))
    return state


NUMBER = models.IntegerField
BAD = {
    "a column that must be filled": (migrations.AddField("case", "number", NUMBER(default=0)), "ban-drop-default"),
    "a column taken away": (migrations.RemoveField("case", "place"), "ban-drop-column"),
    "a column renamed": (migrations.RenameField("case", "place", "where"), "renaming-column"),
    "a column of another kind": (migrations.AlterField("case", "place", NUMBER()), "changing-column-type"),
    "a table taken away": (migrations.DeleteModel("Case"), "ban-drop-table"),
    "a table renamed": (migrations.RenameModel("Case", "File"), "renaming-table"),
    "an index that stops writers": (
        migrations.AddIndex("case", models.Index(fields=["place"], name="by_place")), "require-concurrent-index-creation",
    ),
    "a rule for which all rows are read": (
        migrations.AddConstraint("case", models.CheckConstraint(condition=models.Q(place__gt=""), name="placed")),
        "constraint-missing-not-valid",
    ),
    "SQL of its own": (migrations.RunSQL("ALTER TABLE tried_case DROP COLUMN place", ""), "ban-drop-column"),
    "Python of its own": (migrations.RunPython(lambda *_: None, migrations.RunPython.noop), IN_PYTHON),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_stops_the_service_is_named(name, tmp_path):
    operation, found = BAD[name]

    assert faults(changed(operation), with_a_table(), tmp_path) == {found}


GOOD = {
    "a table": migrations.CreateModel("Note", [
        ("id", models.BigAutoField(primary_key=True)), ("said", models.CharField(max_length=9, db_index=True)),
    ]),
    "a column that may be empty": migrations.AddField("case", "number", NUMBER(null=True)),
    "a column that the database fills": migrations.AddField("case", "number", NUMBER(db_default=0)),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_what_stops_nobody_passes(name, tmp_path):
    assert faults(changed(GOOD[name]), with_a_table(), tmp_path) == set()


def test_migrate_waits_three_seconds_for_a_table_and_the_service_as_long_as_it_takes(monkeypatch):
    """While it waits, all who ask for that table wait behind it."""
    database = importlib.import_module("config.settings")._database
    monkeypatch.setenv("TRIED_URL", "postgres://login@127.0.0.1/tried")

    found = {}
    for command in ("migrate", "tick"):
        monkeypatch.setattr(sys, "argv", ["manage.py", command])
        found[command] = "lock_timeout=3s" in database("TRIED_URL", "")["OPTIONS"]["options"]

    assert found == {"migrate": True, "tick": False}
