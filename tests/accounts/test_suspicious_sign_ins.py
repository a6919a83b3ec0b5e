"""The owner is told of odd sign-ins: once a day at most, and neither from where nor what (ASVS 5.0, 6.3.5; SEC-AU2)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import suspicious_sign_ins
from accounts.models import Factor, SignInToCheck
from accounts.models.signintocheck import Oddity
from outbox import delivery, scheduler
from outbox.models import Notice
from tests.accounts.conftest import PASSWORD, Caller
from tests.accounts.test_factors import wrong_code
from tests.factories.factors import SoftKey, give_application, give_passkey, sign_in_fully
from tests.web.browsing import HTML

pytestmark = pytest.mark.sec("SEC-AU2", "SEC-AU4")

HOME, AWAY, FARTHER = "192.0.2.7", "198.51.100.7", "203.0.113.7"
TOLD = "account.sign-ins"


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The instant of each request, which a test moves.

    Noon, so that no test passes midnight unless it wants to; tomorrow's, for the end of a session is asked of the true clock.
    """

    class Clock:
        now = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=1)

        def __call__(self, *_):
            return self.now

        def on(self, **by):
            self.now += timedelta(**by)
            return self.now

    found = Clock()
    monkeypatch.setattr("config.pipeline.instant", found)
    return found


@pytest.fixture
def owner(alice):
    """Alice, with a key, who has signed in at home."""
    alice.user.key = give_passkey(alice.user)
    return alice.user


def gives_password(user, *, at=AWAY, password=PASSWORD):
    caller = Caller(Client(REMOTE_ADDR=at))
    caller.post("session", {"email": user.email, "password": password})
    return caller


def enters(user, *, at=HOME):
    caller = Caller(Client(REMOTE_ADDR=at))
    sign_in_fully(caller.client, user, PASSWORD, user.key)
    return caller


def told(user):
    return Notice.objects.filter(user_id=user.pk, template=TOLD, channel="mail").count()


def kinds(user):
    return dict(SignInToCheck.objects.filter(user=user).values_list("kind", "count"))


# --- A password and nothing after it ------------------------------------------------------------------


def test_the_right_password_without_a_factor_is_told_once_it_is_too_late_for_one(owner, clock):
    gives_password(owner)
    assert suspicious_sign_ins.tell_of_unfinished(clock.on(minutes=9)) == 0

    assert suspicious_sign_ins.tell_of_unfinished(clock.on(minutes=1)) == 1

    assert told(owner) == 1
    assert suspicious_sign_ins.tell_of_unfinished(clock.on(minutes=1)) == 0


def test_a_sign_in_that_comes_to_its_end_leaves_nothing(owner, clock):
    enters(owner)

    assert kinds(owner) == {}
    assert suspicious_sign_ins.tell_of_unfinished(clock.on(hours=1)) == 0
    assert told(owner) == 0


def test_the_owners_own_sign_in_doesnt_hide_anothers(owner, clock):
    gives_password(owner)
    clock.on(minutes=1)
    enters(owner)

    assert kinds(owner) == {Oddity.UNFINISHED: 1}
    assert suspicious_sign_ins.tell_of_unfinished(clock.on(minutes=9)) == 1


def test_whoever_goes_on_trying_puts_nothing_off(owner, clock):
    for _ in range(4):
        gives_password(owner)
        clock.on(minutes=3)

    assert suspicious_sign_ins.tell_of_unfinished(clock.now) == 1
    assert kinds(owner) == {Oddity.UNFINISHED: 4}


def test_a_first_factor_made_with_the_password_ends_it_too(alice, clock):
    """Of a new factor the owner is told by other words."""
    caller = Caller(Client())
    caller.post("session", {"email": alice.user.email, "password": PASSWORD})
    assert kinds(alice.user) == {Oddity.UNFINISHED: 1}
    key = SoftKey()
    asked = caller.post("me/factors/begin", {"kind": "passkey"}).json()["public_key"]

    made = caller.post("me/factors", {"kind": "passkey", "label": "essai", "passkey": key.makes(asked)})

    assert made.status_code == 201, made.content
    assert kinds(alice.user) == {}


def test_past_midnight_the_right_row_is_ended(owner, clock):
    clock.now = clock.now.replace(hour=23, minute=58)
    caller = gives_password(owner, at=HOME)
    clock.on(minutes=4)
    asked = caller.post("session/passkey").json()["public_key"]
    assert caller.post("session/factor", {"passkey": owner.key.proves(asked)}).status_code == 200

    assert kinds(owner) == {}


def test_a_wrong_password_writes_and_costs_what_it_did(owner, make_user):
    """Nor does it for an account that there isn't, or that is closed."""
    closed = make_user("fermee", password=PASSWORD, is_active=False)
    gives_password(owner, at=FARTHER, password="une phrase fausse")  # what is asked once in a process
    costs = set()
    for email in (owner.email, closed.email, "personne@exemple.fr"):
        with CaptureQueriesContext(connection) as asked:
            Caller(Client(REMOTE_ADDR=AWAY)).post(
                "session", {"email": email, "password": "une phrase fausse"}
            )
        costs.add(len(asked))
        assert not any("signintocheck" in query["sql"] for query in asked)
    assert len(costs) == 1
    assert not SignInToCheck.objects.exists()


