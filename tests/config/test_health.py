"""The two probes: alive says nothing of the databases, ready asks both; neither tells a detail."""

import pytest
from django.db import OperationalError, connections

from config import health


@pytest.fixture
def both_databases(db):
    """Let the probes of a test ask the two databases."""


@pytest.mark.django_db(databases=["default", "keys"])
def test_a_migrated_service_is_ready(client):
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
    class Behind:
        def __init__(self, connection):
            self.loader = self
            self.graph = self

        def leaf_nodes(self):
            return []

        def migration_plan(self, _):
            return ["a step"]

    monkeypatch.setattr(health, "_migrated", set())
    monkeypatch.setattr(health, "MigrationExecutor", Behind)

    assert client.get("/readyz").status_code == 503


@pytest.mark.sec("SEC-IN8")
@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_a_probe_is_only_read(client, db, address):
    response = client.post(address)

    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD"
