"""The files of ``deploy/pgbackrest``: what they promise of retention, encryption and time."""

from configparser import ConfigParser
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[3] / "deploy" / "pgbackrest"


def stanza(name):
    found = ConfigParser()
    found.read(FOLDER / "conf.d" / f"{name}.conf")
    return found[name]


def server_settings(name):
    lines = (FOLDER / f"postgresql-{name}.conf").read_text().splitlines()
    return dict(line.split(" = ", 1) for line in lines if not line.startswith("#"))


@pytest.mark.sec("SEC-CR11")
def test_a_copy_of_the_keys_lives_seven_days_at_most(settings):
    """Daily copies by number: a time would keep one that is older. The seventh pushes out the one of six days."""
    keys = stanza("keys")

    assert keys["repo1-retention-full-type"] == "count"
    assert int(keys["repo1-retention-full"]) < settings.KEY_BACKUP_DAYS <= 7
    assert "repo1-retention-archive" not in keys, "the log would outlive the copies"


def test_a_copy_of_the_cases_lives_35_days_at_most():
    assert int(stanza("cases")["repo1-retention-full"]) * 7 <= 35


@pytest.mark.parametrize("name", ["cases", "keys"])
def test_repositories_are_encrypted_apart_and_have_no_usable_secret(name):
    other = stanza({"cases": "keys", "keys": "cases"}[name])
    found = stanza(name)

    assert found["repo1-cipher-type"] == "aes-256-cbc"
    assert found["repo1-cipher-pass"] == "CHANGE-ME"
    assert Path(found["repo1-path"]).parent != Path(other["repo1-path"]).parent


@pytest.mark.parametrize("name", ["cases", "keys"])
def test_what_was_committed_leaves_the_machine_within_the_recovery_point(name):
    found = server_settings(name)

    assert found["archive_mode"] == "on"
    assert 0 < int(found["archive_timeout"]) <= 300
    assert found["archive_command"] == f"'pgbackrest --stanza={name} archive-push %p'"
