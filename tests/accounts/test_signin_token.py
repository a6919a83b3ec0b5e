"""Who a token says is asking, and when it says nothing."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from accounts import actions
from accounts.actor import SYSTEM, Position
from accounts.errors import TokenRefused
from accounts.models import Membership, Token
from accounts.roles import Role, Scope
from accounts.signin import actor_for
from tests.accounts.conftest import LONG_AGO, NOON


@pytest.fixture
def requesting():
    """Return a request with this Authorization header."""

    def make(header: str | None, **meta):
        headers = {} if header is None else {"authorization": header}
        return RequestFactory().get("/api/v1/me", headers=headers, **meta)

    return make


@pytest.fixture
def asking(requesting, token_of):
    """Return who a token of this membership says is asking, at noon."""

    def ask(membership, *, at=NOON, **given):
        secret = token_of(membership, at=NOON, **given).secret
        return actor_for(requesting(f"Bearer {secret}"), at=at)

    return ask


def test_a_token_gives_one_position(alice, member, asking, authority_75):
    """The other memberships of the same person don't count."""
    member(Role.CRIP_COORDINATOR, authority_75, user=alice.user)

    actor = asking(alice)

    assert actor.user_id == alice.user_id
    assert actor.positions == (
        Position(alice.pk, Role.FILER, alice.authority_id, None, alice.organisation_id),
    )
    assert actor.authority_ids == {alice.authority_id}
    assert actor.role == "filer"
    assert actor.organisation_id == alice.organisation_id
    assert actor.scopes == {"read", "write"}
    assert actor.origin.auth == "token"


def test_a_program_costs_one_query(alice, requesting, token_of):
    secret = token_of(alice, at=NOON).secret
    Token.objects.update(last_used_on=NOON.date())

    with CaptureQueriesContext(
        connection,
    ) as queries:
        actor_for(requesting(f"Bearer {secret}"), at=NOON)

    assert len(queries) == 1


def test_the_scopes_are_those_of_the_token(alice, asking):
    assert asking(alice, scopes=[Scope.WRITE]).scopes == {"write"}


@pytest.mark.sec("SEC-AZ10")
class TestWhatOpensNothing:
    """All these are one refusal: why isn't said."""

    def test_an_expired_token(self, alice, asking):
        end = NOON + timedelta(hours=1)

        assert asking(alice, expires_at=end, at=end - timedelta(microseconds=1))
        with pytest.raises(TokenRefused):
            asking(alice, expires_at=end, at=end)

    def test_a_revoked_token(self, alice, requesting, token_of):
        issued = token_of(alice, at=NOON)
        actions.revoke_token(
            actor=actor_for(requesting(f"Bearer {issued.secret}"), at=NOON), at=NOON, token_id=issued.token.pk
        )

        with pytest.raises(TokenRefused):
            actor_for(requesting(f"Bearer {issued.secret}"), at=NOON)

    def test_a_disabled_account(self, alice, asking):
        alice.user.is_active = False
        alice.user.save()

        with pytest.raises(TokenRefused):
            asking(alice)

    @pytest.mark.parametrize(
        ("begins", "ends", "counts"),
        [
            (LONG_AGO, None, True),
            (NOON, None, True),
            (NOON + timedelta(microseconds=1), None, False),
            (LONG_AGO, NOON, False),
            (LONG_AGO, NOON + timedelta(microseconds=1), True),
        ],
    )
    def test_a_membership_out_of_its_period(self, alice, asking, begins, ends, counts):
        Membership.objects.filter(pk=alice.pk).update(valid_from=begins, valid_to=ends)

        if counts:
            assert asking(alice).role == "filer"
        else:
            with pytest.raises(TokenRefused):
                asking(alice)

    def test_an_ended_membership(self, alice, requesting, token_of):
        secret = token_of(alice, at=NOON).secret
        actor_for(requesting(f"Bearer {secret}"), at=NOON)

        actions.end(actor=SYSTEM, at=NOON, membership_id=alice.pk)

        with pytest.raises(TokenRefused):
            actor_for(requesting(f"Bearer {secret}"), at=NOON)

    @pytest.mark.parametrize(
        "header",
        [
            "",
            "Bearer",
            "Bearer ",
            "Bearer rep_",
            "Bearer rep_" + "a" * 43,
            "Bearer rep_" + "a" * 42,
            "Bearer rep_" + "a" * 44,
            "Bearer rep_" + "a" * 42 + "é",
            "Bearer rep_" + "a" * 43 + "\n",
            "Bearer  rep_" + "a" * 43,
            "Basic YWxpY2U6eA==",
            "rep_" + "a" * 43,
            "Bearer rep_" + "a" * 43 + ", Bearer rep_" + "b" * 43,
        ],
    )
    def test_a_malformed_or_unknown_token(self, alice, requesting, header):
        with pytest.raises(TokenRefused):
            actor_for(requesting(header), at=NOON)

    def test_the_beginning_or_the_hash_of_a_token(self, alice, requesting, token_of):
        issued = token_of(alice, at=NOON)

        for wrong in (issued.token.prefix, issued.token.sha256, issued.secret.swapcase()):
            with pytest.raises(TokenRefused):
                actor_for(requesting(f"Bearer {wrong}"), at=NOON)


@pytest.mark.sec("SEC-AU7")
def test_the_secret_is_stored_nowhere(alice, token_of):
    issued = token_of(alice, at=NOON)

    row = Token.objects.filter(pk=issued.token.pk).values().get()
    assert all(issued.secret[4:] not in str(value) for value in row.values())
    assert issued.secret not in repr(issued)


def test_the_scheme_may_be_in_any_case(alice, requesting, token_of):
    """RFC 9110 §11.1."""
    secret = token_of(alice, at=NOON).secret

    assert actor_for(requesting(f"bearer {secret}"), at=NOON).user_id == alice.user_id


def test_the_day_of_use_is_written_after_the_commit_and_once_a_day(
    alice, requesting, token_of, django_capture_on_commit_callbacks
):
    issued = token_of(alice, at=NOON)
    request = requesting(f"Bearer {issued.secret}")

    with django_capture_on_commit_callbacks(execute=True) as first:
        actor_for(request, at=NOON)
    with django_capture_on_commit_callbacks(execute=True) as second:
        actor_for(request, at=NOON + timedelta(hours=1))
    with django_capture_on_commit_callbacks(execute=True) as next_day:
        actor_for(request, at=NOON + timedelta(days=1))

    assert (len(first), len(second), len(next_day)) == (1, 0, 1)
    issued.token.refresh_from_db()
    assert issued.token.last_used_on == (NOON + timedelta(days=1)).date()


def test_a_refused_request_leaves_no_trace_on_the_token(alice, requesting, token_of):
    """The day is written on commit only, so that a rolled-back request holds no lock on the token's row."""
    issued = token_of(alice, at=NOON)

    with transaction.atomic():
        actor_for(requesting(f"Bearer {issued.secret}"), at=NOON)
        transaction.set_rollback(True)

    issued.token.refresh_from_db()
    assert issued.token.last_used_on is None
