"""GET and POST /api/v1/memberships, and their end, for each kind of caller."""

import json
from datetime import timedelta
from itertools import product
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.actions import memberships
from accounts.actions.memberships import Appointment
from accounts.actor import SYSTEM
from accounts.errors import InvalidInput
from accounts.models import Membership, Organisation, Unit, User
from accounts.permissions import PERMISSIONS
from accounts.roles import BY_ONE, BY_TWO, NEED_ORGANISATION, NEED_UNIT, POWERFUL, Role
from tests.accounts.conftest import entries
from tests.night import some


def ids(answer) -> set[str]:
    return {line["id"] for line in answer.json()["results"]}


def wanted(authority, /, **changed):
    body = {"email": "zoe@exemple.fr", "role": "statistician", "authority": str(authority.pk)}
    return {**body, **changed}


@pytest.fixture
def zoe(make_user):
    return make_user("zoe")


# --- GET --------------------------------------------------------------------------------------------------


def test_the_administrator_sees_those_of_the_authority(ada, alice, nadia, paul, calling):
    answer = calling(ada).get("memberships")

    assert ids(answer) == {str(m.pk) for m in (ada, alice, nadia)}
    assert len(entries(act="membership:listed", tenant=ada.authority_id)) == 1


def test_they_can_be_filtered(ada, alice, nadia, member, authority_93, calling):
    ended = member(Role.ASSESSOR, authority_93, user=alice.user, valid_to=timezone.now())
    caller = calling(ada)

    assert ids(caller.get("memberships", user=str(alice.user_id))) == {str(alice.pk), str(ended.pk)}
    assert ids(caller.get("memberships", role="filer")) == {str(alice.pk)}
    assert ids(caller.get("memberships", in_force="true")) == {str(m.pk) for m in (ada, alice, nadia)}


def test_another_authoritys_are_not_to_be_had_by_asking(ada, paul, authority_75, calling):
    caller = calling(ada)

    assert ids(caller.get("memberships", authority=str(authority_75.pk))) == set()
    assert ids(caller.get("memberships", user=str(paul.user_id))) == set()


@pytest.mark.parametrize("who", ["alice", "nadia"])
@pytest.mark.usefixtures("alice")
def test_nobody_else_sees_them(request, who, calling):
    assert calling(request.getfixturevalue(who)).get("memberships").status_code == 403


def test_a_stranger_sees_none(anonymous):
    assert anonymous.get("memberships").status_code == 401


# --- POST -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", sorted(BY_ONE))
def test_the_administrator_grants_a_role_that_opens_no_case(ada, zoe, calling, authority_93, role):
    answer = calling(ada).post("memberships", wanted(authority_93, role=role))

    assert answer.status_code == 201
    made = Membership.objects.get(user=zoe)
    assert (made.role, made.authority, made.valid_to) == (role, authority_93, None)


@pytest.mark.sec("SEC-AZ12", "SEC-AZ24")
@pytest.mark.parametrize("role", sorted(BY_TWO))
def test_every_other_role_needs_two_persons(ada, zoe, calling, authority_93, unit, organisation, role):
    more = {"unit": str(unit.pk)} if role in NEED_UNIT else {}
    more |= {"organisation": str(organisation.pk)} if role in NEED_ORGANISATION else {}
    more |= {"certificate": timezone.now().date().isoformat()} if role == Role.MEASURE_SERVICE else {}

    answer = calling(ada).post("memberships", wanted(authority_93, role=role, **more))

    assert answer.status_code == 403
    assert answer.json()["code"] == "two-persons-needed"
    assert not Membership.objects.filter(user=zoe).exists()


def test_the_powerful_roles_are_those_of_the_rule():
    """SEC-AZ12: coordinator, auditor, administrators; and the officer, who reads the journal and lifts veils."""
    of_the_rule = {"crip_coordinator", "auditor", "dpo", "territory_admin", "platform_admin"}
    second_persons = {*PERMISSIONS["memberships.confirm"], *PERMISSIONS["factors.reset"]}

    assert of_the_rule | second_persons == set(POWERFUL), "who could make a second person alone would be two"


@pytest.mark.sec("SEC-AL1")
def test_a_grant_is_an_entry_about_the_person(ada, zoe, calling, authority_93):
    calling(ada).post("memberships", wanted(authority_93))

    (entry,) = entries(act="membership:granted")
    body = json.loads(bytes(entry.body))
    assert entry.tenant == authority_93.pk
    assert body["to"] == "statistician"
    assert body["role"] == "territory_admin"
    assert len(body["obj"]) == 1
    assert body["obj"][0] not in (body["actor"], str(zoe.pk))


