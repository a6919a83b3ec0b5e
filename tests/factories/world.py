"""Three authorities with every role, and a caller that speaks JSON for any of them. All of it is invented.

Two authorities beside the one under test are always there, with cases of their own, so that a query which forgets
its filter shows.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.test import Client

from accounts.actor import Actor
from accounts.models import Authority, AuthorityTerritory, Membership, Organisation, Token, Unit, User
from accounts.roles import NEED_ORGANISATION, NEED_UNIT, Role
from accounts.signin import actor_of_user, hashed
from audit.events import Origin
from encryption import keys

LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)
FAR = datetime(2040, 1, 1, tzinfo=UTC)
#: Certificates of honorability were seen at a day from which they count through every story.
SEEN = date(2027, 1, 1)
ORIGIN = Origin(rid="test", auth="token")
ZONES = {"75": "Europe/Paris", "93": "Europe/Paris", "59": "Europe/Paris"}
#: Roles whose people work in the unit of their authority.
UNIT_ROLES = (*NEED_UNIT, Role.ASE_INSPECTOR)
DOUBLES = (Role.CRIP_COORDINATOR, Role.ASSESSOR, Role.FILER, Role.SUPERVISOR, Role.ASE_INSPECTOR)


@dataclass
class World:
    """People by authority and role; ``assessor_2`` is the second of a role."""

    authorities: dict[str, Authority] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    services: dict[str, Organisation] = field(default_factory=dict)
    users: dict[tuple[str, str], User] = field(default_factory=dict)
    memberships: dict[tuple[str, str], Membership] = field(default_factory=dict)
    secrets: dict[tuple[str, str], str] = field(default_factory=dict)

    def user(self, name: str, code: str = "93") -> User:
        """Return one person."""
        return self.users[code, name]

    def actor(self, name: str, code: str = "93", *, at: datetime) -> Actor:
        """Return one person as an actor with the rights of ``at``."""
        return actor_of_user(self.user(name, code), ORIGIN, at=at)

    def hire(self, name: str, role: Role, code: str = "93") -> User:
        """Add one more person to an authority, under a name of its own."""
        user, membership, token, secret = _person(self, code, role, name)
        user.save()
        membership.save()
        token.save()
        self.users[code, name], self.memberships[code, name] = user, membership
        self.secrets[code, name] = secret
        return user

    def as_(self, name: str, code: str = "93") -> "Caller":
        """Return one person at the API."""
        return Caller(self.secrets[code, name])


def build(codes: tuple[str, ...] = ("75", "93", "59")) -> World:
    """Make the three authorities, their keys, and everybody in them, in few statements."""
    world = World()
    for code in codes:
        authority = Authority.objects.create(code=code, name=f"Autorité {code}", timezone=ZONES[code])
        AuthorityTerritory.objects.create(
            authority=authority, department_code=code, valid_from=LONG_AGO.date()
        )
        keys.create_authority_key(authority.pk)
        world.authorities[code] = authority
        world.units[code] = Unit.objects.create(authority=authority, name=f"Circonscription {code}")
        world.services[code] = Organisation.objects.create(
            name=f"Service {code}", kind="association", authority=authority
        )
    users, memberships, tokens = [], [], []
    for code in codes:
        for role in Role:
            for number in (1, 2) if role in DOUBLES else (1,):
                name = str(role) if number == 1 else f"{role}_{number}"
                user, membership, token, secret = _person(world, code, role, name)
                users.append(user)
                memberships.append(membership)
                tokens.append(token)
                world.users[code, name], world.memberships[code, name] = user, membership
                world.secrets[code, name] = secret
    User.objects.bulk_create(users)
    Membership.objects.bulk_create(memberships)
    Token.objects.bulk_create(tokens)
    return world


def _person(world: World, code: str, role: Role, name: str) -> tuple[User, Membership, Token, str]:
    user = User(
        email=f"{name}.{code}@test.invalid", full_name=f"{name} {code}", password="!", verified_at=LONG_AGO
    )
    membership = Membership(
        user=user,
        role=role,
        authority=world.authorities[code],
        unit=world.units[code] if role in UNIT_ROLES else None,
        organisation=world.services[code] if role in NEED_ORGANISATION else None,
        valid_from=LONG_AGO,
        honorability_issued_on=SEEN if role is Role.MEASURE_SERVICE else None,
        honorability_seen_on=SEEN if role is Role.MEASURE_SERVICE else None,
    )
    secret = "rep_" + (uuid4().hex + uuid4().hex)[:43]
    token = Token(
        prefix=secret[:12], sha256=hashed(secret), membership=membership, label="test",
        scopes=["read", "write"], created_at=LONG_AGO, expires_at=FAR,
        last_used_on=(datetime.now(UTC) + timedelta(days=1)).date(),
    )  # fmt: skip
    return user, membership, token, secret


class Caller:
    """A person or program at the API: sends JSON, If-Match and Idempotency-Key like a careful client."""

    def __init__(self, secret: str) -> None:
        self.client = Client(headers={"authorization": f"Bearer {secret}"}, raise_request_exception=False)

    def get(self, path: str, **query: Any) -> Any:
        """GET a path under /api/v1/."""
        return self.client.get(f"/api/v1/{path}", query)

    def post(self, path: str, body: Any = None, *, version: Any = None, key: str | None = None) -> Any:
        """POST JSON."""
        return self._send("post", path, body, version, key)

    def patch(self, path: str, body: Any, *, version: Any = None) -> Any:
        """PATCH JSON."""
        return self._send("patch", path, body, version, None)

    def _send(self, verb: str, path: str, body: Any, version: Any, key: str | None) -> Any:
        headers = {}
        if version is not None:
            headers["if-match"] = f'"{version}"' if isinstance(version, int) else version
        if key is not None:
            headers["idempotency-key"] = key
        send = getattr(self.client, verb)
        return send(
            f"/api/v1/{path}", {} if body is None else body, content_type="application/json", headers=headers
        )

    def version(self, pk: str) -> int | None:
        """Return the version of a case as this caller sees it."""
        return self.get(f"referrals/{pk}").json().get("version")

    def step(self, pk: str, step: str, body: Any = None, *, part: str = "", expect: int | None = None) -> Any:
        """Do one step on the newest version, with a fresh idempotency key; check the status if it is given."""
        place = f"referrals/{pk}/{part + '/' if part else ''}{step}"
        answer = self.post(place, body, version=self.version(pk), key=uuid4().hex)
        if expect is not None:
            assert answer.status_code == expect, (step, answer.status_code, answer.content.decode()[:2000])
        return answer
