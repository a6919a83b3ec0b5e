"""Failed sign-ins slow down the next, and lock nobody out (SEC-AU2)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import throttling
from accounts.models import Attempt
from outbox import scheduler
from tests.accounts.conftest import PASSWORD, Caller
from tests.factories.factors import sign_in_fully

pytestmark = [pytest.mark.sec("SEC-AU2"), pytest.mark.both_databases("counters that several processes raise")]

HOME, AWAY = "192.0.2.7", "198.51.100.7"
WRONG = "une phrase de passe fausse"


@pytest.fixture
def clock(monkeypatch):
    """The instant of each request, which a test moves; from now on, for the end of a session is asked of the true clock."""

    class Clock:
        now = datetime.now(UTC).replace(microsecond=0)

        def __call__(self, *_):
            return self.now

        def on(self, seconds):
            self.now += timedelta(seconds=seconds)

    found = Clock()
    monkeypatch.setattr("config.pipeline.instant", found)
    return found


@pytest.fixture(autouse=True)
def few(settings, clock):
    settings.SIGNIN_FREE_FAILURES = 3
    settings.SIGNIN_FREE_FAILURES_OF_NETWORK = settings.SIGNIN_FREE_FAILURES_OF_ADDRESS = 6
    settings.SIGNIN_DELAY_MAX_SECONDS = 60


def tries(password=WRONG, *, email="alice@exemple.fr", at=AWAY):
    return Caller(Client(REMOTE_ADDR=at)).post("session", {"email": email, "password": password})


def enters(membership, *, at):
    """Sign in whole, with both factors: what makes a network one where the account signs in."""
    sign_in_fully(Client(REMOTE_ADDR=at), membership.user, PASSWORD)


def statuses(count, *args, **said):
    return [tries(*args, **said).status_code for _ in range(count)]


def masked(answer):
    headers = {name: value for name, value in answer.headers.items() if "request" not in name.lower()}
    return answer.status_code, answer.json() | {"request_id": ""}, headers


# --- One address from one network -----------------------------------------------------------------------


def test_the_first_few_are_free_and_then_the_delay_grows(alice, clock, settings):
    settings.SIGNIN_FREE_FAILURES_OF_NETWORK = settings.SIGNIN_FREE_FAILURES_OF_ADDRESS = 99
    assert statuses(4) == [401] * 4, "the fourth failure is what the first delay comes after"
    waits = []
    for _ in range(8):
        refused = tries()
        assert (refused.status_code, refused.json()["code"]) == (429, "sign-in-delayed")
        waits.append(int(refused["Retry-After"]) - 1)
        clock.on(waits[-1])
        assert tries().status_code == 401, "looked at once the delay is over"
    assert waits == [2, 4, 8, 16, 30, 30, 30, 30]


def test_signing_in_ends_the_count(alice, clock):
    assert statuses(3) == [401] * 3
    enters(alice, at=AWAY)

    assert statuses(4) == [401] * 4


def test_an_hour_without_a_failure_forgets(alice, clock):
    statuses(5)
    clock.on(3_600)

    assert statuses(4) == [401] * 4


def test_within_the_delay_no_password_is_compared_right_or_wrong(alice, hashed):
    """Else whoever waits for nothing would guess as quickly as before."""
    statuses(4)
    hashed.clear()

    assert masked(tries(PASSWORD)) == masked(tries(WRONG))
    assert hashed == []


@pytest.mark.parametrize("email", ["nobody@exemple.fr", "no address", "disabled@exemple.fr"])
def test_an_address_without_an_account_is_delayed_alike(alice, make_user, email, hashed):
    make_user("disabled", password=PASSWORD, is_active=False)
    seen = []
    for address in ("alice@exemple.fr", email):
        Attempt.objects.all().delete()
        hashed.clear()
        with CaptureQueriesContext(connection) as asked:
            answers = [masked(tries(email=address)) for _ in range(8)]
        verbs = [q["sql"].split()[0] for q in asked if "accounts_attempt" in q["sql"]]
        seen.append((answers, verbs, len(hashed)))

    assert seen[0] == seen[1]
    assert [answer[0] for answer in seen[0][0]] == [401] * 4 + [429] * 4


# --- Nobody is locked out ---------------------------------------------------------------------------------


def test_who_guesses_elsewhere_delays_nobody_here(alice, clock):
    """Below the count of the address, which takes many networks or long to fill."""
    assert statuses(8) == [401] * 4 + [429] * 4

    assert tries(PASSWORD, at=HOME).status_code == 200


def test_who_guesses_from_everywhere_keeps_nobody_out_of_a_known_place(alice, clock):
    """The address's own count is full, and stays full for as long as the attack: a known network still opens."""
    enters(alice, at=HOME)
    for number in range(12):
        tries(at=f"203.0.{number}.1")

    assert tries(PASSWORD, at=HOME).status_code == 200
    assert tries(PASSWORD, at=AWAY).status_code == 429, "elsewhere it waits"