@pytest.mark.sec("SEC-AZ10")
def test_the_role_counts_from_the_next_request_on(ada, zoe, calling, token_of, authority_93, member):
    granted = calling(ada).post("memberships", wanted(authority_93)).json()

    caller = calling(Membership.objects.get(pk=granted["id"]))
    assert caller.get("me").json()["positions"][0]["role"]["code"] == "statistician"


WATCHERS = ("auditor", "platform_admin", "territory_admin")
#: Whose pages hold no case of others, by domain.md §1.3: they may stand beside an auditor or an administrator.
NO_CASES = ("filer", "filer_org_lead", "dpo", "statistician", "directory_editor", "api_119")


@pytest.mark.sec("SEC-AZ16")
@pytest.mark.parametrize(("watcher", "first", "role"), [
    (*one, role) for role in Role if role not in WATCHERS
    for one in some(list(product(WATCHERS, ["watcher", "other"])), role, 2)
])  # fmt: skip
def test_nobody_watches_over_readers_and_reads(
    member, zoe, authority_93, unit, organisation, watcher, role, first
):
    """Whoever of two roles is given second is refused, with a sentence at the field; elsewhere it may be held."""
    places = {role: {}, watcher: {}}
    places[role] |= {"unit": unit} if role in NEED_UNIT else {}
    places[role] |= {"organisation": organisation} if role in NEED_ORGANISATION else {}
    held, given = (watcher, role) if first == "watcher" else (role, watcher)
    member(Role(held), authority_93, user=zoe, **places[held])
    seen = timezone.now().date() if given == Role.MEASURE_SERVICE else None
    wanted = Appointment(
        user=zoe, role=Role(given), authority=authority_93, certificate=seen, **places[given]
    )

    if role in NO_CASES:
        assert memberships.grant(actor=SYSTEM, at=timezone.now(), appointment=wanted).role == given
        return
    with pytest.raises(InvalidInput) as refused:
        memberships.grant(actor=SYSTEM, at=timezone.now(), appointment=wanted)
    assert refused.value.extra["fields"] == {"role": ["held-apart"]}


@pytest.mark.sec("SEC-AZ16")
def test_what_has_ended_or_is_elsewhere_doesnt_keep_a_role_apart(
    ada, member, zoe, calling, authority_93, authority_75
):
    now = timezone.now()
    User.objects.filter(pk=zoe.pk).update(home_authority=authority_93)
    member(Role.AUDITOR, authority_75, user=zoe)
    ended = member(Role.AUDITOR, authority_93, user=zoe, valid_from=now - timedelta(days=9), valid_to=now)
    later = member(Role.AUDITOR, authority_93, user=zoe, valid_from=now + timedelta(days=9))
    until = (now + timedelta(days=8)).isoformat()

    assessor = wanted(authority_93, role="assessor")
    refused = calling(ada).post("membership-requests", assessor)
    granted = calling(ada).post("membership-requests", assessor | {"valid_to": until})

    assert (refused.status_code, granted.status_code) == (400, 201)
    assert "held-apart" in refused.content.decode()
    assert not {ended, later} & set(Membership.objects.in_force(now)), "what bars isn't held yet"


def test_nobody_grants_to_themself(ada, calling, authority_93):
    answer = calling(ada).post("memberships", wanted(authority_93, email="ada@exemple.fr"))

    assert (answer.status_code, answer.json()["code"]) == (403, "own-grant")


@pytest.mark.parametrize("who", ["alice", "nadia", "paul", "olga"])
@pytest.mark.usefixtures("alice")
def test_nobody_else_grants(request, who, zoe, calling, authority_93):
    answer = calling(request.getfixturevalue(who)).post("memberships", wanted(authority_93))

    assert answer.status_code == 403
    assert not Membership.objects.filter(user=zoe).exists()


def test_whoever_may_not_grant_learns_of_no_account(nadia, zoe, calling, authority_93):
    known = calling(nadia).post("memberships", wanted(authority_93)).json()
    unknown = calling(nadia).post("memberships", wanted(authority_93, email="personne@exemple.fr")).json()

    known.pop("request_id"), unknown.pop("request_id")
    assert known == unknown


def test_nobody_holds_the_same_thing_twice(ada, zoe, calling, authority_93):
    caller = calling(ada)
    caller.post("memberships", wanted(authority_93))

    answer = caller.post("memberships", wanted(authority_93))

    assert answer.status_code == 409
    assert Membership.objects.filter(user=zoe).count() == 1


