"""Lost factors: one person asks, another confirms; nobody alone, nobody for themself (SEC-AU1)."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts import sessions
from accounts.models import Factor, FactorReset, RecoveryCode, Session
from accounts.roles import Role
from outbox.models import Notice
from tests.accounts.conftest import PASSWORD, Caller, entries
from tests.factories.factors import give_passkey

pytestmark = pytest.mark.sec("SEC-AU1")

HOW = {"how": "in_person"}


@pytest.fixture
def sam(member, make_user, authority_93):
    """A supervisor of 93, who may confirm and not ask."""
    return member(Role.SUPERVISOR, authority_93, user=make_user("sam", password=PASSWORD))


@pytest.fixture
def asked(alice, ada, signed_in):
    """Alice has lost her key, says Ada."""
    give_passkey(alice.user)
    answer = signed_in(ada.user).post(f"users/{alice.user_id}/factor-reset", HOW)
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_two_persons_reset_and_the_owner_is_told_of_both(alice, sam, asked, signed_in):
    theirs = signed_in(alice.user)
    assert Factor.objects.filter(user=alice.user).exists()
    caller = signed_in(sam.user)
    (line,) = caller.get("factor-resets").json()["results"]
    assert line["id"] == asked["id"]

    done = caller.post(f"factor-resets/{asked['id']}/confirm", HOW)

    assert done.status_code == 200
    assert not Factor.objects.filter(user=alice.user).exists()
    assert not RecoveryCode.objects.filter(user=alice.user).exists()
    assert theirs.get("me").status_code == 401
    told = Notice.objects.filter(user_id=alice.user_id, channel="mail").values_list("template", flat=True)
    assert sorted(told) == ["account.factors", "account.reset"]
    assert len(entries(act="factor:reset-asked")) == len(entries(act="factor:reset")) == 1
    again = Caller(Client()).post("session", {"email": alice.user.email, "password": PASSWORD})
    assert again.json()["awaited"] == "enrolment"


def test_a_refusal_changes_nothing(alice, sam, asked, signed_in):
    caller = signed_in(sam.user)
    assert caller.post(f"factor-resets/{asked['id']}/refuse").status_code == 200

    assert Factor.objects.filter(user=alice.user).exists()
    assert caller.post(f"factor-resets/{asked['id']}/confirm", HOW).status_code == 404
    assert len(entries(act="factor:reset-refused")) == 1


def test_whoever_asked_confirms_nothing(ada, asked, signed_in):
    answer = signed_in(ada.user).post(f"factor-resets/{asked['id']}/confirm", HOW)

    assert (answer.status_code, answer.json()["code"]) == (403, "own-reset")


def test_nobody_asks_or_confirms_for_themself(ada, sam, member, make_user, authority_93, signed_in):
    own = signed_in(ada.user).post(f"users/{ada.user_id}/factor-reset", HOW)
    other = member(Role.TERRITORY_ADMIN, authority_93, user=make_user("omar", password=PASSWORD))
    asked = signed_in(other.user).post(f"users/{sam.user_id}/factor-reset", HOW).json()

    assert own.json()["code"] == "own-reset"
    assert signed_in(sam.user).post(f"factor-resets/{asked['id']}/confirm", HOW).json()["code"] == "own-reset"


def test_another_authority_sees_nothing_of_it(asked, olga, make_user, signed_in):
    olga.user.set_password(PASSWORD)
    olga.user.save()
    caller = signed_in(olga.user)

    assert caller.get("factor-resets").json()["results"] == []
    assert caller.post(f"factor-resets/{asked['id']}/confirm", HOW).status_code == 404
    assert caller.post(f"users/{asked['user']}/factor-reset", HOW).status_code == 404


def test_an_authority_that_somebody_has_left_resets_nothing(
    ada, asked, member, make_user, authority_75, signed_in
):
    """Two who were once a person's colleagues can't make their way into the account where that person works now."""
    once = make_user("nadia", home_authority=authority_75)
    past = member(Role.CRIP_COORDINATOR, ada.authority, user=once)
    caller = signed_in(ada.user)
    assert caller.post(f"memberships/{past.pk}/end").status_code == 200
    give_passkey(once)

    assert caller.post(f"users/{once.pk}/factor-reset", HOW).status_code == 404
    FactorReset.objects.create(user=once, asked_by=ada.user, asked_at=timezone.now())
    assert len(caller.get("factor-resets").json()["results"]) == 1  # the one of the fixture


def test_a_role_given_there_makes_no_account_theirs(ada, member, make_user, authority_75, signed_in):
    """Whoever was made or works elsewhere too is that authority's affair: else any two could take an account over."""
    caller = signed_in(ada.user)
    at_home = make_user("chez", home_authority=authority_75)
    at_both = make_user("deux")
    member(Role.CRIP_COORDINATOR, authority_75, user=at_both)
    for user in (at_home, at_both):
        member(Role.FILER, ada.authority, user=user)
        give_passkey(user)
        assert caller.post(f"users/{user.pk}/factor-reset", HOW).status_code == 404
        FactorReset.objects.create(user=user, asked_by=ada.user, asked_at=timezone.now())
    assert caller.get("factor-resets").json()["results"] == []


