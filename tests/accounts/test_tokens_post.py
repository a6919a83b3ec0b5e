"""POST /api/v1/tokens, for each kind of caller."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Token
from accounts.roles import Role, Scope
from tests.accounts.conftest import PASSWORD, Caller, entries


def wanted(membership, /, **changed):
    body = {
        "membership": str(membership.pk),
        "label": "Logiciel du collège",
        "expires_at": (timezone.now() + timedelta(days=30)).isoformat(),
    }
    return {**body, **changed}


@pytest.fixture
def helpline(member, make_user, authority_93):
    """The account of the 119, which signs in once to make its token."""
    return member(Role.API_119, authority_93, user=make_user("snated", password=PASSWORD))


def test_a_program_gets_a_token_for_its_own_position(helpline, signed_in, client):
    answer = signed_in(helpline.user).post("tokens", wanted(helpline, scopes=["write"]))

    assert answer.status_code == 201
    body = answer.json()
    assert body["token"].startswith("rep_")
    assert body["token"][:12] == body["prefix"]
    assert body["scopes"] == ["write"]
    caller = Caller(client)
    caller.client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {body['token']}"
    assert caller.get("me").status_code == 403, "this one may write only"
    assert caller.post("tokens", {}).json()["rule"] == "session-only", "its scope let it as far as this"


@pytest.mark.sec("SEC-AL1")
def test_a_new_token_is_an_entry(alice, signed_in):
    answer = signed_in(alice.user).post("tokens", wanted(alice))

    (entry,) = entries(act="token:made")
    assert entry.tenant == alice.authority_id
    body = json.loads(bytes(entry.body))
    assert body["obj"] == [], "made by the person for themself, who isn't named twice"
    assert answer.json()["token"] not in bytes(entry.body).decode()


def test_a_token_without_scopes_named_has_both(alice, signed_in):
    assert signed_in(alice.user).post("tokens", wanted(alice)).json()["scopes"] == ["read", "write"]


def test_in_production_people_get_none(alice, helpline, signed_in, settings):
    settings.TOKENS_FOR_PEOPLE = False

    person = signed_in(alice.user).post("tokens", wanted(alice))
    program = signed_in(helpline.user).post("tokens", wanted(helpline))

    assert (person.status_code, person.json()["code"]) == (403, "people-sign-in")
    assert program.status_code == 201
    assert not Token.objects.filter(membership=alice).exists()


def test_nobody_gets_a_token_for_the_position_of_another(alice, nadia, signed_in):
    answer = signed_in(alice.user).post("tokens", wanted(nadia))

    assert answer.status_code == 400
    assert [e["field"] for e in answer.json()["errors"]] == ["membership"]
    assert not Token.objects.exists()


def test_nor_for_one_that_has_ended(alice, member, signed_in, authority_75):
    ended = member(Role.ASSESSOR, authority_75, user=alice.user, valid_to=timezone.now())

    assert signed_in(alice.user).post("tokens", wanted(ended)).status_code == 400


def test_a_token_makes_no_tokens(alice, calling):
    """A leaked one must not outlive its own end."""
    answer = calling(alice).post("tokens", wanted(alice))

    assert answer.status_code == 403
    assert Token.objects.count() == 1


@pytest.mark.parametrize(
    ("days", "status"), [(-1, 400), (0, 400), (1, 201), (364, 201), (366, 400), (36_500, 400)]
)
def test_a_token_ends_within_a_year(alice, signed_in, days, status):
    """SEC-CF4: the limit is TOKEN_DAYS_MAX."""
    end = (timezone.now() + timedelta(days=days)).isoformat()

    assert signed_in(alice.user).post("tokens", wanted(alice, expires_at=end)).status_code == status


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"membership": "x"}, "membership"),
        ({"membership": None}, "membership"),
        ({"label": ""}, "label"),
        ({"label": "x" * 81}, "label"),
        ({"label": "a\u202eb"}, "label"),
        ({"expires_at": "2027-01-01T00:00:00"}, "expires_at"),
        ({"expires_at": "0001-01-01T00:00:00+23:59"}, "expires_at"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["read", "read"]}, "scopes"),
        ({"scopes": ["admin"]}, "scopes"),
        ({"scopes": "read"}, "scopes"),
        ({"sha256": "a" * 64}, "sha256"),
        ({"last_used_on": "2026-01-01"}, "last_used_on"),
        ({"prefix": "rep_"}, "prefix"),
        ({"revoked_at": None}, "revoked_at"),
    ],
)
def test_what_is_wrong_or_unknown_is_named(alice, signed_in, changed, field):
    answer = signed_in(alice.user).post("tokens", wanted(alice, **changed))

    assert answer.status_code == 400
    assert {error["field"].split(".")[0] for error in answer.json()["errors"]} == {field}
    assert not Token.objects.exists()


def test_a_stranger_gets_none(alice, anonymous):
    assert anonymous.post("tokens", wanted(alice)).status_code == 401


def test_a_token_without_the_scope_to_write_writes_nothing(alice, calling):
    answer = calling(alice, scopes=[Scope.READ]).post("tokens", wanted(alice))

    assert (answer.status_code, answer.json()["rule"]) == (403, "token-scope")
