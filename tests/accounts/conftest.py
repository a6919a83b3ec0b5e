"""People of two authorities, their tokens, and a caller that speaks JSON.

Alice files in 93, Nadia coordinates 93, Ada administers 93; Paul coordinates 75 and Olga administers it,
and are there so that a query that forgets its authority shows. All of them are invented.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import hashers
from django.test import Client
from django.utils import timezone

from accounts import actions
from accounts.actor import SYSTEM, Actor
from accounts.models import Authority, Membership, Organisation, Unit, User
from accounts.roles import NEED_ORGANISATION, NEED_UNIT, Role
from accounts.signin import actor_of_user
from audit.events import Origin
from audit.models import ReadEntry
from audit.reading import as_auditor
from tests.conftest import see_all
from tests.factories.factors import sign_in_fully
from tests.shared_fixtures import shared_fixture

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
PASSWORD = "sept bruyères sous la pluie"
FROM_SESSION = Origin(rid="r-1", auth="session")
FROM_TOKEN = Origin(rid="r-2", auth="token")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every test of this folder both databases: the journal and the keys are in all acts."""
    for item in items:
        if "tests/accounts/" in item.nodeid:
            item.add_marker(pytest.mark.django_db(databases=["default", "keys"]))


@dataclass
class Caller:
    """A program or a person at the API."""

    client: Client
    path: str = "/api/v1/"

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(self.path + path, query)

    def post(self, path: str, body: Any = None, **headers: Any) -> Any:
        data = {} if body is None else body
        return self.client.post(
            self.path + path, data, content_type="application/json", headers=headers or None
        )

    def delete(self, path: str, **headers: Any) -> Any:
        return self.client.delete(self.path + path, headers=headers or None)


@shared_fixture
def authority_93(strangers) -> Authority:
    return Authority.objects.create(code="93", name="Département de la Seine-Saint-Denis")


@shared_fixture
def strangers() -> dict[str, Any]:
    """Another authority, and its people."""
    authority = Authority.objects.create(code="75", name="Ville de Paris")
    paul = User.objects.create_user(email="paul@exemple.fr", full_name="Paul", password=None)
    olga = User.objects.create_user(
        email="olga@exemple.fr", full_name="Olga", password=None, home_authority=authority
    )
    given = {"authority": authority, "valid_from": LONG_AGO}
    return {
        "authority": authority,
        "paul": Membership.objects.create(user=paul, role=Role.CRIP_COORDINATOR, **given),
        "olga": Membership.objects.create(user=olga, role=Role.TERRITORY_ADMIN, **given),
    }


@pytest.fixture
def authority_75(strangers) -> Authority:
    return strangers["authority"]


@shared_fixture
def organisation(authority_93) -> Organisation:
    return Organisation.objects.create(name="Collège des Tilleuls", kind="school", authority=authority_93)


@pytest.fixture
def unit(authority_93) -> Unit:
    return Unit.objects.create(authority=authority_93, name="Circonscription nord")


def made(name: str, *, password: str | None = None, **more: Any) -> User:
    return User.objects.create_user(
        email=f"{name}@exemple.fr", full_name=name.title(), password=password, **more
    )


@pytest.fixture
def make_user() -> Callable[..., User]:
    """Make an account; ``password`` None: nobody signs in to it with one."""
    numbers = itertools.count(1)

    def make(name: str = "", *, password: str | None = None, **more: Any) -> User:
        return made(name or f"personne{next(numbers)}", password=password, **more)

    return make


@pytest.fixture
def member(make_user) -> Callable[..., Membership]:
    """Make a membership that began long ago, with what its role needs."""

    def make(role: Role, authority: Authority, *, user: User | None = None, **more: Any) -> Membership:
        if role in NEED_UNIT:
            more.setdefault("unit", Unit.objects.get_or_create(authority=authority, name="Unité")[0])
        if role in NEED_ORGANISATION:
            more.setdefault(
                "organisation",
                Organisation.objects.get_or_create(
                    authority=authority, defaults={"name": "Service", "kind": "other"}
                )[0],
            )
        more.setdefault("valid_from", LONG_AGO)
        return Membership.objects.create(user=user or make_user(), role=role, authority=authority, **more)

    return make


@shared_fixture
def alice(authority_93, organisation) -> Membership:
    user = made("alice", password=PASSWORD)
    return Membership.objects.create(
        user=user, role=Role.FILER, authority=authority_93, organisation=organisation, valid_from=LONG_AGO
    )


@pytest.fixture
def nadia(member, make_user, authority_93) -> Membership:
    return member(Role.CRIP_COORDINATOR, authority_93, user=make_user("nadia"))


@shared_fixture
def ada(authority_93) -> Membership:
    user = made("ada", password=PASSWORD, home_authority=authority_93)
    return Membership.objects.create(
        user=user, role=Role.TERRITORY_ADMIN, authority=authority_93, valid_from=LONG_AGO
    )


@pytest.fixture(autouse=True)
def paul(strangers) -> Membership:
    return strangers["paul"]


@pytest.fixture(autouse=True)
def olga(strangers) -> Membership:
    return strangers["olga"]


@pytest.fixture
def token_of() -> Callable[..., actions.IssuedToken]:
    """Issue a token now."""

    def issue(membership: Membership, **given: Any) -> actions.IssuedToken:
        at = given.pop("at", timezone.now())
        given.setdefault("expires_at", at + timedelta(days=30))
        request = actions.TokenRequest(label="essai", **given)
        return actions.issue_token(actor=SYSTEM, at=at, membership=membership, token_request=request)

    return issue


@pytest.fixture
def calling(token_of) -> Callable[..., Caller]:
    """Return whoever calls with a token of this membership."""

    def make(membership: Membership, **given: Any) -> Caller:
        secret = token_of(membership, **given).secret
        return Caller(Client(headers={"authorization": f"Bearer {secret}"}))

    return make


@pytest.fixture
def anonymous() -> Caller:
    return Caller(Client())


@pytest.fixture
def signed_in() -> Callable[..., Caller]:
    """Return whoever has signed in with the password of all tests and a passkey."""

    def make(user: User) -> Caller:
        caller = Caller(Client())
        sign_in_fully(caller.client, user, PASSWORD)
        return caller

    return make


def acting(membership: Membership, *, at: datetime = NOON, origin: Origin = FROM_SESSION) -> Actor:
    """Return the person of a membership as an actor."""
    return actor_of_user(membership.user, origin, at=at)


def entries(**lookups: Any) -> list[ReadEntry]:
    """Return the entries of the journal as an auditor reads them: the service itself may read none."""
    see_all()
    with as_auditor():
        return list(ReadEntry.objects.filter(**lookups))


@pytest.fixture
def hashed(monkeypatch) -> list[str]:
    """Return the hashes that are computed: one line for each."""
    seen: list[str] = []
    encode = hashers.MD5PasswordHasher.encode
    monkeypatch.setattr(
        hashers.MD5PasswordHasher,
        "encode",
        lambda self, password, salt: seen.append(password) or encode(self, password, salt),
    )
    return seen
