"""Who a session says is asking."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import actions
from accounts.actor import SYSTEM
from accounts.models import Session
from accounts.roles import Role
from accounts.signin import actor_for
from tests.accounts.conftest import LONG_AGO, PASSWORD, Caller, entries


@pytest.fixture
def request_of():
    """Return a request that brings the cookie of a caller's session."""

    def make(caller: Caller):
        request = RequestFactory().get("/api/v1/me")
        request.session = caller.client.session
        return request

    return make


def test_a_person_comes_with_every_position_in_force(alice, member, signed_in, request_of, authority_75):
    now = timezone.now()
    member(Role.ASSESSOR, authority_75, user=alice.user)
    member(Role.ON_CALL, authority_75, user=alice.user, valid_to=now - timedelta(days=1))
    member(Role.ON_CALL, authority_75, user=alice.user, valid_from=now + timedelta(days=1))

    actor = actor_for(request_of(signed_in(alice.user)), at=now)

    assert {position.role for position in actor.positions} == {Role.FILER, Role.ASSESSOR}
    assert actor.role == "", "whoever holds two roles says in which they act"
    assert actor.scopes is None
    assert actor.origin.auth == "session"


def test_whoever_holds_no_role_any_more_is_known_and_may_nothing(alice, signed_in, request_of):
    actions.end(actor=SYSTEM, at=timezone.now(), membership_id=alice.pk)
    caller = signed_in(alice.user)

    actor = actor_for(request_of(caller), at=timezone.now() + timedelta(seconds=1))

    assert actor.user_id == alice.user_id
    assert actor.positions == ()
    assert actor.authority_ids == frozenset()


def test_a_person_costs_at_most_three_queries(alice, member, signed_in, authority_75):
    """However many positions: the session, the account, the memberships."""
    request = RequestFactory().get("/api/v1/me")
    counts = []
    for role in (Role.ASSESSOR, Role.ON_CALL, Role.SUPERVISOR):
        member(role, authority_75, user=alice.user)
        caller = signed_in(alice.user)
        request.session = caller.client.session.__class__(caller.client.session.session_key)
        with CaptureQueriesContext(connection) as queries:
            actor_for(request, at=timezone.now())
        counts.append(len(queries))

    assert counts == [3, 3, 3]


def test_a_stranger_costs_no_query(client, django_assert_num_queries):
    request = RequestFactory().get("/api/v1/me")
    request.session = client.session.__class__(None)

    with django_assert_num_queries(0):
        assert actor_for(request, at=timezone.now()) is None


@pytest.mark.sec("SEC-AZ10")
class TestTheNextRequest:
    """What is taken away is gone with the next request, whatever the cookie says."""

    def test_of_a_disabled_account_is_a_strangers(self, alice, signed_in):
        caller = signed_in(alice.user)
        assert caller.get("me").status_code == 200

        alice.user.is_active = False
        alice.user.save()

        assert caller.get("me").status_code == 401

    def test_after_a_new_password_is_a_strangers(self, alice, signed_in):
        caller = signed_in(alice.user)

        actions.set_password(
            actor=SYSTEM, at=timezone.now(), user=alice.user, password="une autre phrase de passe"
        )

        assert caller.get("me").status_code == 401

    def test_after_the_end_of_a_membership_is_a_strangers(self, ada, signed_in):
        caller = signed_in(ada.user)
        assert caller.get("users").status_code == 200

        actions.end(actor=SYSTEM, at=timezone.now(), membership_id=ada.pk)

        assert caller.get("users").status_code == 401

    def test_after_signing_out_is_a_strangers(self, alice, signed_in):
        caller = signed_in(alice.user)
        cookie = caller.client.cookies["session"].value
        caller.delete("session")

        stolen = Caller(Client())
        stolen.client.cookies["session"] = cookie

        assert stolen.get("me").status_code == 401


@pytest.mark.sec("SEC-AU5")
def test_a_session_ends_twelve_hours_after_it_began(alice, signed_in):
    """Absolute: using it makes it no longer."""
    begun = timezone.now()
    caller = signed_in(alice.user)
    caller.get("me")

    row = Session.objects.get()
    assert timedelta(hours=12) <= row.expire_date - begun < timedelta(hours=12, minutes=1)
    Session.objects.update(expire_date=LONG_AGO)
    assert caller.get("me").status_code == 401


def test_an_authorization_header_beats_the_cookie(alice, nadia, signed_in, token_of):
    caller = signed_in(alice.user)

    as_nadia = caller.client.get("/api/v1/me", headers={"authorization": f"Bearer {token_of(nadia).secret}"})
    broken = caller.client.get("/api/v1/me", headers={"authorization": "Bearer x"})

    assert as_nadia.json()["id"] == str(nadia.user_id)
    assert broken.status_code == 401, "a wrong token isn't made good by a cookie"


def test_the_password_of_the_tests_is_right(alice):
    assert alice.user.check_password(PASSWORD)


@pytest.mark.sec("SEC-AL3")
def test_a_refusal_is_seen_by_the_auditors_of_all_authorities_of_the_caller(
    member, make_user, signed_in, authority_93, authority_75
):
    """Whose file it was isn't known: in one journal alone, a search at random here would be seen only there."""
    user = make_user("ines", password=PASSWORD)
    for authority in (authority_93, authority_75):
        member(Role.CRIP_COORDINATOR, authority, user=user)

    refused = signed_in(user).get(f"referrals/{uuid4()}")

    assert refused.status_code == 404
    found = entries(act="request:denied")
    assert sorted(entry.tenant for entry in found) == sorted([authority_93.pk, authority_75.pk])
    assert len({entry.actor for entry in found}) == 1
