"""POST /api/v1/session: signing in."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import passwords
from accounts.models import Session, User
from accounts.sessions import stored_key
from tests.accounts.conftest import PASSWORD, Caller, entries


def bodies(act: str) -> list[dict]:
    return [json.loads(bytes(entry.body)) for entry in entries(act=act)]


def test_the_right_password_opens_a_session_that_can_do_nothing_yet(alice, anonymous):
    answer = anonymous.post("session", {"email": "ALICE@exemple.fr", "password": PASSWORD})

    assert answer.status_code == 200
    assert answer.json().pop("csrf_token")
    assert answer.json()["signed_in"] is False
    assert answer.json()["awaited"] == "enrolment"
    assert anonymous.get("me").status_code == 401


@pytest.mark.sec("SEC-AL1")
def test_a_sign_in_is_an_entry(alice, signed_in):
    signed_in(alice.user)

    (body,) = bodies("session:opened")
    assert body["auth"] == "session"
    assert body["tenant"] == str(alice.authority_id)
    assert body["ip"] == "127.0.0.0/24"
    assert str(alice.user_id) not in json.dumps(body), "the journal knows a pseudonym"


@pytest.mark.sec("SEC-AU7")
def test_the_cookie_is_closed_to_scripts_and_other_sites(alice, anonymous):
    answer = anonymous.post("session", {"email": "alice@exemple.fr", "password": PASSWORD})

    cookie = answer.cookies["session"]
    assert cookie["httponly"] is True
    assert cookie["samesite"] == "Strict"


@pytest.mark.sec("SEC-AU7")
def test_a_session_planted_beforehand_is_thrown_away(alice, signed_in):
    caller = signed_in(alice.user)
    before = caller.client.cookies["session"].value

    caller.post("session", {"email": "alice@exemple.fr", "password": PASSWORD})

    after = caller.client.cookies["session"].value
    assert after != before
    assert [row.session_key for row in Session.objects.all()] == [stored_key(after)]


@pytest.mark.sec("SEC-AU7")
def test_a_browser_needs_the_csrf_token_even_to_sign_in(alice):
    browser = Caller(Client(enforce_csrf_checks=True))
    credentials = {"email": "alice@exemple.fr", "password": PASSWORD}

    refused = browser.post("session", credentials)
    token = browser.get("session").json()["csrf_token"]
    accepted = browser.post("session", credentials, **{"X-CSRFToken": token})

    assert refused.status_code == 403
    assert refused.json()["code"] == "csrf"
    assert accepted.status_code == 200


WRONG = {
    "unknown": ("personne@exemple.fr", PASSWORD),
    "no address": ("personne", PASSWORD),
    "wrong password": ("alice@exemple.fr", "une phrase de passe fausse"),
    "disabled": ("disabled@exemple.fr", PASSWORD),
    "disabled, wrong password": ("disabled@exemple.fr", "une phrase de passe fausse"),
    "no password": ("nopassword@exemple.fr", PASSWORD),
    "no role": ("norole@exemple.fr", "une phrase de passe fausse"),
}


@pytest.mark.sec("SEC-AU2")
class TestARefusalTellsNothing:
    """Unknown, wrong, disabled: the same answer, at the same cost."""

    @pytest.fixture(autouse=True)
    def _accounts(self, alice, make_user):
        make_user("disabled", password=PASSWORD, is_active=False)
        make_user("nopassword")
        make_user("norole", password=PASSWORD)

    @pytest.fixture
    def seen(self, hashed):
        """Return what each refusal looks like from outside, and what it cost."""
        found = {}
        for why, (email, password) in WRONG.items():
            caller = Caller(Client())
            hashed.clear()
            with CaptureQueriesContext(connection) as queries:
                answer = caller.post("session", {"email": email, "password": password})
            asked = [
                q["sql"].split("WHERE")[0].split("VALUES")[0] for q in queries if "accounts_" in q["sql"]
            ]
            problem = answer.json()
            problem.pop("request_id")
            headers = {name: value for name, value in answer.headers.items() if "request" not in name.lower()}
            found[why] = (answer.status_code, problem, headers, asked, len(hashed))
        return found

    def test_the_answers_are_the_same(self, seen):
        first = seen["unknown"]

        assert first[0] == 401
        assert first[1]["code"] == "sign-in-refused"
        assert all(other[:3] == first[:3] for other in seen.values())

    def test_the_queries_are_the_same(self, seen):
        assert {tuple(other[3]) for other in seen.values()} == {tuple(seen["unknown"][3])}
        assert len([asked for asked in seen["unknown"][3] if "accounts_attempt" not in asked]) == 1

    def test_one_password_is_hashed(self, seen):
        assert {why: other[4] for why, other in seen.items()} == dict.fromkeys(WRONG, 1)

    def test_no_session_is_left(self, seen):
        assert not Session.objects.exists()
        assert bodies("session:opened") == []


def test_a_person_without_a_role_may_sign_in_and_may_nothing(make_user, signed_in):
    caller = signed_in(make_user("norole", password=PASSWORD))

    assert caller.get("me").json()["positions"] == []
    assert caller.get("users").status_code == 403


@pytest.mark.sec("SEC-AU3")
def test_an_over_long_password_is_refused_before_it_is_hashed(alice, anonymous, hashed):
    at_the_bound = anonymous.post("session", {"email": "alice@exemple.fr", "password": "x" * 256})
    count = len(hashed)
    beyond = anonymous.post("session", {"email": "alice@exemple.fr", "password": "x" * 257})

    assert (at_the_bound.status_code, count) == (401, 1)
    assert (beyond.status_code, len(hashed)) == (400, count)


@pytest.mark.sec("SEC-AU3")
@pytest.mark.parametrize(
    "password", ["  sept bruyères  ", "пароль пароль пароль", "🌱" * 12, "e\u0301" * 12, "tab\ttab\ttab\t"]
)
def test_a_password_holds_any_characters(make_user, anonymous, password):
    make_user("elise", password=passwords.spelled(password))

    answer = anonymous.post("session", {"email": "elise@exemple.fr", "password": password})

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "alice@exemple.fr"}, "password"),
        ({"password": PASSWORD}, "email"),
        ({"email": "alice@exemple.fr", "password": 12345678901234}, "password"),
        ({"email": ["alice@exemple.fr"], "password": PASSWORD}, "email"),
        ({"email": "alice@exemple.fr", "password": PASSWORD, "role": "auditor"}, "role"),
        ({"email": "alice@exemple.fr", "password": PASSWORD, "is_active": True}, "is_active"),
    ],
)
def test_what_is_missing_or_unknown_is_named(alice, anonymous, body, field):
    answer = anonymous.post("session", body)

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert PASSWORD not in answer.content.decode()


def test_signing_in_changes_nothing_for_a_request_with_a_token(alice, calling):
    """The next request is judged by its header, whatever cookie it brings."""
    caller = calling(alice)

    caller.post("session", {"email": "alice@exemple.fr", "password": PASSWORD})

    assert caller.get("me").json()["scopes"] == ["read", "write"]


def test_the_account_is_unchanged_by_signing_in(alice, signed_in):
    before = User.objects.filter(pk=alice.user_id).values().get()

    signed_in(alice.user)

    assert User.objects.filter(pk=alice.user_id).values().get() == before
