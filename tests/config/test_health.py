"""The two probes: alive says nothing of the databases, ready asks both; neither tells a detail."""

from datetime import timedelta
from threading import Event
from time import monotonic

import pytest
from django.db import OperationalError, connection, connections
from django.db.migrations.recorder import MigrationRecorder

from audit import sequencing_lag
from audit.models import SequencerPass
from config import health, readiness
from config.metrics import asking, services
from config.metrics.asking import Part
from core.clock import instant
from encryption import keyring
from encryption.cache import forget_all
from encryption.provider import FileProvider
from outbox.models import Work
from referrals.attachments import store
from referrals.errors import StoreUnavailable
from tests.audit.owner import as_owner

pytestmark = pytest.mark.both_databases("a database that doesn't answer")

SECOND = timedelta(seconds=1)
POOL = asking._pool
DOWN = ("repere_key_service_up", (), 0.0)


@pytest.fixture(autouse=True)
def _asked_anew(monkeypatch, inline):
    """Each question is asked, whatever the one before it said."""
    monkeypatch.setattr(readiness, "_cached", (0.0, []))
    monkeypatch.setattr(readiness, "CACHE_SECONDS", 0.0)


@pytest.fixture
def both_databases(db):
    """Let the probes of a test ask the two databases."""


@pytest.fixture
def passed(db):
    """Say how long ago a worker and a sequencer finished a pass."""

    def say(worker=SECOND, sequencer=SECOND):
        now = instant()
        Work.objects.update_or_create(name="a:done", defaults={"next_at": now, "ran_at": now - worker})
        with as_owner():
            SequencerPass.objects.update_or_create(number=1, defaults={"at": now - sequencer})

    return say


@pytest.mark.django_db(databases=["default", "keys"])
def test_a_migrated_service_is_ready(client, passed):
    passed()
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready"}


@pytest.mark.django_db(databases=["default", "keys"])
@pytest.mark.parametrize("alias", ["default", "keys"])
def test_a_database_that_does_not_answer_makes_it_unready_not_dead(client, monkeypatch, alias):
    def refuse(*_, **__):
        raise OperationalError("host 10.0.0.1 is down")

    monkeypatch.setattr(connections[alias], "cursor", refuse)
    ready = client.get("/readyz")

    assert ready.status_code == 503
    assert b"10.0.0.1" not in ready.content
    if alias == "keys":
        assert client.get("/healthz").status_code == 200


@pytest.mark.django_db(databases=["default", "keys"])
def test_a_pending_migration_makes_it_unready(client, monkeypatch):
    monkeypatch.setattr(health, "_migrated", set())
    with as_owner():
        MigrationRecorder(connection).record_unapplied("guardian", "0001_initial")

    assert client.get("/readyz").status_code == 503


@pytest.mark.sec("SEC-IN8")
@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_a_probe_is_only_read(client, db, address):
    response = client.post(address)

    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD"


LATE = {
    (SECOND, SECOND): [],
    (timedelta(minutes=4, seconds=50), timedelta(minutes=4, seconds=50)): [],
    (timedelta(minutes=5, seconds=5), SECOND): ["worker"],
    (SECOND, timedelta(minutes=5, seconds=5)): ["sequencer"],
    (timedelta(days=1), timedelta(days=1)): ["worker", "sequencer"],
}


@pytest.mark.django_db(databases=["default", "keys"])
@pytest.mark.parametrize("ages", LATE)
def test_who_is_late_is_named_and_takes_no_process_out(client, passed, settings, ages):
    """A dead worker mustn't turn "nobody is told" into "nobody can file": requests are routed by this answer."""
    settings.LOG_LAG_MINUTES = 15
    passed(*ages)

    ready, strict = client.get("/readyz"), client.get("/readyz?strict")

    late = LATE[ages]
    assert ready.status_code == 200
    assert ready.json() == {"status": "ready"} | ({"degraded": late} if late else {})
    assert strict.status_code == (503 if late else 200)
    assert strict.json().get("degraded", []) == late
    assert strict.json().keys() <= {"status", "degraded"}


@pytest.mark.django_db(databases=["default", "keys"])
@pytest.mark.parametrize(("minutes", "late"), [(4, []), (6, ["sequencer"])])
def test_an_entry_that_waits_makes_the_sequencer_late_though_it_passes(
    client, passed, settings, monkeypatch, minutes, late
):
    settings.LOG_LAG_MINUTES = 15
    passed()
    monkeypatch.setattr(sequencing_lag, "oldest_waiting", lambda **_: instant() - timedelta(minutes=minutes))

    assert client.get("/readyz").json().get("degraded", []) == late


