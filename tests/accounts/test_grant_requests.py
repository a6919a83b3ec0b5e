"""Roles of two: one administrator asks, another person confirms; nobody alone, nobody for themself (SEC-AZ12)."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import GrantRequest, Membership
from accounts.roles import BY_ONE, POWERFUL, Role
from tests.accounts.conftest import PASSWORD, entries

pytestmark = pytest.mark.sec("SEC-AZ12")
REQUESTS = "membership-requests"


@pytest.fixture
def zoe(make_user):
    return make_user("zoe")


@pytest.fixture
def sam(member, make_user, authority_93):
    """A supervisor of 93, who may confirm and not ask."""
    return member(Role.SUPERVISOR, authority_93, user=make_user("sam", password=PASSWORD))


def wanted(authority, /, **changed):
    return {"email": "zoe@exemple.fr", "role": "crip_coordinator", "authority": str(authority.pk)} | changed


@pytest.fixture
def asked(ada, zoe, authority_93, signed_in):
    answer = signed_in(ada.user).post(REQUESTS, wanted(authority_93))
    assert answer.status_code == 201, answer.content
    assert not Membership.objects.filter(user=zoe).exists()
    return answer.json()


@pytest.mark.parametrize("role", sorted(POWERFUL))
def test_a_powerful_role_is_given_by_two(ada, sam, zoe, signed_in, authority_93, role):
    made = signed_in(ada.user).post(REQUESTS, wanted(authority_93, role=role)).json()
    caller = signed_in(sam.user)
    (line,) = caller.get(REQUESTS).json()["results"]
    assert (line["id"], line["role"]["code"], line["confirmed"]) == (made["id"], role, None)

    done = caller.post(f"{REQUESTS}/{made['id']}/confirm")

    assert done.status_code == 200
    held = Membership.objects.get(user=zoe)
    assert (str(held.pk), held.role, held.authority) == (done.json()["membership"], role, authority_93)
    assert caller.get(REQUESTS).json()["results"] == []
    assert caller.post(f"{REQUESTS}/{made['id']}/confirm").status_code == 404


@pytest.mark.sec("SEC-AZ11")
def test_both_stand_in_the_journal(sam, asked, signed_in):
    signed_in(sam.user).post(f"{REQUESTS}/{asked['id']}/confirm")

    (first,), (second,) = entries(act="membership:asked"), entries(act="membership:granted")
    said, given = json.loads(bytes(first.body)), json.loads(bytes(second.body))
    assert given["obo"] == said["actor"] != given["actor"]
    assert said["obj"] == given["obj"]
    assert said["to"] == given["to"] == "crip_coordinator"


def test_a_refusal_gives_nothing(sam, zoe, asked, signed_in):
    caller = signed_in(sam.user)

    assert caller.post(f"{REQUESTS}/{asked['id']}/refuse").status_code == 200

    assert not Membership.objects.filter(user=zoe).exists()
    assert caller.post(f"{REQUESTS}/{asked['id']}/confirm").status_code == 404
    assert len(entries(act="membership:refused")) == 1


def test_whoever_asked_doesnt_confirm(ada, zoe, asked, signed_in):
    answer = signed_in(ada.user).post(f"{REQUESTS}/{asked['id']}/confirm")

    assert (answer.status_code, answer.json()["code"]) == (403, "two-persons-needed")
    assert not Membership.objects.filter(user=zoe).exists()


def test_nobody_asks_or_confirms_for_themself(ada, sam, authority_93, signed_in):
    caller = signed_in(ada.user)
    own = caller.post(REQUESTS, wanted(authority_93, email="ada@exemple.fr", role="dpo"))
    made = caller.post(REQUESTS, wanted(authority_93, email="sam@exemple.fr", role="dpo")).json()

    assert own.json()["code"] == "own-grant"
    answer = signed_in(sam.user).post(f"{REQUESTS}/{made['id']}/confirm")
    assert answer.json()["code"] == "own-grant"


@pytest.mark.parametrize("why", ["the asker left", "a week went by"])
def test_a_request_dies_with_the_askers_role_and_with_time(
    ada, sam, zoe, asked, authority_93, signed_in, why
):
    if why == "a week went by":
        GrantRequest.objects.update(asked_at=timezone.now() - timedelta(days=7, seconds=1))
    else:
        Membership.objects.filter(pk=ada.pk).update(valid_to=timezone.now())
    caller = signed_in(sam.user)

    assert caller.get(REQUESTS).json()["results"] == []
    assert caller.post(f"{REQUESTS}/{asked['id']}/confirm").status_code == 404
    assert not Membership.objects.filter(user=zoe).exists()


def test_it_is_asked_once_and_again_when_it_has_lapsed(ada, asked, authority_93, signed_in):
    caller = signed_in(ada.user)
    assert caller.post(REQUESTS, wanted(authority_93)).status_code == 409

    GrantRequest.objects.update(asked_at=timezone.now() - timedelta(days=7, seconds=1))
    assert caller.post(REQUESTS, wanted(authority_93)).status_code == 201


@pytest.mark.sec("SEC-IN12")
def test_the_same_request_under_one_key_is_made_once(ada, zoe, authority_93, signed_in):
    caller = signed_in(ada.user)
    first, again = (
        caller.post(REQUESTS, wanted(authority_93), **{"Idempotency-Key": "twice-the-same-request"})
        for _ in range(2)
    )

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()


@pytest.mark.parametrize("role", sorted(BY_ONE))
def test_a_role_that_one_person_gives_isnt_asked_for(ada, zoe, authority_93, signed_in, role):
    answer = signed_in(ada.user).post(REQUESTS, wanted(authority_93, role=role))

    assert answer.status_code == 400
    assert "not-a-choice" in answer.content.decode()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"role": "assessment_lead"}, "unit"),
        ({"role": "measure_service", "certificate": timezone.now().date().isoformat()}, "organisation"),
    ],
)
def test_a_role_that_misses_something_isnt_asked_for(ada, zoe, authority_93, signed_in, changed, field):
    answer = signed_in(ada.user).post(REQUESTS, wanted(authority_93, **changed))

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_roles_that_are_held_apart_arent_asked_for_together(ada, asked, authority_93, signed_in):
    answer = signed_in(ada.user).post(REQUESTS, wanted(authority_93, role="auditor"))

    assert answer.status_code == 400
    assert "held-apart" in answer.content.decode()


def test_what_is_held_isnt_asked_for(ada, member, zoe, authority_93, signed_in):
    member(Role.CRIP_COORDINATOR, authority_93, user=zoe)

    assert signed_in(ada.user).post(REQUESTS, wanted(authority_93)).status_code == 409


def test_what_has_become_of_it_since_is_judged_at_the_end(sam, member, zoe, asked, authority_93, signed_in):
    """Whoever was made an auditor meanwhile doesn't open cases beside it (SEC-AZ16)."""
    member(Role.AUDITOR, authority_93, user=zoe)

    answer = signed_in(sam.user).post(f"{REQUESTS}/{asked['id']}/confirm")

    assert answer.status_code == 400
    assert "held-apart" in answer.content.decode()
    assert GrantRequest.objects.get().decided_at is None


