"""What PostgreSQL's tools are given, and what is said where they fail: a cause, and never their own words."""

import os
from types import SimpleNamespace

import pytest

from config import backups
from config.backups import CopyError
from config.recovery import pgbackrest

ROW = "Exemple Lou 2011-03-02"


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        (
            "pg_dump: error: query failed: ERROR:  permission denied for table referrals_referral",
            "lire referrals_referral",
        ),
        ("ERREUR:  droit refusé pour la table audit_entry", "lire audit_entry"),
        ("pg_dump: error: aborting because of server version mismatch", "installez sa version"),
        ('FATAL:  password authentication failed for user "repere_owner"', "mot de passe est refusé"),
        ("connection to server failed: fe_sendauth: no password supplied", "aucun mot de passe"),
        ('connection to server at "db": FATAL:  no pg_hba.conf entry for host', "pg_hba.conf"),
        ('root certificate file "/etc/postgresql/root.crt" does not exist', "PGSSLROOTCERT"),
        ("connection to server failed: SSL error: certificate verify failed", "PGSSLROOTCERT"),
        ("connection to server on socket failed: No such file or directory", "ne répond pas"),
        ("pg_restore: error: could not write: No space left on device", "disque est plein"),
        ('pg_restore: error: ERROR:  role "repere_app" does not exist', "un rôle manque"),
        (f"ERROR: COPY referrals_child, line 1: {ROW}", "raison inconnue"),
    ],
)
def test_a_failure_is_told_by_its_cause_and_quotes_no_row(said, cause):
    told = backups.why_failed(f"{said}\nDETAIL:  row contains ({ROW})")

    assert cause in told
    assert ROW not in told


def fake(tmp_path, name, script, monkeypatch):
    program = tmp_path / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")


def test_the_tool_has_the_variables_of_postgresql_that_the_service_has(tmp_path, monkeypatch):
    """An operator's PGSSLROOTCERT reached the service, and not pg_dump."""
    fake(tmp_path, "pg_dump", f"env > {tmp_path}/seen", monkeypatch)
    given = {"PGSSLROOTCERT": "/etc/repere/ca.crt", "PGPASSFILE": "/etc/repere/pgpass", "PGSERVICEFILE": "/s"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PGHOST", "elsewhere")
    connection = SimpleNamespace(
        get_connection_params=lambda: {"host": "db", "password": "secret", "user": "owner"}
    )

    backups._run(connection, "pg_dump", "--version")

    seen = dict(line.split("=", 1) for line in (tmp_path / "seen").read_text().splitlines() if "=" in line)
    assert {name: seen[name] for name in given} == given
    assert (seen["PGHOST"], seen["PGPASSWORD"], seen["PGUSER"]) == ("db", "secret", "owner")


def test_a_failing_tool_is_named_with_its_cause(tmp_path, monkeypatch):
    fake(
        tmp_path, "pg_dump", f"echo 'ERROR:  permission denied for table keys {ROW}' >&2; exit 3", monkeypatch
    )

    with pytest.raises(CopyError) as refused:
        backups._run(SimpleNamespace(get_connection_params=dict), "pg_dump")

    assert "pg_dump a échoué (état 3) : le compte n'a pas le droit de lire keys" in str(refused.value)
    assert ROW not in str(refused.value)


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ("ERROR: [095]: unable to load info file: CryptoError: cipher header invalid", "mot de passe"),
        ("ERROR: [055]: missing stanza path", "dépôt manque"),
        ("ERROR: [075]: no backup sets to restore", "aucune copie"),
        (
            "ERROR: [041]: unable to open file '/srv/backup' for read: [13] Permission denied",
            "lu par ce compte",
        ),
        ("ERROR: [082]: No space left on device", "disque est plein"),
        (ROW, "raison inconnue"),
    ],
)
def test_so_is_one_of_pgbackrest(tmp_path, monkeypatch, said, cause):
    fake(tmp_path, "pgbackrest", f'echo "{said}" >&2; exit 55', monkeypatch)
    monkeypatch.setattr(pgbackrest.server, "account", dict)

    with pytest.raises(CopyError) as refused:
        pgbackrest.stanza("cases")

    assert cause in str(refused.value)
    assert ROW not in str(refused.value)


@pytest.mark.parametrize("said", [
    '[{"name":"cases","status":{"code":99,"message":"other"},"repo":[{"status":{"code":99,"message":'
    '"[FormatError] unable to load info file: key/value found outside of section at line 1: \x19\xff"}}]}]',
    '[{"name":"cases","status":{"code":99,"message":"noise " and more"}}]',
], ids=["noise", "broken by noise"])  # fmt: skip
def test_what_a_wrong_passphrase_makes_of_an_answer_is_understood(tmp_path, monkeypatch, said):
    (tmp_path / "said").write_bytes(said.encode("latin-1"))
    fake(tmp_path, "pgbackrest", f"cat {tmp_path / 'said'}", monkeypatch)

    with pytest.raises(CopyError, match="mot de passe"):
        pgbackrest.stanza("cases")