# --- Refused factors ----------------------------------------------------------------------------------


def refuses(user, times):
    """Answer with a key of somebody else's, so often."""
    other = SoftKey()
    for _ in range(times):
        caller = gives_password(user, at=HOME)
        asked = caller.post("session/passkey").json()["public_key"]
        assert caller.post("session/factor", {"passkey": other.proves(asked)}).status_code == 401


def test_refused_passkeys_are_told_from_the_fifth_on(owner, clock):
    refuses(owner, 4)
    assert told(owner) == 0

    refuses(owner, 2)

    assert told(owner) == 1
    assert kinds(owner)[Oddity.REFUSED] == 6


def test_refused_codes_count_with_them(alice, clock):
    factor = give_application(alice.user)
    caller = gives_password(alice.user, at=HOME)
    for _ in range(5):
        assert caller.post("session/factor", {"code": wrong_code(factor)}).status_code == 401
    assert told(alice.user) == 1


# --- A new place --------------------------------------------------------------------------------------


def test_a_whole_sign_in_from_a_new_network_is_told_and_from_a_known_one_is_not(owner, clock):
    enters(owner)
    enters(owner, at=HOME)
    assert told(owner) == 0, "nor is the first of all"

    enters(owner, at=AWAY)
    enters(owner, at=AWAY)

    assert told(owner) == 1
    assert kinds(owner) == {Oddity.NEW_PLACE: 1}


def test_ninety_days_forget_a_network_and_an_account_that_slept_is_told(owner, clock):
    enters(owner)
    clock.on(days=91)
    assert Factor.objects.filter(user=owner).update(last_used_on=(clock.now - timedelta(days=91)).date())

    enters(owner, at=HOME)

    assert told(owner) == 1


# --- Bounds, and what is said -------------------------------------------------------------------------


def test_one_mail_a_day_whatever_happens_and_the_next_day_another(owner, clock):
    enters(owner)
    enters(owner, at=AWAY)
    enters(owner, at=FARTHER)
    refuses(owner, 6)
    gives_password(owner)
    suspicious_sign_ins.tell_of_unfinished(clock.on(minutes=11))
    assert told(owner) == 1
    assert all(row.told_at for row in SignInToCheck.objects.filter(user=owner))

    clock.on(hours=23)
    enters(owner, at="203.0.113.200")
    assert told(owner) == 1, "within a day"
    clock.on(hours=2)
    gives_password(owner)
    suspicious_sign_ins.tell_of_unfinished(clock.on(minutes=11))

    assert told(owner) == 2, "what was covered by a notice puts off none"


def test_the_mail_says_neither_what_nor_from_where(owner, clock):
    enters(owner)
    enters(owner, at=AWAY)
    mail.outbox.clear()
    delivery.deliver_due(clock=lambda: clock.now)

    (message,) = [one for one in mail.outbox if one.to == [owner.email]]
    assert message.body.startswith("Une connexion à votre compte est à vérifier, sous « Mes connexions ».")
    for word in ("198.51", "réseau", "mot de passe", "Firefox", "Alice", owner.email):
        assert word not in message.subject + message.body


def test_the_page_and_the_api_show_the_owner_what_it_was(owner, ada, clock, signed_in):
    caller = enters(owner)
    page = caller.client.get("/connexions", headers=HTML).content.decode()
    assert "À vérifier" not in page
    refuses(owner, 4)
    gives_password(owner)
    assert caller.get("sign-ins-to-check").json()["results"] == [], (
        "few refusals, and what may still be finished"
    )
    refuses(owner, 1)
    suspicious_sign_ins.tell_of_unfinished(clock.on(minutes=11))

    page = caller.client.get("/connexions", headers=HTML).content.decode()
    lines = {one["kind"]: one["count"] for one in caller.get("sign-ins-to-check").json()["results"]}

    assert lines == {"refused": 5, "unfinished": 6}
    assert "a servi, sans que le second moyen suive" in page
    assert "Un second moyen de connexion a été refusé plusieurs fois" in page
    assert "/compte/mot-de-passe" in page
    for word in (AWAY, HOME, "198.51"):
        assert word not in page.partition("À vérifier")[2]
    assert signed_in(ada.user).get("sign-ins-to-check").json()["results"] == [], "nobody else's"


def test_a_token_learns_of_none(alice, calling):
    assert calling(alice).get("sign-ins-to-check").status_code == 403


def test_they_are_forgotten_after_ninety_days(owner, clock):
    enters(owner)
    enters(owner, at=AWAY)

    assert suspicious_sign_ins.forget_old(clock.on(days=89)) == 0
    assert suspicious_sign_ins.forget_old(clock.on(days=1)) == 1
    assert {"signins:unfinished", "signins:forgotten"} <= {work.name for work in scheduler.registered()}