def test_a_request_dies_with_the_askers_role(ada, sam, asked, signed_in):
    ada.valid_to = timezone.now()
    ada.save()
    second = signed_in(sam.user)

    assert second.get("factor-resets").json()["results"] == []
    assert second.post(f"factor-resets/{asked['id']}/confirm", HOW).status_code == 404


def test_no_session_is_told_of_that_ended_with_the_factors(alice, asked, sam, signed_in):
    signed_in(alice.user), signed_in(alice.user)
    signed_in(sam.user).post(f"factor-resets/{asked['id']}/confirm", HOW)

    assert not Session.objects.filter(person=sessions._person(alice.user_id)).exists()


def test_who_files_asks_and_confirms_nothing(alice, asked, signed_in):
    caller = signed_in(alice.user)

    assert caller.get("factor-resets").status_code == 403
    assert caller.post(f"users/{asked['user']}/factor-reset", HOW).status_code == 403
    assert caller.post(f"factor-resets/{asked['id']}/confirm", HOW).status_code == 403


def test_it_is_asked_once_and_waits_for_a_week(ada, sam, asked, signed_in):
    caller = signed_in(ada.user)
    assert caller.post(f"users/{asked['user']}/factor-reset", HOW).status_code == 409

    FactorReset.objects.update(asked_at=timezone.now() - timedelta(days=7, seconds=1))
    second = signed_in(sam.user)
    assert second.post(f"factor-resets/{asked['id']}/confirm", HOW).status_code == 404
    assert second.get("factor-resets").json()["results"] == []
    assert caller.post(f"users/{asked['user']}/factor-reset", HOW).status_code == 201


def test_the_host_resets_an_administrator(ada):
    give_passkey(ada.user)
    call_command("reset_factors", ada.user.email, "--how", "called_back", stdout=StringIO())

    assert not Factor.objects.exists()
    assert len(entries(act="factor:reset")) == 1
    for unknown in ("personne@exemple.fr", "personne"):
        with pytest.raises(CommandError):
            call_command("reset_factors", unknown, "--how", "called_back")


# --- Who asks -----------------------------------------------------------------------------------------


def test_each_of_the_two_says_how_they_made_sure_who_asks(alice, ada, sam, signed_in):
    """Stored and journaled, and shown to the second person, who makes sure anew (ASVS 6.4.4)."""
    give_passkey(alice.user)
    made = signed_in(ada.user).post(f"users/{alice.user_id}/factor-reset", {"how": "called_back"}).json()
    caller = signed_in(sam.user)
    assert [line["asked_how"] for line in caller.get("factor-resets").json()["results"]] == ["called_back"]

    done = caller.post(f"factor-resets/{made['id']}/confirm", {"how": "video"}).json()

    assert (done["asked_how"], done["decided_how"]) == ("called_back", "video")
    said = [
        json.loads(bytes(one.body))["to"]
        for act in ("factor:reset-asked", "factor:reset")
        for one in entries(act=act)
    ]
    assert said == ["called_back", "video"]


@pytest.mark.parametrize(("body", "code"), [({}, "required"), ({"how": "a_mail"}, "not-a-choice")])
def test_without_saying_how_nothing_is_reset(alice, ada, sam, asked, signed_in, body, code):
    for caller, path in (
        (signed_in(ada.user), f"users/{sam.user_id}/factor-reset"),
        (signed_in(sam.user), f"factor-resets/{asked['id']}/confirm"),
    ):
        answer = caller.post(path, body)
        assert answer.status_code == 400
        assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [("how", code)]
    assert Factor.objects.filter(user=alice.user).exists()
    assert FactorReset.objects.get().decided_at is None


def test_a_refusal_says_nothing_of_it(sam, asked, signed_in):
    done = signed_in(sam.user).post(f"factor-resets/{asked['id']}/refuse").json()

    assert (done["confirmed"], done["decided_how"]) == (False, "")


def test_the_host_says_it_too(ada):
    give_passkey(ada.user)
    with pytest.raises(CommandError):
        call_command("reset_factors", ada.user.email)
    assert Factor.objects.exists()

    call_command("reset_factors", ada.user.email, "--how", "in_person", stdout=StringIO())

    (entry,) = entries(act="factor:reset")
    assert json.loads(bytes(entry.body))["to"] == "in_person"
