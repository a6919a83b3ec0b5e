"""Fakes that stand for who acts, and tests that commit."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase

from audit.events import Origin
from tests.audit.flush import flush_all

NOON = datetime(2026, 11, 24, 12, 0, 0, 123456, tzinfo=UTC)
ORIGIN = Origin(rid="r-1", ip="192.0.2.0/24", ua="firefox/140", auth="session")


@dataclass(frozen=True)
class FakeActor:
    """What the journal needs to know of an actor."""

    user_id: UUID | None = field(default_factory=uuid4)
    role: str = "coordinator"
    organisation_id: UUID | None = None
    obo: UUID | None = None
    filing: bool = False
    origin: Origin = ORIGIN
    audits: frozenset[UUID] = frozenset()

    def may(self, permission: str) -> frozenset[UUID]:
        return self.audits if permission == "audit.read" else frozenset()


@pytest.fixture
def nadia() -> FakeActor:
    """Coordinates in 93."""
    return FakeActor()


@pytest.fixture
def authority_93() -> UUID:
    return uuid4()


@pytest.fixture
def authority_75() -> UUID:
    return uuid4()


@pytest.fixture
def ines(authority_93) -> FakeActor:
    """Audits 93."""
    return FakeActor(role="auditor", audits=frozenset({authority_93}))


def acting(actor: FakeActor, **changed: object) -> FakeActor:
    return replace(actor, **changed)


@pytest.fixture(scope="package", autouse=True)
def _flushed_by_the_owner():
    """Tests that commit leave no rows, although the journal refuses Django's flush."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: flush_all(case.databases))
        yield


@pytest.fixture(scope="package", autouse=True)
def _as_the_owner(_shared_levels, django_db_blocker):
    """Tests of the journal read it, which the application's role may not; what that role may has its own."""

    def act_as(role):
        with django_db_blocker.unblock():
            _shared_levels.drop()
        settings.DATABASE_ROLE = role
        connections.close_all()

    before = settings.DATABASE_ROLE
    act_as("")
    yield
    act_as(before)
