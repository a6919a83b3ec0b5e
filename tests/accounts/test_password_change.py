"""A password that its owner changes in a session, by the present one (SEC-AU3, SEC-AU6; ASVS 6.2.2, 6.2.3)."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.test import Client

from accounts.models import Session, User
from accounts.roles import Role
from outbox import delivery
from tests.accounts.conftest import PASSWORD, Caller, entries
from tests.factories.factors import give_passkey, sign_in_fully
from tests.web.browsing import HTML

pytestmark = pytest.mark.sec("SEC-AU3", "SEC-AU6")

NEW = "trois ponts au clair de lune"
WRONG = "une phrase de passe fausse"
HOME, AWAY = "192.0.2.7", "198.51.100.7"


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The instant of each request, which a test moves."""

    class Clock:
        now = datetime.now(UTC).replace(microsecond=0)

        def __call__(self, *_):
            return self.now

        def on(self, **by):
            self.now += timedelta(**by)

    found = Clock()
    monkeypatch.setattr("config.pipeline.instant", found)
    return found


@pytest.fixture
def caller(alice):
    """Alice in a session with a fresh proof."""
    return entering(alice.user)


def entering(user, *, at=HOME):
    caller = Caller(Client(REMOTE_ADDR=at, raise_request_exception=False))
    sign_in_fully(caller.client, user, PASSWORD)
    return caller


def changes(caller, present=PASSWORD, password=NEW):
    return caller.post("me/password", {"present": present, "password": password})


def signs_in(user, password, *, at=HOME):
    """Tell how the first step of signing in is answered."""
    answer = Caller(Client(REMOTE_ADDR=at)).post("session", {"email": user.email, "password": password})
    return answer.status_code, answer.json().get("awaited") or answer.json()["code"]


def kept(user):
    return User.objects.get(pk=user.pk).password


def refused(answer):
    return answer.status_code, answer.json()["code"]


# --- The whole way ------------------------------------------------------------------------------------


def test_a_change_keeps_this_session_under_another_id_and_ends_the_others(alice, caller, clock):
    elsewhere = entering(alice.user, at=AWAY)
    keys = {name: one.value for name, one in caller.client.cookies.items()}

    answer = changes(caller)

    assert (answer.status_code, answer.content) == (204, b"")
    assert caller.get("me").status_code == 200
    assert {name: one.value for name, one in caller.client.cookies.items()} != keys
    stolen = Client()
    for name, value in keys.items():
        stolen.cookies[name] = value
    assert Caller(stolen).get("me").status_code == 401, "the id of before opens nothing"
    assert elsewhere.get("me").status_code == 401
    assert Session.objects.filter(person__isnull=False).count() == 1
    assert signs_in(alice.user, PASSWORD) == (401, "sign-in-refused")
    assert signs_in(alice.user, NEW) == (200, "factor")


def test_the_owner_is_told_in_neutral_words_and_the_journal_says_how(alice, caller, clock):
    changes(caller)

    (entry,) = entries(act="password:set")
    body = json.loads(bytes(entry.body))
    assert body["auth"] == "session"
    mail.outbox.clear()
    delivery.deliver_due(clock=clock)
    said = [one.body.partition("\n")[0] for one in mail.outbox]
    assert "Votre mot de passe a été choisi ou changé." in said
    assert NEW not in str(said)


def test_the_change_proves_nothing(caller, clock):
    """A fresh proof doesn't last longer by it: what was stolen five minutes ago does no other grave act."""
    clock.on(minutes=4)
    assert changes(caller).status_code == 204
    clock.on(minutes=2)

    assert refused(caller.post("me/address", {"email": "autre@exemple.fr"})) == (401, "step-up-required")


# --- Who may ------------------------------------------------------------------------------------------


def test_an_old_proof_is_asked_for_again(alice, caller, clock):
    clock.on(minutes=6)

    assert refused(changes(caller)) == (401, "step-up-required")
    assert signs_in(alice.user, PASSWORD) == (200, "factor")


def test_strangers_programs_and_who_gave_the_password_alone_change_none(alice, calling, member, authority_93):
    program = calling(member(Role.API_119, authority_93))
    give_passkey(alice.user)
    halfway = Caller(Client())
    halfway.post("session", {"email": alice.user.email, "password": PASSWORD})
    before = kept(alice.user)

    assert changes(Caller(Client())).status_code == 401
    assert changes(program).status_code == 403
    assert changes(halfway).status_code == 401
    assert kept(alice.user) == before


