"""SEC-CF7: without production's checks a service starts only where nothing leads beyond this machine."""

import subprocess
import sys
from itertools import product
from pathlib import Path
from zlib import crc32

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import settings  # noqa: TID251 - those of the service, and not those of the tests
from tests.config.environments import PRODUCTION, environment
from tests.night import NIGHT, some

ROOT = Path(__file__).resolve().parents[2]
MODES = {
    "unset": {},
    "local": {"REPERE_MODE": "local"},
    "production": PRODUCTION,
    "misspelt": {"REPERE_MODE": "prodction"},
}
HOSTS = {"loopback": "localhost", "real": "repere.example"}
DATABASES = {
    "SQLite": "sqlite:///{state}/{name}.sqlite3",
    "socket": "postgres:///{state}/{name}",
    "loopback": "postgres://web@127.0.0.1:1/{name}",
    "remote": "postgres://web@0.0.0.0:1/{name}?sslmode=verify-full",  # no loopback address, and refuses at once
}
STARTS = {
    ("unset", "loopback", "SQLite"),
    ("unset", "loopback", "socket"),
    ("unset", "loopback", "loopback"),
    ("local", "loopback", "SQLite"),
    ("local", "loopback", "socket"),
    ("local", "loopback", "loopback"),
    ("production", "real", "socket"),
    ("production", "real", "loopback"),
    ("production", "real", "remote"),
}
#: In an order that a slice is of all kinds. What production refuses it refuses once all is loaded: by day one case of
#: ``test_sentences.py``.
CASES = sorted(product(MODES, HOSTS, DATABASES), key=lambda case: crc32("".join(case).encode()))
AT_ONCE = [case for case in CASES if case not in STARTS and case[0] != "production"]
BY_DAY = [*some(sorted(STARTS), "starts"), *some(AT_ONCE, "refused", 3)]


def run(state, *command, **said):
    """Run a command of ours in a process of its own."""
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, *command],
        cwd=ROOT, env=environment(state, **said), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def sentence(mode, host, database):
    """What a refusal has to name."""
    if mode == "misspelt":
        return "REPERE_MODE must be 'local', 'training' or 'production'."
    if mode != "production":
        return "set REPERE_MODE=production"
    return "REPERE_ALLOWED_HOSTS" if host == "loopback" else "DATABASE_URL"


@pytest.mark.slow("each in a process of its own")
@pytest.mark.sec("SEC-CF7")
@pytest.mark.parametrize("case", CASES if NIGHT else BY_DAY, ids="-".join)
def test_a_service_starts_as_production_or_goes_nowhere(tmp_path, case):
    """As a server starts, which no database has to answer for."""
    mode, host, database = case
    addresses = {
        variable: DATABASES[database].format(state=tmp_path, name=name)
        for variable, name in (("DATABASE_URL", "repere"), ("KEYS_DATABASE_URL", "keys"))
    }
    said = MODES[mode] | {"REPERE_ALLOWED_HOSTS": HOSTS[host]} | addresses

    ended = run(tmp_path, "-c", "import config.wsgi", **said)

    assert (ended.returncode == 0) is (case in STARTS), ended.stderr
    assert case in STARTS or sentence(*case) in ended.stderr
    assert "Traceback" not in ended.stderr


ENTRIES = {
    "a command of Django's": (1, "manage.py", "migrate"),
    "the server of developers": (1, "manage.py", "runserver", "--noreload"),
    "a command of ours": (1, "manage.py", "tick"),
    "the demonstration": (1, "manage.py", "demo"),
    "a server by WSGI": (3, "-m", "gunicorn", "config.wsgi", "--bind", "127.0.0.1:0"),
    "a server by ASGI": (3, "-c", "import config.asgi"),
}


@pytest.mark.slow("each in a process of its own")
@pytest.mark.sec("SEC-CF7")
@pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES.keys())
def test_by_no_entry_a_real_service_starts_as_a_local_one(tmp_path, entry):
    status, *command = entry

    ended = run(tmp_path, *command, DATABASE_URL="postgres://web@db.internal/repere")

    assert ended.returncode == status
    assert "(DATABASE_URL): set REPERE_MODE=production" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "keys.sqlite3").exists()