def test_a_neighbour_keeps_nobody_out_for_long(alice, clock):
    """Wrong passwords from the network where the account signs in, one as soon as each delay is over."""
    enters(alice, at=HOME)
    for _ in range(30):
        refused = tries(at=HOME)
        clock.on(int(refused.headers.get("Retry-After", 0)))

    tries(at=HOME)
    clock.on(30)
    assert tries(PASSWORD, at=HOME).status_code == 200


def test_a_password_alone_makes_no_network_a_known_one(alice, clock):
    """Whoever stole a password and not the second factor gets no way past a full count."""
    assert tries(PASSWORD, at=HOME).status_code == 200
    for number in range(12):
        tries(at=f"203.0.{number}.1")

    assert tries(PASSWORD, at=HOME).status_code == 429


def test_behind_a_full_count_an_answer_tells_nothing(alice, clock, hashed):
    """Right or wrong, account or none, known network or not: one answer, one hash; nobody learns that a guess was right."""
    tries(PASSWORD, at=HOME)
    seen = []
    for password, email, at in (
        (PASSWORD, "alice@exemple.fr", AWAY),
        (WRONG, "alice@exemple.fr", AWAY),
        (WRONG, "nobody@exemple.fr", AWAY),
        (WRONG, "alice@exemple.fr", HOME),
    ):
        Attempt.objects.filter(known_at=None).delete()
        Attempt.objects.update(failures=0, failed_at=None)
        for mark in (
            throttling._mark("network", f"{at.rpartition('.')[0]}.0/24"),
            throttling._mark("account", email),
        ):
            Attempt.objects.update_or_create(mark=mark, defaults={"failures": 20, "failed_at": clock.now})
        hashed.clear()
        seen.append((masked(tries(password, email=email, at=at)), len(hashed)))

    assert seen[0][0][0] == 429
    assert all(one == seen[0] for one in seen)


def test_who_tries_one_password_on_many_accounts_is_delayed(alice, make_user, clock):
    for number in range(7):
        assert tries(email=f"personne{number}@exemple.fr").status_code == 401

    assert tries(email="alice@exemple.fr").status_code == 429
    assert tries(email="alice@exemple.fr", at=HOME).status_code == 401


def test_an_open_session_isnt_touched(alice, signed_in, clock):
    caller = signed_in(alice.user)
    statuses(20, at="127.0.0.1")

    assert caller.get("me").status_code == 200


# --- Tokens -----------------------------------------------------------------------------------------------


def test_tokens_that_open_nothing_are_counted_by_network_and_a_right_one_opens(alice, token_of):
    guess = {"authorization": "Bearer rep_" + "x" * 43}
    answers = [Client(headers=guess, REMOTE_ADDR=AWAY).get("/api/v1/me").status_code for _ in range(9)]

    assert answers == [401] * 7 + [429] * 2
    assert Client(headers=guess, REMOTE_ADDR=HOME).get("/api/v1/me").status_code == 401
    right = {"authorization": f"Bearer {token_of(alice).secret}"}
    assert Client(headers=right, REMOTE_ADDR=AWAY).get("/api/v1/me").status_code == 200


def test_a_right_token_costs_no_query_more(alice, token_of):
    client = Client(headers={"authorization": f"Bearer {token_of(alice).secret}"})
    with CaptureQueriesContext(connection) as asked:
        client.get("/api/v1/me")

    assert not [query["sql"] for query in asked if "accounts_attempt" in query["sql"]]


# --- How it is kept -------------------------------------------------------------------------------------


def test_a_count_names_nobody_and_no_place(alice):
    statuses(2)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_attempt")
        told = b"".join(
            bytes(v) if isinstance(v, bytes | memoryview) else repr(v).encode() for row in cursor for v in row
        )

    for secret in (b"alice", b"exemple", b"198.51", b"192.0.2"):
        assert secret not in told
    assert Attempt.objects.count() == 3


def test_a_failure_that_cant_be_counted_is_a_refusal_all_the_same(alice, monkeypatch):
    def fails(*_, **__):
        raise DatabaseError

    monkeypatch.setattr(throttling, "connection", type("Down", (), {"ops": connection.ops, "cursor": fails}))
    assert tries().status_code == 401


def test_what_is_old_is_deleted(alice, clock):
    statuses(2)
    enters(alice, at=HOME)

    assert throttling.forget_old(clock.now + timedelta(minutes=59)) == 0
    assert throttling.forget_old(clock.now + timedelta(hours=1)) == 3
    assert throttling.forget_old(clock.now + timedelta(days=90)) == 2, "where it signed in, and that it did"
    assert "attempts:forgotten" in {work.name for work in scheduler.registered()}
