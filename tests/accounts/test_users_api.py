"""GET and POST /api/v1/users, for each kind of caller."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from tests.accounts.conftest import entries
from tests.night import one_in

pytestmark = pytest.mark.both_databases("statements of lists")


def emails(answer) -> set[str]:
    return {line["email"].split("@")[0] for line in answer.json()["results"]}


# --- GET --------------------------------------------------------------------------------------------------


def test_the_administrator_sees_the_people_of_the_authority(
    ada, alice, nadia, paul, member, make_user, authority_93, calling
):
    """Members, past members, and accounts made here that hold no role yet."""
    member(Role.ASSESSOR, authority_93, user=make_user("past"), valid_to=timezone.now())
    make_user("new", home_authority=authority_93)
    make_user("unrelated")

    answer = calling(ada).get("users")

    assert answer.status_code == 200
    assert emails(answer) == {"ada", "alice", "nadia", "past", "new"}
    assert set(answer.json()["results"][0]) == {
        "id",
        "email",
        "full_name",
        "language",
        "is_active",
        "verified_at",
        "state",
        "roles",
    }


def test_someone_of_two_authorities_is_seen_by_both(ada, olga, alice, member, authority_75, calling):
    member(Role.ASSESSOR, authority_75, user=alice.user)

    assert "alice" in emails(calling(ada).get("users"))
    assert "alice" in emails(calling(olga).get("users"))


def test_each_sees_once_whoever_holds_many_roles(ada, alice, member, authority_93, calling):
    member(Role.ASSESSOR, authority_93, user=alice.user)
    member(Role.ON_CALL, authority_93, user=alice.user)

    answer = calling(ada).get("users")

    assert len(answer.json()["results"]) == len(emails(answer))


@pytest.mark.sec("SEC-AL1")
def test_the_look_is_an_entry(ada, alice, calling):
    answer = calling(ada).get("users")

    (entry,) = entries(act="user:listed")
    assert entry.tenant == ada.authority_id
    assert json.loads(bytes(entry.body))["n"] == len(answer.json()["results"])


@pytest.mark.parametrize("role", one_in(4, [role for role in Role if role is not Role.TERRITORY_ADMIN]))
def test_no_other_role_sees_people(member, authority_93, calling, role):
    answer = calling(member(role, authority_93)).get("users")

    assert answer.status_code == 403
    assert answer.json()["rule"] == "accounts.manage"


def test_another_authority_cannot_be_asked_for(ada, authority_75, calling):
    assert calling(ada).get("users", authority=str(authority_75.pk)).status_code == 403


def test_a_stranger_sees_nobody(anonymous):
    assert anonymous.get("users").status_code == 401


def test_a_list_costs_the_same_however_long(ada, member, authority_93, calling):
    caller = calling(ada)
    caller.get("users")  # the writer of the journal and the pseudonym are there from now on
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            caller.get("users")
        counts.append(len(queries))
        for _ in range(20):
            member(Role.ASSESSOR, authority_93)

    assert counts[0] == counts[1]


# --- POST -------------------------------------------------------------------------------------------------


def wanted(authority, /, **changed):
    return {
        "email": "Zoe@Exemple.fr",
        "full_name": "Zoé Martin",
        "authority": str(authority.pk),
        **changed,
    }


def test_the_administrator_makes_an_account(ada, calling, authority_93):
    answer = calling(ada).post("users", wanted(authority_93))

    assert answer.status_code == 201
    made = User.objects.get(email="zoe@exemple.fr")
    assert answer.json()["id"] == str(made.pk)
    assert made.home_authority == authority_93
    assert not made.has_usable_password()
    assert made.verified_at is None
    assert not made.memberships.exists()


@pytest.mark.sec("SEC-AL1")
def test_a_new_account_is_an_entry_without_its_name(ada, calling, authority_93):
    calling(ada).post("users", wanted(authority_93))

    (entry,) = entries(act="user:made")
    assert entry.tenant == authority_93.pk
    assert b"zoe" not in bytes(entry.body).lower()
    assert str(User.objects.get(email="zoe@exemple.fr").pk) not in bytes(entry.body).decode()


@pytest.mark.parametrize("who", ["alice", "nadia", "paul", "olga"])
@pytest.mark.usefixtures("alice")
def test_nobody_else_makes_one(request, who, calling, authority_93):
    answer = calling(request.getfixturevalue(who)).post("users", wanted(authority_93))

    assert answer.status_code == 403
    assert not User.objects.filter(email="zoe@exemple.fr").exists()


def test_an_address_is_taken_once(ada, paul, calling, authority_93):
    answer = calling(ada).post("users", wanted(authority_93, email="PAUL@exemple.fr"))

    assert answer.status_code == 409
    assert "paul" not in answer.content.decode().lower()


@pytest.mark.sec("SEC-IN6")
@pytest.mark.parametrize(
    "field",
    [
        "id",
        "is_active",
        "verified_at",
        "is_superuser",
        "is_staff",
        "password",
        "home_authority",
        "memberships",
        "role",
        "groups",
    ],
)
def test_what_is_not_asked_for_is_refused(ada, calling, authority_93, field):
    answer = calling(ada).post("users", wanted(authority_93, **{field: True}))

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not User.objects.filter(email="zoe@exemple.fr").exists()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"email": "zoe"}, "email"),
        ({"email": "élodie@exemple.fr"}, "email"),
        ({"email": 1}, "email"),
        ({"full_name": ""}, "full_name"),
        ({"full_name": "Zoe\u0301"}, "full_name"),
        ({"language": "de"}, "language"),
        ({"authority": "93"}, "authority"),
    ],
)
def test_an_account_that_cannot_be_is_refused(ada, calling, authority_93, changed, field):
    answer = calling(ada).post("users", wanted(authority_93, **changed))

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_a_stranger_makes_none(anonymous, authority_93):
    assert anonymous.post("users", wanted(authority_93)).status_code == 401


# --- POST …/verify ----------------------------------------------------------------------------------------


def verify(caller, user):
    return caller.post(f"users/{user.pk}/verify", {})


def test_the_administrator_vouches_for_an_account(ada, alice, calling, authority_93):
    """domain.md T01 asks for a verified account; who made sure, and when, is an entry."""
    assert alice.user.verified_at is None

    answer = verify(calling(ada), alice.user)

    assert answer.status_code == 200
    verified = User.objects.get(pk=alice.user.pk).verified_at
    assert verified is not None
    assert answer.json()["verified_at"] == verified.isoformat().replace("+00:00", "Z")
    assert len(entries(act="user:verified")) == 1
    again = verify(calling(ada), alice.user)
    assert (again.status_code, again.json()["code"]) == (409, "already-there")
    assert User.objects.get(pk=alice.user.pk).verified_at == verified
    assert len(entries(act="user:verified")) == 1


def test_nobody_vouches_for_the_own_account(ada, calling):
    answer = verify(calling(ada), ada.user)

    assert (answer.status_code, answer.json()["code"]) == (403, "own-account")
    assert User.objects.get(pk=ada.user.pk).verified_at is None


@pytest.mark.parametrize(("who", "status"), [("alice", 403), ("nadia", 403), ("paul", 403), ("olga", 404)])
def test_nobody_else_vouches_for_it(request, who, status, alice, calling):
    """Another authority's administrator doesn't know of the account."""
    answer = verify(calling(request.getfixturevalue(who)), alice.user)

    assert answer.status_code == status
    assert User.objects.get(pk=alice.user.pk).verified_at is None


def test_a_stranger_vouches_for_nobody(anonymous, alice):
    assert verify(anonymous, alice.user).status_code == 401
