"""SEC-CF1: what the machine or a setting does wrong ends a command with a sentence, never with a traceback."""

import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, OperationalError, ProgrammingError, connections

from config import env
from config.env import BASE_DIR
from tests.config.environments import PRODUCTION, environment
from tests.conftest import BOTH
from tests.night import some


def said_of(error, capsys):
    with pytest.raises(SystemExit) as ended, env.refusals_reported(1):
        raise error
    assert ended.value.code == 1
    return capsys.readouterr().err


class Refusal(Exception):
    """What the driver raises, with PostgreSQL's code of it."""

    def __init__(self, sqlstate):
        self.sqlstate = sqlstate


def caused(kind, sentence, sqlstate):
    error = kind(sentence)
    error.__cause__ = Refusal(sqlstate)
    return error


FAULTS = {
    "a setting": (ImproperlyConfigured("Set REPERE_SECRET_KEY."), "Set REPERE_SECRET_KEY."),
    "a file that can't be read": (
        PermissionError(13, "Permission denied", "/etc/repere/x"),
        "/etc/repere/x: Permission denied.",
    ),
    "a full disk": (
        OSError(28, "No space left on device", "/var/lib/x"),
        "/var/lib/x: No space left on device.",
    ),
    "a database that is out": (
        OperationalError("connection refused\nDETAIL: x"),
        "doesn't answer: connection refused",
    ),
    "a missing right": (
        caused(ProgrammingError, "permission denied for table audit_leaf", "42501"),
        "MIGRATION_DATABASE_URL",
    ),
    "a missing table": (
        caused(ProgrammingError, 'relation "x" does not exist', "42P01"),
        "manage.py migrate",
    ),
}


@pytest.mark.parametrize(("error", "sentence"), FAULTS.values(), ids=FAULTS.keys())
def test_it_is_one_sentence(error, sentence, capsys):
    assert sentence in said_of(error, capsys)


def test_a_row_that_the_database_quotes_is_not_said(capsys):
    said = said_of(
        caused(ProgrammingError, "permission denied\nDETAIL: Failing row contains (Camille)", "42501"), capsys
    )

    assert "Camille" not in said


@pytest.mark.parametrize("error", [OSError("no file"), DatabaseError("x"), ValueError("x")])
def test_a_defect_of_ours_keeps_its_traceback(error):
    with pytest.raises(type(error)), env.refusals_reported(1):
        raise error


def run(tmp_path, *command, **said):
    return subprocess.run(  # noqa: S603 - our own words
        [sys.executable, *command], cwd=BASE_DIR, env=environment(tmp_path, **said),
        capture_output=True, text=True, check=False,
    )  # fmt: skip


SAID = [
    ({"DATABASE_URL": ""}, "Set DATABASE_URL"),
    ({"REPERE_SECRET_KEY_FILE": "/nowhere/secret"}, "REPERE_SECRET_KEY_FILE must be the path of a file"),
    ({"REPERE_AUDITOR_ROLE": "repere_app"}, "must be three different roles"),
    ({"REPERE_SEQUENCER_ROLE": 'x"; DROP'}, "REPERE_SEQUENCER_ROLE must be the name of a database role"),
]
COMMANDS = [("manage.py", "tick"), ("-c", "import config.wsgi")]


@pytest.mark.parametrize(
    ("command", "changed", "sentence"),
    [(command, *one) for one in SAID for command in some(COMMANDS, f"{one} is said")],
)
def test_commands_and_servers_say_it(tmp_path, command, changed, sentence):
    done = run(tmp_path, *command, **{**PRODUCTION, **changed})

    assert done.returncode in (1, 3)
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow("a server in a process of its own")
@pytest.mark.sec("SEC-CF1")
@pytest.mark.parametrize(
    ("name", "sentences"),
    [
        ("REPERE_FILES_ORIGIN", ["REPERE_FILES_ORIGIN", "REPERE_SCANNER must be the antivirus"]),
        ("REPERE_SECRET_KEY", ["REPERE_SECRET_KEY"]),
    ],
)
def test_a_check_that_fails_ends_a_server_with_its_sentences_alone(tmp_path, name, sentences):
    """A gunicorn that gets 3 doesn't start the process again.

    What people see is required of the service in the environment of the sequencer too: its role excuses no server.
    """
    said = {
        **PRODUCTION,
        "REPERE_DATABASE_ROLE": "repere_sequencer",
        "REPERE_LOG_ORIGIN": "repere.example/journal",
        "REPERE_SCANNER": "tcp:elsewhere:1",
    }
    del said[name]

    done = run(tmp_path, "-c", "import config.wsgi", **said)

    assert done.returncode == 3
    assert [one for one in sentences if one not in done.stderr] == []
    assert "Traceback" not in done.stderr


@pytest.mark.django_db(databases=BOTH)
@pytest.mark.only_on("postgresql", "roles are PostgreSQL's")
def test_a_right_that_the_role_lacks_is_a_sentence(capsys):
    with connections["default"].cursor() as cursor:
        cursor.execute("SET LOCAL ROLE repere_app")
        with pytest.raises(SystemExit), env.refusals_reported(1):
            cursor.execute("SELECT body FROM audit_entry")

    assert "permission denied for table audit_entry" in capsys.readouterr().err
