"""DELETE /api/v1/tokens/{id}, for each kind of caller."""

from uuid import uuid4

import pytest

from accounts.models import Token
from accounts.roles import Role
from tests.accounts.conftest import Caller, entries


@pytest.mark.sec("SEC-AZ10")
def test_a_revoked_token_opens_nothing_from_the_next_request_on(alice, signed_in, token_of, client):
    issued = token_of(alice)
    program = Caller(client)
    program.client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {issued.secret}"
    assert program.get("me").status_code == 200

    answer = signed_in(alice.user).delete(f"tokens/{issued.token.pk}")

    assert answer.status_code == 204
    assert program.get("me").status_code == 401
    assert len(entries(act="token:revoked", tenant=alice.authority_id)) == 1


def test_revoking_again_changes_nothing(alice, signed_in, token_of):
    issued = token_of(alice)
    caller = signed_in(alice.user)
    caller.delete(f"tokens/{issued.token.pk}")
    first = Token.objects.get(pk=issued.token.pk).revoked_at

    assert caller.delete(f"tokens/{issued.token.pk}").status_code == 204
    assert Token.objects.get(pk=issued.token.pk).revoked_at == first
    assert len(entries(act="token:revoked")) == 1


def test_a_program_may_revoke_its_own(alice, calling):
    caller = calling(alice)

    assert caller.delete(f"tokens/{Token.objects.get().pk}").status_code == 204
    assert caller.get("me").status_code == 401


def test_a_program_revokes_no_token_of_another_position(alice, calling, token_of, member, authority_75):
    """One person, two positions: a token of the first is none of the second."""
    other = token_of(member(Role.ASSESSOR, authority_75, user=alice.user))

    assert calling(alice).delete(f"tokens/{other.token.pk}").status_code == 404


@pytest.mark.sec("SEC-AZ5")
def test_anothers_and_absent_look_the_same(alice, nadia, signed_in, token_of):
    issued = token_of(nadia)
    caller = signed_in(alice.user)

    anothers = caller.delete(f"tokens/{issued.token.pk}")
    absent = caller.delete(f"tokens/{uuid4()}")

    assert anothers.status_code == absent.status_code == 404
    problems = [answer.json() for answer in (anothers, absent)]
    for problem in problems:
        problem.pop("request_id")
    assert problems[0] == problems[1]
    assert Token.objects.get(pk=issued.token.pk).revoked_at is None


def test_a_stranger_revokes_nothing(alice, anonymous, token_of):
    issued = token_of(alice)

    assert anonymous.delete(f"tokens/{issued.token.pk}").status_code == 401
    assert Token.objects.get().revoked_at is None
