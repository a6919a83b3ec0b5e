"""SEC-AL2, SEC-AL5: a write that crashes at any statement leaves neither effect nor entry; effects = entries.

Each kind of write of the whole procedure is sent over and over on the case as it is, crashing one statement later
each time, until it passes: a crash leaves all as it was, so that one set-up serves for all of them.
"""

import logging
from functools import partial
from itertools import count
from uuid import uuid4

import pytest
from django.db import connections, transaction
from django.test import Client

from encryption.models import WrappedKey
from tests.factories.concerns import concern
from tests.factories.factors import give_passkey
from tests.faults.crash import crashing, data_keys, effects, entries, state
from tests.night import NIGHT
from tests.security.procedure import Move, play, ready, send, walks

FAULTS = {"request:failed", "request:denied"}

pytestmark = pytest.mark.sec("SEC-AL2", "SEC-AL5")


@pytest.fixture(autouse=True)
def _quiet():
    """Keep the tracebacks of thousands of crashes out of the log: writing them takes longer than the requests."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def wrecked(name, make_ready, *, first=1, every=1):
    """Send a write until no statement of it crashes any more; return its answer and how often it crashed."""
    before, keys, written = state(), data_keys(), entries()
    for crashes in count():
        act = make_ready()
        with crashing(at=first + crashes * every) as crash:
            answer = act()
        if not crash.fired:
            return answer, crashes
        if answer.status_code < 400:  # what came after the act's own transaction crashed
            return answer, crashes
        acts = entries()
        new = acts - written
        assert answer.status_code == 503, (name, crash.at, answer.content)
        assert b"connection lost" not in answer.content
        assert b"Traceback" not in answer.content
        assert state() == before, (name, crash.at)
        if crash.committing:  # they stay, for the case may be there
            keys = data_keys()
        assert data_keys() == keys, (name, crash.at)
        assert set(new) <= FAULTS, (name, crash.at, new)
        assert sum(new.values()) <= 1, (name, crash.at, new)
        written = acts
    raise AssertionError


SHARES = 2  # of the writes, so that two processes can test at once
#: Each statement on SQLite, and of a night's run; else each third on PostgreSQL, where planning them takes minutes:
#: another one of three for each write, so that what all writes have in common crashes at each.
EVERY = 1 if connections["default"].vendor == "sqlite" or NIGHT else 3


@pytest.mark.parametrize("share", range(SHARES))
def test_each_write_of_the_procedure_is_whole_or_nothing(world, share):
    met: set[str] = set()
    crashes = 0

    def each(move):
        nonlocal crashes
        if move.name in met:
            return send(world, move)
        met.add(move.name)
        if len(met) % SHARES != share:
            return send(world, move)
        before, written = state(), entries()
        first = 1 + len(met) // SHARES % EVERY
        answer, crashed = wrecked(move.name, partial(ready, world, move), first=first, every=EVERY)
        crashes += crashed
        if answer.status_code < 400:
            assert state() != before
            assert set(entries() - written) - FAULTS, move.name
        return answer

    for walk in walks(world):
        play(world, walk, each)

    assert len(met) > 60
    assert crashes * EVERY > 1_000


ACCOUNTS = ("organisations", "users", "units", "memberships", "end")


def account_writes(world):
    """Return every write of accounts, as moves of the administrator of 93."""
    authority, unit = str(world.authorities["93"].pk), str(world.units["93"].pk)
    membership = str(world.memberships["93", "statistician"].pk)
    bodies = {
        "organisations": {"name": "Foyer d'essai", "kind": "association", "authority": authority},
        "users": {"email": "nouvelle@test.invalid", "full_name": "Nouvelle Essai", "authority": authority},
        f"authorities/{authority}/units": {"name": "Unité d'essai"},
        "memberships": {
            "email": world.user("statistician").email, "role": "assessor", "authority": authority, "unit": unit,
        },
        f"memberships/{membership}/end": {},
    }  # fmt: skip
    return [Move("territory_admin", path, body, keyed=False) for path, body in bodies.items()]


@pytest.mark.parametrize("number", range(len(ACCOUNTS)), ids=ACCOUNTS)
def test_each_write_of_accounts_is_whole_or_nothing(world, number):
    move = account_writes(world)[number]

    answer, crashes = wrecked(move.name, partial(ready, world, move))

    assert answer.status_code in (200, 201), answer.content
    assert crashes >= 5


SECRET = "phrase de passe d'essai"


@pytest.fixture
def browser(world):
    """A browser whose user has a password."""
    user = world.user("territory_admin")
    user.set_password(SECRET)
    user.save()
    return Client(raise_request_exception=False), user


def posting(client, verb, path, body=None):
    """Return what makes a request of a session ready."""
    return lambda: partial(
        getattr(client, verb), f"/api/v1/{path}", body or {}, content_type="application/json"
    )


def test_each_write_of_a_session_is_whole_or_nothing(world, browser):
    client, user = browser
    place = str(world.memberships["93", "territory_admin"].pk)
    token = {"membership": place, "label": "essai", "expires_at": "2027-01-01T00:00:00+00:00"}

    sign_in = {"email": user.email, "password": SECRET}
    key = give_passkey(user)
    _, first = wrecked("sign in", posting(client, "post", "session", sign_in))
    asked = posting(client, "post", "session/passkey")()().json()["public_key"]
    opened, crashes = wrecked(
        "second factor", lambda: posting(client, "post", "session/factor", {"passkey": key.proves(asked)})()
    )
    made, more = wrecked("token", posting(client, "post", "tokens", token))
    assert made.status_code == 201, made.content
    revoked, most = wrecked("revoke", posting(client, "delete", f"tokens/{made.json()['id']}"))

    assert (opened.status_code, made.status_code, revoked.status_code) == (200, 201, 204)
    assert min(first, crashes, more, most) >= 5


def kill(_sql):
    """Cut the connection under the running transaction, as a server does that is killed."""
    raw = connections["default"].connection
    if connections["default"].vendor == "postgresql":
        raw.close()
    else:
        raw.rollback()
    return True


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_a_filing_whose_connection_is_cut_anywhere_is_filed_once(world):
    """The client tries again under its key until it is told; one case, and no more key than it needs, results."""
    key = uuid4().hex
    caller = world.as_("filer")
    body = concern() | {"submit": True}
    lost = 0
    for at in count(1, 2):
        cut = iter(range(1, at + 1))
        with crashing(hits=lambda sql: next(cut, 0) == at and kill(sql)) as crash:  # noqa: B023 - used in the block
            answer = caller.post("referrals", body, key=key)
        if not crash.fired:
            break
        if connections["default"].vendor == "postgresql":
            connections["default"].close()
        lost += answer.status_code >= 400

    assert answer.status_code == 201
    assert lost >= 10
    with transaction.atomic():
        filed = [row for table, row in effects() if table == "referrals_referral"]
    assert len(filed) == 1
    assert entries()["referral:submit"] == 1
    assert WrappedKey.objects.filter(kind="case").exists()