def test_a_role_is_never_given_backwards(ada, sam, zoe, authority_93, signed_in):
    soon = timezone.now() + timedelta(minutes=1)
    made = signed_in(ada.user).post(REQUESTS, wanted(authority_93, valid_from=soon.isoformat())).json()
    GrantRequest.objects.update(valid_from=timezone.now() - timedelta(days=1))

    assert signed_in(sam.user).post(f"{REQUESTS}/{made['id']}/confirm").status_code == 200
    assert Membership.objects.get(user=zoe).valid_from > timezone.now() - timedelta(hours=1)


def test_another_authority_sees_nothing_of_it(asked, olga, authority_93, signed_in):
    olga.user.set_password(PASSWORD)
    olga.user.save()
    caller = signed_in(olga.user)

    assert caller.get(REQUESTS).json()["results"] == []
    assert caller.post(f"{REQUESTS}/{asked['id']}/confirm").status_code == 404
    assert caller.post(REQUESTS, wanted(authority_93)).status_code == 403


def test_who_files_asks_and_confirms_nothing(alice, asked, authority_93, signed_in):
    caller = signed_in(alice.user)

    assert caller.get(REQUESTS).status_code == 403
    assert caller.post(REQUESTS, wanted(authority_93)).status_code == 403
    assert caller.post(f"{REQUESTS}/{asked['id']}/confirm").status_code == 403
