"""GET and DELETE /api/v1/session."""

import pytest
from django.test import Client

from accounts.models import Session
from tests.accounts.conftest import PASSWORD, Caller, entries
from tests.factories.factors import give_passkey


def test_a_stranger_gets_a_csrf_token(anonymous):
    answer = anonymous.get("session")

    assert answer.status_code == 200
    assert answer.json()["signed_in"] is False
    assert len(answer.json()["csrf_token"]) == 64


def test_a_person_is_told_to_be_signed_in(alice, signed_in):
    assert signed_in(alice.user).get("session").json()["signed_in"] is True


@pytest.mark.sec("SEC-AU8")
def test_signing_out_ends_the_session_here_and_there(alice, signed_in):
    caller = signed_in(alice.user)

    answer = caller.delete("session")

    assert answer.status_code == 204
    assert answer["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert not Session.objects.exists()
    assert caller.get("me").status_code == 401
    assert len(entries(act="session:closed", tenant=alice.authority_id)) == 1


def test_a_stranger_has_nothing_to_sign_out_of(anonymous):
    assert anonymous.delete("session").status_code == 401


def test_a_program_has_no_session(alice, calling):
    answer = calling(alice).delete("session")

    assert answer.status_code == 403
    assert not entries(act="session:closed")


@pytest.mark.sec("SEC-AU7")
class TestCsrf:
    """Every unsafe request of a session brings the token; programs have no cookie to abuse."""

    @pytest.fixture
    def browser(self, alice) -> Caller:
        browser = Caller(Client(enforce_csrf_checks=True))
        token = browser.get("session").json()["csrf_token"]
        credentials = {"email": "alice@exemple.fr", "password": PASSWORD}
        key = give_passkey(alice.user)
        with_token = {"X-CSRFToken": token}
        browser.post("session", credentials, **with_token)
        options = browser.post("session/passkey", **with_token).json()["public_key"]
        answer = browser.post("session/factor", {"passkey": key.proves(options)}, **with_token)
        browser.token = answer.json()["csrf_token"]
        return browser

    def test_without_it_nothing_happens(self, browser):
        answer = browser.delete("session")

        assert answer.status_code == 403
        assert answer.json()["code"] == "csrf"
        assert browser.get("me").status_code == 200

    def test_a_wrong_one_is_none(self, browser):
        assert browser.delete("session", **{"X-CSRFToken": "a" * 64}).status_code == 403

    def test_the_one_from_before_signing_in_is_none(self, browser):
        """A new session has a new secret."""
        stranger = Caller(Client(enforce_csrf_checks=True))
        old = stranger.get("session").json()["csrf_token"]

        assert browser.delete("session", **{"X-CSRFToken": old}).status_code == 403

    def test_with_it_the_request_is_done(self, browser):
        assert browser.delete("session", **{"X-CSRFToken": browser.token}).status_code == 204

    def test_other_unsafe_routes_ask_for_it_too(self, browser):
        assert browser.post("tokens", {}).status_code == 403
        assert browser.post("tokens", {}, **{"X-CSRFToken": browser.token}).status_code == 400

    def test_a_program_needs_none(self, alice, token_of):
        secret = token_of(alice).secret
        program = Caller(Client(enforce_csrf_checks=True, headers={"authorization": f"Bearer {secret}"}))

        assert program.post("tokens", {}).json()["code"] != "csrf"