# --- The present one ----------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AU2")
def test_a_wrong_present_one_changes_nothing_and_is_journaled(alice, caller):
    before = kept(alice.user)

    assert refused(changes(caller, present=WRONG)) == (401, "present-password-refused")

    assert kept(alice.user) == before
    assert caller.get("me").status_code == 200, "nobody is signed out by a slip"
    denied = [json.loads(bytes(one.body)) for one in entries(outcome="deny")]
    assert [one["rule"] for one in denied] == ["present-password-refused"]


@pytest.mark.sec("SEC-AU2")
def test_a_new_one_that_wont_do_tells_nothing_of_the_present_one(caller):
    """Or whoever holds a session could try passwords by it, uncounted."""
    wrong = changes(caller, present=WRONG, password="court")
    assert refused(wrong) == (401, "present-password-refused")
    assert "errors" not in wrong.json()


@pytest.mark.sec("SEC-AU2")
def test_guessing_here_waits_as_at_the_door_and_counts_there_too(alice, caller, clock, settings):
    settings.SIGNIN_FREE_FAILURES = 3
    answers = [changes(caller, present=WRONG) for _ in range(5)]
    assert [one.status_code for one in answers] == [401] * 4 + [429]
    assert refused(answers[-1]) == (429, "sign-in-delayed")
    assert refused(changes(caller)) == (429, "sign-in-delayed"), "the right one isn't looked at meanwhile"
    assert signs_in(alice.user, PASSWORD) == (429, "sign-in-delayed"), "nor at the door of this network"

    clock.on(seconds=int(answers[-1]["Retry-After"]))

    assert changes(caller).status_code == 204


@pytest.mark.sec("SEC-AU4")
def test_nobody_else_keeps_the_owner_from_it(alice, caller, settings):
    settings.SIGNIN_FREE_FAILURES = settings.SIGNIN_FREE_FAILURES_OF_ADDRESS = 2
    for _ in range(6):
        signs_in(alice.user, WRONG, at=AWAY)
    assert signs_in(alice.user, PASSWORD, at="203.0.113.7") == (429, "sign-in-delayed")

    assert changes(caller).status_code == 204


# --- The new one --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("onze signes", "too-short"),
        pytest.param("x" * 257, "max-length", id="257 signs"),
        ("repere93 protection", "invalid"),
        ("alice@exemple.fr", "invalid"),
        (PASSWORD, "unchanged"),
    ],
)
def test_the_rules_are_those_of_every_password(alice, caller, password, code):
    before = kept(alice.user)
    answer = changes(caller, password=password)

    assert answer.status_code == 400
    assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [("password", code)]
    assert kept(alice.user) == before


def test_what_is_missing_or_unknown_is_named(caller):
    answer = caller.post("me/password", {"hint": "chien"})
    assert {(one["field"], one["code"]) for one in answer.json()["errors"]} == {
        ("present", "required"), ("password", "required"), ("hint", "unknown")
    }  # fmt: skip


# --- The page -----------------------------------------------------------------------------------------


def test_the_page_changes_it_and_says_what_is_wrong_beside_the_field(alice, caller, clock):
    client = caller.client
    assert "/compte/mot-de-passe" in client.get("/compte/connexion", headers=HTML).content.decode()
    page = client.get("/compte/mot-de-passe", headers=HTML).content.decode()
    assert page.count('type="password"') == 2
    assert 'autocomplete="current-password"' in page
    assert 'autocomplete="new-password"' in page

    said = {"present": WRONG, "password": NEW}
    wrong = client.post("/compte/mot-de-passe", said, headers=HTML)
    short = client.post("/compte/mot-de-passe", {"present": PASSWORD, "password": "court"}, headers=HTML)
    done = client.post("/compte/mot-de-passe", {"present": PASSWORD, "password": NEW}, headers=HTML)

    assert wrong.status_code == 401
    assert 'href="#present"' in wrong.content.decode()
    assert short.status_code == 400
    assert 'href="#password"' in short.content.decode()
    for answer in (wrong, short):
        assert WRONG not in answer.content.decode()
        assert PASSWORD not in answer.content.decode()
    assert done.status_code == 200
    assert "Votre mot de passe a changé" in done.content.decode()
    assert client.get("/compte/connexion", headers=HTML).status_code == 200
    assert signs_in(alice.user, NEW) == (200, "factor")


def test_the_page_asks_for_a_fresh_proof_before_anything_is_typed(caller, clock):
    clock.on(minutes=6)

    answer = caller.client.get("/compte/mot-de-passe", headers=HTML)

    assert answer.status_code == 401
    assert 'href="/compte/confirmation?next=/compte/mot-de-passe"' in answer.content.decode()
