"""GET /api/v1/tokens, for each kind of caller."""

import pytest

from accounts.roles import Role, Scope


def labels(answer) -> list[str]:
    return [line["prefix"] for line in answer.json()["results"]]


def test_a_person_sees_their_own_tokens(alice, nadia, signed_in, token_of, member, authority_75):
    second = member(Role.ASSESSOR, authority_75, user=alice.user)
    mine = {token_of(alice).token.prefix, token_of(second).token.prefix}
    token_of(nadia)

    answer = signed_in(alice.user).get("tokens")

    assert answer.status_code == 200
    assert set(labels(answer)) == mine


def test_a_program_sees_those_of_its_membership_only(alice, calling, token_of, member, authority_75):
    other = token_of(member(Role.ASSESSOR, authority_75, user=alice.user))

    answer = calling(alice).get("tokens")

    assert len(labels(answer)) == 1
    assert other.token.prefix not in labels(answer)


@pytest.mark.sec("SEC-AU7")
def test_neither_secret_nor_hash_is_in_the_list(alice, signed_in, token_of):
    issued = token_of(alice)

    answer = signed_in(alice.user).get("tokens")

    assert issued.secret not in answer.content.decode()
    assert issued.token.sha256 not in answer.content.decode()


def test_pages_follow_each_other(alice, signed_in, token_of):
    made = [token_of(alice).token.prefix for _ in range(5)]
    caller = signed_in(alice.user)

    first = caller.get("tokens", limit=2)
    second = caller.get("tokens", limit=2, cursor=first.json()["next"])
    third = caller.get("tokens", limit=2, cursor=second.json()["next"])

    assert labels(first) + labels(second) + labels(third) == made[::-1]
    assert third.json()["next"] is None


def test_a_token_without_the_scope_to_read_reads_nothing(alice, calling):
    answer = calling(alice, scopes=[Scope.WRITE]).get("tokens")

    assert answer.status_code == 403
    assert answer.json()["rule"] == "token-scope"


def test_a_stranger_sees_nothing(anonymous):
    assert anonymous.get("tokens").status_code == 401


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "101"}, {"x": "1"}, {"cursor": "a"}])
def test_a_parameter_that_is_not_one_is_refused(alice, calling, query):
    assert calling(alice).get("tokens", **query).status_code == 400