def test_a_period_may_be_given(ada, zoe, calling, authority_93):
    since, until = timezone.now() + timedelta(days=1), timezone.now() + timedelta(days=2)

    answer = calling(ada).post(
        "memberships", wanted(authority_93, valid_from=since.isoformat(), valid_to=until.isoformat())
    )

    assert answer.status_code == 201
    made = Membership.objects.get(user=zoe)
    assert (made.valid_from, made.valid_to) == (since, until)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"email": "personne@exemple.fr"}, "email"),
        ({"email": "zoe"}, "email"),
        ({"role": "system"}, "role"),
        ({"unit": str(uuid4())}, "unit"),
        ({"organisation": str(uuid4())}, "organisation"),
        ({"valid_from": "2026-01-01T00:00:00Z"}, "valid_from"),
        ({"valid_to": "2026-01-01T00:00:00Z"}, "valid_to"),
        ({"user": str(uuid4())}, "user"),
        ({"is_active": True}, "is_active"),
    ],
)
def test_a_grant_that_cannot_be_is_refused(ada, zoe, calling, authority_93, changed, field):
    answer = calling(ada).post("memberships", wanted(authority_93, **changed))

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not Membership.objects.filter(user=zoe).exists()


@pytest.mark.sec("SEC-IN7")
@pytest.mark.parametrize(
    ("field", "model", "given"),
    [("unit", Unit, {"name": "x"}), ("organisation", Organisation, {"name": "x", "kind": "other"})],
)
def test_what_is_anothers_looks_absent(ada, zoe, calling, authority_93, authority_75, field, model, given):
    elsewhere = model.objects.create(authority=authority_75, **given)
    caller = calling(ada)

    anothers = caller.post("memberships", wanted(authority_93, **{field: str(elsewhere.pk)})).json()
    absent = caller.post("memberships", wanted(authority_93, **{field: str(uuid4())})).json()

    anothers.pop("request_id"), absent.pop("request_id")
    assert anothers == absent


# --- end --------------------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AZ10")
def test_an_ended_membership_gives_no_right_on_the_next_request(ada, alice, calling):
    program = calling(alice)
    assert program.get("me").status_code == 200

    answer = calling(ada).post(f"memberships/{alice.pk}/end")

    assert answer.status_code == 200
    assert answer.json()["valid_to"] is not None
    assert program.get("me").status_code == 401
    (entry,) = entries(act="membership:ended")
    assert entry.tenant == alice.authority_id


def test_a_powerful_role_is_taken_away_by_one_person(ada, nadia, calling):
    """Two persons are needed to give it; a phished coordinator can't wait for the second."""
    assert calling(ada).post(f"memberships/{nadia.pk}/end").status_code == 200


def test_one_that_had_not_begun_never_will(ada, member, authority_93, calling):
    later = member(Role.ASSESSOR, authority_93, valid_from=timezone.now() + timedelta(days=1))

    assert calling(ada).post(f"memberships/{later.pk}/end").status_code == 200
    later.refresh_from_db()
    assert later.valid_to == later.valid_from


def test_it_ends_once(ada, alice, calling):
    caller = calling(ada)
    caller.post(f"memberships/{alice.pk}/end")

    assert caller.post(f"memberships/{alice.pk}/end").status_code == 409
    assert len(entries(act="membership:ended")) == 1


@pytest.mark.sec("SEC-AZ5")
def test_anothers_and_absent_look_the_same(ada, paul, calling):
    caller = calling(ada)

    anothers = caller.post(f"memberships/{paul.pk}/end")
    absent = caller.post(f"memberships/{uuid4()}/end")

    assert anothers.status_code == absent.status_code == 404
    problems = [anothers.json(), absent.json()]
    for problem in problems:
        problem.pop("request_id")
    assert problems[0] == problems[1]
    paul.refresh_from_db()
    assert paul.valid_to is None


@pytest.mark.parametrize("who", ["alice", "nadia"])
def test_nobody_else_ends_one(request, who, alice, calling):
    answer = calling(request.getfixturevalue(who)).post(f"memberships/{alice.pk}/end")

    assert answer.status_code == 403
    alice.refresh_from_db()
    assert alice.valid_to is None


def test_a_stranger_ends_none(alice, anonymous):
    assert anonymous.post(f"memberships/{alice.pk}/end").status_code == 401