VAULT, KMS = "encryption.vault.VaultProvider", "encryption.awskms.KmsProvider"
S3 = "referrals.attachments.s3.S3Store"
HERE = [
    {"REPERE_ALLOWED_HOSTS": "localhost,127.0.0.2,[::1],testserver,files.localhost"},
    {"REPERE_PUBLIC_ADDRESS": "http://127.0.0.1:8001"},
    {"REPERE_FILES_ORIGIN": "http://files.localhost:8000"},
    {"DATABASE_URL": "postgres:///repere"},
    {"DATABASE_URL": "postgres:///repere?host=/run/postgresql"},
    {"DATABASE_URL": "postgres://localhost,127.0.0.1/repere"},
    {"DATABASE_URL": "postgres://[::1]/repere", "KEYS_DATABASE_URL": "postgres://localhost/keys"},
    {"DATABASE_URL": "postgres:///repere", "PGHOST": "127.0.0.1", "PGHOSTADDR": "127.0.0.1"},
    {"REPERE_KEY_PROVIDER": VAULT, "REPERE_VAULT_ADDR": "http://127.0.0.1:8200"},
    {"REPERE_KEY_PROVIDER": KMS, "REPERE_KMS_ENDPOINT": "http://localhost:4566"},
    {"REPERE_OBJECT_STORE": S3, "REPERE_OBJECT_ENDPOINT": "http://127.0.0.1:9000"},
    {"REPERE_SCANNER": "unix:/run/clamav/clamd.ctl"},
    {"REPERE_SCANNER": "tcp:127.0.0.1:3310"},
    {"REPERE_SMTP_URL": "smtp://localhost:25"},
    {"REPERE_SMS_GATEWAY_URL": "http://127.0.0.1:9100/messages"},
    {
        "REPERE_SENTRY_DSN": "http://key@127.0.0.1:9000/1",
        "REPERE_OTLP_ENDPOINT": "http://localhost:4318/v1/traces",
    },
    # A test database on another host, named once more where the mode is written out.
    {
        "REPERE_MODE": "local",
        "DATABASE_URL": "postgres://db.internal/repere",
        "REPERE_TEST_DATABASE_HOST": "db.internal",
    },
]
#: The first variable of each leads away.
AWAY = [
    {"REPERE_ALLOWED_HOSTS": "localhost,repere.example"},
    {"REPERE_ALLOWED_HOSTS": "*"},
    {"REPERE_PUBLIC_ADDRESS": "https://repere.example"},
    {"REPERE_FILES_ORIGIN": "https://files.example"},
    {"DATABASE_URL": "postgres://localhost,db.internal/repere"},
    {"DATABASE_URL": "postgres:///repere?host=db.internal"},
    {"DATABASE_URL": "postgres://127.0.0.1/repere?hostaddr=192.0.2.7"},
    {"DATABASE_URL": "postgres:///repere?service=repere"},
    {"DATABASE_URL": "postgres:///repere", "PGHOST": "db.internal"},
    {"DATABASE_URL": "postgres://localhost/repere", "PGHOSTADDR": "192.0.2.7"},
    {"DATABASE_URL": "postgres://localhost/repere", "PGSERVICE": "repere"},
    {"KEYS_DATABASE_URL": "postgres://127.0.0.1.db.internal/keys"},
    {"REPERE_KEY_PROVIDER": VAULT},
    {"REPERE_KEY_PROVIDER": KMS},
    {"REPERE_KEY_PROVIDER": "encryption.hsm.HsmProvider"},
    {"REPERE_KEY_PROVIDER_BEFORE": "somebody.elses.Provider"},
    {"REPERE_VAULT_ADDR": "https://vault.internal:8200"},
    {"REPERE_KMS_ENDPOINT": "https://kms.internal"},
    {"REPERE_OBJECT_STORE": S3},
    {"REPERE_OBJECT_ENDPOINT": "https://store.internal"},
    {"REPERE_SCANNER": "tcp:scan.internal:3310"},
    {"REPERE_SMTP_URL": "smtps://mail.example"},
    {"REPERE_SMS_GATEWAY_URL": "https://gateway.example/messages"},
    {"REPERE_SENTRY_DSN": "https://key@sentry.example/1"},
    {"REPERE_OTLP_ENDPOINT": "https://traces.example/v1/traces"},
    {"REPERE_SMS_GATEWAY_URL": "gateway.example"},
    {"REPERE_SMS_GATEWAY_URL": "https://[gateway"},
    {"DATABASE_URL": "postgres://db.internal/repere", "REPERE_TEST_DATABASE_HOST": "db.internal"},
    {
        "DATABASE_URL": "postgres://db.internal/repere",
        "REPERE_MODE": "local",
        "REPERE_TEST_DATABASE_HOST": "db2.internal",
    },
]


@pytest.mark.sec("SEC-CF7")
@pytest.mark.parametrize("said", HERE, ids=lambda said: " ".join(said.values()))
def test_what_stays_on_this_machine_starts(read, said):
    assert not read(**said)["PRODUCTION"]


@pytest.mark.sec("SEC-CF7")
@pytest.mark.parametrize("said", AWAY, ids=lambda said: " ".join(said.values()))
def test_what_leads_away_is_named(read, said):
    with pytest.raises(ImproperlyConfigured, match=r"set REPERE_MODE=production\.") as refused:
        read(**said)

    assert f"({next(iter(said))})" in str(refused.value)
    assert not any(value in str(refused.value) for value in said.values() if value != "local")


def test_the_service_waits_for_the_disk_at_each_commit(monkeypatch):
    """Only the tests don't (tests/settings.py): a filing that was acknowledged outlives a power cut."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    options = settings._database("DATABASE_URL", "any.sqlite3")["OPTIONS"]
    assert options["init_command"].split()[-1] == "synchronous=FULL;"
