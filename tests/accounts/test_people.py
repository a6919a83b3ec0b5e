"""Lists of people: states, roles, filters, search by name, and one person; each look is an entry."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import MailedLink
from accounts.roles import Role
from tests.accounts.conftest import PASSWORD, entries
from tests.accounts.test_users_api import emails
from tests.factories.factors import give_passkey
from tests.night import one_in


@pytest.fixture
def caller(ada, calling):
    return calling(ada)


def line_of(answer, name):
    return next(line for line in answer.json()["results"] if line["email"].startswith(name))


@pytest.mark.parametrize("state", ["closed", "program", "invited", "not_invited", "no_factor", "active"])
def test_each_account_is_in_one_state_and_can_be_looked_for_by_it(
    caller, make_user, member, authority_93, state
):
    of_here = {"home_authority": authority_93}
    make_user("closed", password=PASSWORD, is_active=False, **of_here)
    member(Role.API_119, authority_93, user=make_user("program"))
    invited = make_user("invited", **of_here)
    MailedLink.objects.create(user=invited, code=b"c" * 32, expires_at=timezone.now() + timedelta(days=7))
    make_user("not_invited", **of_here)
    make_user("no_factor", password=PASSWORD, **of_here)
    give_passkey(make_user("active", password=PASSWORD, **of_here))

    answer = caller.get("users", state=state)

    assert emails(answer) - {"ada"} == {state}
    assert line_of(answer, state)["state"] == state


def test_people_are_looked_for_by_role_and_place(
    caller, alice, nadia, organisation, unit, member, make_user, authority_93
):
    member(Role.ASSESSMENT_LEAD, authority_93, user=make_user("lea"), unit=unit)

    assert emails(caller.get("users", role="crip_coordinator")) == {"nadia"}
    assert emails(caller.get("users", place=str(organisation.pk))) == {"alice"}
    assert emails(caller.get("users", place=str(unit.pk))) == {"lea"}
    assert emails(caller.get("users", place=str(unit.pk), role="filer")) == set()


def test_a_role_that_has_ended_is_not_looked_for_nor_listed(caller, alice, nadia, ada):
    alice.valid_to = timezone.now() - timedelta(hours=1)
    alice.save()

    assert emails(caller.get("users", role="filer")) == set()
    assert line_of(caller.get("users"), "alice")["roles"] == []


@pytest.mark.sec("SEC-AZ1")
def test_roles_of_elsewhere_are_not_listed(caller, ada, alice, member, authority_75):
    member(Role.CRIP_COORDINATOR, authority_75, user=alice.user)

    listed = line_of(caller.get("users"), "alice")["roles"]
    read = caller.get(f"users/{alice.user.pk}").json()["roles"]

    assert [role["role"]["code"] for role in listed] == ["filer"]
    assert [role["role"]["code"] for role in read] == ["filer"]
    assert emails(caller.get("users", role="crip_coordinator")) == set()


def test_one_person_has_past_roles_too_and_what_waits(caller, ada, alice, member, authority_93, signed_in):
    ended = timezone.now() - timedelta(days=1)
    member(Role.ASSESSOR, authority_93, user=alice.user, valid_to=ended)
    said = {"email": alice.user.email, "role": "supervisor", "authority": str(authority_93.pk)}
    assert signed_in(ada.user).post("membership-requests", said).status_code == 201

    read = caller.get(f"users/{alice.user.pk}")

    assert read.status_code == 200
    assert {role["role"]["code"] for role in read.json()["roles"]} == {"filer", "assessor"}
    assert [one["role"]["code"] for one in read.json()["requests"]] == ["supervisor"]
    assert len(entries(act="user:listed")) == 1


@pytest.mark.sec("SEC-AZ5")
def test_somebody_of_elsewhere_is_not_there(caller, paul):
    assert caller.get(f"users/{paul.user.pk}").status_code == 404


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("zoe", {"zm"}),
        ("ZOÉ", {"zm"}),
        ("martín zo", {"zm"}),
        ("elan", {"zm", "elan"}),
        ("élan @exemple", {"zm", "elan"}),
        ("elan zoe nadia", set()),
    ],
)
def test_people_are_found_by_words_whatever_their_accents(caller, make_user, authority_93, words, found):
    make_user("elan", home_authority=authority_93)
    somebody = make_user("zm", home_authority=authority_93)
    somebody.full_name = "Zoé Martin-Élan"
    somebody.save()

    assert emails(caller.post("users/search", {"words": words})) == found


@pytest.mark.sec("SEC-AL1", "SEC-AZ1")
def test_a_search_finds_nobody_of_elsewhere_and_is_an_entry(caller, ada, paul):
    answer = caller.post("users/search", {"words": "paul"})

    assert (answer.status_code, answer.json()) == (200, {"results": [], "more": False})
    (entry,) = entries(act="user:listed")
    assert (entry.tenant, json.loads(bytes(entry.body))["n"]) == (ada.authority_id, 0)
    assert b"paul" not in bytes(entry.body)


def test_a_search_shows_the_first_and_says_that_there_are_more(caller, make_user, authority_93):
    for number in range(51):
        make_user(f"personne-{number:02}", home_authority=authority_93)

    answer = caller.post("users/search", {"words": "personne"}).json()

    assert (len(answer["results"]), answer["more"]) == (50, True)
    assert answer["results"][0]["email"] == "personne-00@exemple.fr"


@pytest.mark.parametrize(
    "body", [{}, {"words": ""}, {"words": "x" * 101}, {"words": 1}, {"words": "a", "q": 1}]
)
def test_a_search_without_words_is_refused(caller, body):
    assert caller.post("users/search", body).status_code == 400


@pytest.mark.parametrize("role", one_in(4, [role for role in Role if role is not Role.TERRITORY_ADMIN]))
def test_no_other_role_looks_for_people(member, alice, authority_93, calling, role):
    caller = calling(member(role, authority_93))

    assert caller.post("users/search", {"words": "alice"}).status_code == 403
    assert caller.get(f"users/{alice.user.pk}").status_code == 403


@pytest.mark.parametrize(
    "asked", [{"state": "asleep"}, {"role": "teacher"}, {"place": "here"}, {"name": "alice"}]
)
def test_filters_that_there_are_none_of_are_refused(caller, asked):
    assert caller.get("users", **asked).status_code == 400