@pytest.mark.django_db(databases=["default", "keys"])
def test_a_service_whose_worker_and_sequencer_never_ran_is_degraded(client):
    assert client.get("/readyz").json() == {"status": "ready", "degraded": ["worker", "sequencer"]}


@pytest.mark.django_db(databases=["default", "keys"])
def test_who_is_late_is_asked_once_in_a_while(client, passed, monkeypatch):
    passed()
    monkeypatch.setattr(readiness, "CACHE_SECONDS", 60.0)
    assert client.get("/readyz").json() == {"status": "ready"}
    monkeypatch.setattr(health, "late_processes", lambda: pytest.fail("asked again"))

    assert client.get("/readyz?strict").json() == {"status": "ready"}


# --- What the service calls on, by ?strict ------------------------------------------------------------


@pytest.fixture
def root_key(settings, tmp_path):
    """A root key in a file of its own, under which the index key is made; what was remembered is forgotten."""
    settings.KEY_PROVIDER = "encryption.provider.FileProvider"
    settings.KEY_FILE = tmp_path / "root.key"
    forget_all()
    keyring.index_key()
    return settings.KEY_FILE


@pytest.fixture
def later(monkeypatch):
    """Say how many seconds have passed since the first answer, by the clock of what is asked."""
    began, passed = asking.monotonic(), [0.0]
    monkeypatch.setattr(asking, "monotonic", lambda: began + passed[0])
    return lambda seconds: passed.__setitem__(0, seconds)


def strict(client):
    answer = client.get("/readyz?strict")
    return answer.status_code, answer.json().get("degraded", [])


OTHER = f"1 {'ab' * 32}\n"


@pytest.mark.django_db(databases=["default", "keys"])
@pytest.mark.parametrize("spoil", ["gone", "open", "another"])
def test_a_root_key_that_is_gone_is_seen_within_half_a_minute(
    client, passed, root_key, settings, later, spoil
):
    passed()
    assert strict(client) == (200, [])
    settings.PRODUCTION = settings.ALLOW_FILE_KEYS = True
    kept = root_key.read_text()
    if spoil == "gone":
        root_key.unlink()
    elif spoil == "another":
        root_key.write_text(OTHER)
    else:
        root_key.chmod(0o644)

    later(31)

    assert strict(client) == (503, ["key-service"])
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"status": "ready"}), "people still file"
    root_key.write_text(kept)
    root_key.chmod(0o600)
    later(62)
    assert strict(client) == (200, [])


@pytest.mark.django_db(databases=["default", "keys"])
def test_a_store_and_an_antivirus_that_are_gone_are_named(client, passed, root_key, settings, monkeypatch):
    def out(*_):
        raise StoreUnavailable

    passed()
    monkeypatch.setattr(type(store.configured()), "reading", out)
    settings.SCANNER = "tcp:127.0.0.1:1"

    assert strict(client) == (503, ["object-store", "antivirus"])


@pytest.mark.sec("SEC-FT8")
@pytest.mark.django_db(databases=["default", "keys"])
def test_whoever_asks_without_end_asks_the_key_service_once(client, passed, root_key, monkeypatch):
    asked = []
    passed()
    monkeypatch.setattr(FileProvider, "health", lambda _: asked.append("health"))

    for _ in range(20):
        client.get("/readyz")
    assert asked == []
    for _ in range(20):
        assert strict(client) == (200, [])
    assert asked == ["health"]


@pytest.mark.django_db(databases=["default", "keys"])
def test_a_key_service_that_hangs_is_waited_for_once(client, passed, root_key, monkeypatch):
    """Two seconds, whoever asks; then it isn't asked again until it has answered."""
    let_go = Event()
    passed()
    monkeypatch.setattr(asking, "_pool", POOL)
    monkeypatch.setattr(asking, "SECONDS", 0.2)
    monkeypatch.setattr(services, "SERVICES", (Part("key-service", let_go.wait, (DOWN,)),))
    began = monotonic()
    answers = [strict(client) for _ in range(3)]
    seconds = monotonic() - began
    let_go.set()

    assert answers == [(503, ["key-service"])] * 3
    assert seconds < 1.5
