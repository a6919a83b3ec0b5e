"""Who confirms a role that opens cases, and to whom the code of an invitation is shown (SEC-AZ24)."""

import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.models import (
    AccountRequest,
    AuthorityTerritory,
    Factor,
    FactorReset,
    GrantRequest,
    Identity,
    Membership,
    Provisioning,
    User,
)
from accounts.models.provisioning import ProvisioningAct
from accounts.roles import BY_ONE, BY_TWO, NEED_ORGANISATION, NEED_UNIT, POWERFUL, Role
from outbox.models import Channel, Notice
from tests.accounts.conftest import LONG_AGO, PASSWORD, entries
from tests.factories.factors import give_passkey
from tests.night import one_in

pytestmark = pytest.mark.sec("SEC-AZ24")
REQUESTS = "membership-requests"


@pytest.fixture
def sam(member, make_user, authority_93):
    return member(Role.SUPERVISOR, authority_93, user=make_user("sam", password=PASSWORD))


@pytest.fixture
def served(authority_93):
    AuthorityTerritory.objects.create(
        authority=authority_93, department_code="93", valid_from=LONG_AGO.date()
    )


@pytest.fixture
def ben(member, make_user, authority_93):
    """Another administrator of 93."""
    user = make_user("ben", password=PASSWORD, home_authority=authority_93)
    return member(Role.TERRITORY_ADMIN, authority_93, user=user)


@pytest.fixture
def zoe(make_user, authority_93):
    return make_user("zoe", password=PASSWORD, home_authority=authority_93)


def wanted(authority, **changed):
    return {"email": "zoe@exemple.fr", "role": "assessor", "authority": str(authority.pk)} | changed


def refused(answer):
    return (answer.status_code, answer.json().get("code")) == (403, "two-persons-needed")


def add(caller, authority, *roles):
    body = {"email": "zoe@exemple.fr", "full_name": "Zoé Martin", "authority": str(authority.pk)}
    answer = caller.post("invitations", body | {"roles": [{"role": role} for role in roles]})
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_all_roles_but_three_need_two():
    """Typed by hand: SEC-AZ24 names four, and SEC-AZ12 takes the administrator of the platform out of these."""
    assert frozenset({"filer", "statistician", "directory_editor"}) == BY_ONE
    assert frozenset(Role) - BY_ONE == BY_TWO
    assert POWERFUL < BY_TWO


@pytest.mark.parametrize("role", one_in(2, sorted(BY_TWO - POWERFUL)))
def test_the_supervisor_confirms_where_there_is_one_administrator(
    ada, sam, zoe, unit, organisation, authority_93, signed_in, role
):
    more = {"unit": str(unit.pk)} if role in NEED_UNIT else {}
    more |= {"organisation": str(organisation.pk)} if role in NEED_ORGANISATION else {}
    day = timezone.now().date()
    more |= {"certificate": day.isoformat()} if role == Role.MEASURE_SERVICE else {}
    made = signed_in(ada.user).post(REQUESTS, wanted(authority_93, role=role, **more))
    assert made.status_code == 201, made.content
    assert not Membership.objects.filter(user=zoe).exists()

    done = signed_in(sam.user).post(f"{REQUESTS}/{made.json()['id']}/confirm")

    assert (done.status_code, done.json()["code"]) == (200, None), "she has had a password since before"
    held = Membership.objects.get(user=zoe)
    assert (held.role, str(held.pk)) == (role, done.json()["membership"])
    if role == Role.MEASURE_SERVICE:
        seen = (held.honorability_issued_on, held.honorability_seen_on, held.honorability_seen_by)
        assert seen == (day, day, ada.user), "whoever asked saw the certificate"


def acts(user, by, at):
    return {
        "made the account": lambda: Provisioning.objects.create(
            user=user, act=ProvisioningAct.MADE, by=by, at=at
        ),
        "sent its invitation": lambda: Provisioning.objects.create(
            user=user, act=ProvisioningAct.INVITED, by=by, shown_to=None, at=at
        ),
        "asked to reset its factors": lambda: FactorReset.objects.create(
            user=user, asked_by=by, asked_at=at, decided_by=_another(), decided_at=at, confirmed=True
        ),
        "reset its factors": lambda: FactorReset.objects.create(
            user=user, asked_by=_another(), asked_at=at, decided_by=by, decided_at=at, confirmed=True
        ),
    }


def _another():
    return User.objects.create_user(email=f"{User.objects.count()}@exemple.fr", full_name="X", password=None)


ACTS = tuple(acts(None, None, None))


@pytest.mark.parametrize("act", ACTS)
def test_whoever_had_a_hand_in_the_account_doesnt_confirm(ada, ben, zoe, authority_93, signed_in, act):
    acts(zoe, ben.user, timezone.now() - timedelta(days=89))[act]()
    made = signed_in(ada.user).post(REQUESTS, wanted(authority_93)).json()

    assert refused(signed_in(ben.user).post(f"{REQUESTS}/{made['id']}/confirm"))
    assert not Membership.objects.filter(user=zoe).exists()
    assert not Notice.objects.filter(user_id=ben.user_id, template="request.role").exists()
    assert signed_in(ben.user).post(f"{REQUESTS}/{made['id']}/refuse").status_code == 200, "but may refuse it"


@pytest.mark.parametrize("act", ACTS)
def test_the_bar_is_over_after_ninety_days(ada, ben, zoe, authority_93, signed_in, act):
    acts(zoe, ben.user, timezone.now() - timedelta(days=settings.SECOND_PERSON_DAYS))[act]()
    made = signed_in(ada.user).post(REQUESTS, wanted(authority_93)).json()

    assert signed_in(ben.user).post(f"{REQUESTS}/{made['id']}/confirm").status_code == 200
    assert settings.SECOND_PERSON_DAYS == 90


def test_a_row_that_the_service_didnt_write_bars_everybody(ada, ben, sam, zoe, authority_93, signed_in):
    """Whoever keeps the database can't take themself out of it."""
    row = acts(zoe, ben.user, timezone.now())["made the account"]()
    Provisioning.objects.filter(pk=row.pk).update(by=ada.user, mac=b"x" * 32)
    made = signed_in(ada.user).post(REQUESTS, wanted(authority_93)).json()

    for one in (ben, sam):
        assert refused(signed_in(one.user).post(f"{REQUESTS}/{made['id']}/confirm"))


def test_an_account_in_one_hand_is_made_anew_before_it_opens_cases(ada, sam, authority_93, signed_in):
    caller = signed_in(ada.user)
    added = add(caller, authority_93, "filer")
    assert added["code"], "a filer's account: the code is the administrator's to tell"
    user = User.objects.get(pk=added["id"])
    user.set_password(PASSWORD)
    user.save()
    theirs = signed_in(user)
    made = caller.post(REQUESTS, wanted(authority_93)).json()

    done = signed_in(sam.user).post(f"{REQUESTS}/{made['id']}/confirm").json()

    assert done["code"]
    assert theirs.get("me").status_code == 401
    user.refresh_from_db()
    assert not user.has_usable_password()
    assert not Factor.objects.filter(user=user).exists()
    assert not Identity.objects.filter(user=user).exists()
    (entry,) = entries(act="user:access-renewed")
    body = json.loads(bytes(entry.body))
    assert body["obo"] != body["actor"]
    told = Notice.objects.filter(user_id=user.pk, channel=Channel.MAIL).values_list("template", flat=True)
    assert {"account.factors", "account.invitation"} <= set(told)


def test_the_second_role_of_a_newcomer_sends_no_second_code(ada, sam, authority_93, signed_in):
    added = add(signed_in(ada.user), authority_93, "filer", "assessor", "case_referent")
    assert (added["code"], added["state"]) == (None, "not_invited")
    assert {one["role"]["code"] for one in added["requests"]} == {"assessor", "case_referent"}
    second = signed_in(sam.user)

    codes = [second.post(f"{REQUESTS}/{one['id']}/confirm").json()["code"] for one in added["requests"]]

    assert [bool(code) for code in codes] == [True, False]
    rows = Provisioning.objects.filter(user=added["id"]).order_by("at")
    assert [(row.act, row.by, row.shown_to) for row in rows] == [
        ("made", ada.user, None), ("reissued", ada.user, sam.user),
    ]  # fmt: skip


def test_somebody_else_than_who_made_it_sends_another_invitation(ada, ben, sam, authority_93, signed_in):
    added = add(signed_in(ada.user), authority_93, "assessor")
    done = signed_in(sam.user).post(f"{REQUESTS}/{added['requests'][0]['id']}/confirm")
    assert done.json()["code"]

    assert refused(signed_in(ada.user).post(f"users/{added['id']}/invitation"))
    assert signed_in(ben.user).post(f"users/{added['id']}/invitation").json()["code"]


def test_a_lost_code_is_renewed_by_two(ada, sam, authority_93, signed_in):
    """An authority with one administrator: the reset of the ways to sign in shows the supervisor another code."""
    added = add(signed_in(ada.user), authority_93, "assessor")
    second = signed_in(sam.user)
    second.post(f"{REQUESTS}/{added['requests'][0]['id']}/confirm")
    asked = signed_in(ada.user).post(f"users/{added['id']}/factor-reset", {"how": "in_person"})
    assert "code" not in asked.json()

    done = second.post(f"factor-resets/{asked.json()['id']}/confirm", {"how": "in_person"})

    assert done.status_code == 200, done.content
    assert done.json()["code"]


def test_the_reset_of_an_account_is_not_confirmed_by_who_made_it(ada, ben, authority_93, signed_in, member):
    added = add(signed_in(ben.user), authority_93)
    member(Role.ASSESSOR, authority_93, user=User.objects.get(pk=added["id"]))
    asked = signed_in(ada.user).post(f"users/{added['id']}/factor-reset", {"how": "in_person"}).json()

    assert refused(signed_in(ben.user).post(f"factor-resets/{asked['id']}/confirm", {"how": "in_person"}))
    assert FactorReset.objects.get().decided_at is None


def test_an_account_from_before_the_rule_stays_as_it_is(ada, sam, zoe, authority_93, signed_in):
    give_passkey(zoe)
    made = signed_in(ada.user).post(REQUESTS, wanted(authority_93)).json()

    assert signed_in(sam.user).post(f"{REQUESTS}/{made['id']}/confirm").json()["code"] is None
    zoe.refresh_from_db()
    assert zoe.check_password(PASSWORD)
    assert zoe.factors.count() == 1


def test_auditors_and_supervisors_are_told_at_once(ada, sam, zoe, make_user, member, authority_93, signed_in):
    auditor = member(Role.AUDITOR, authority_93, user=make_user("ugo"))
    other = member(Role.SUPERVISOR, authority_93, user=make_user("eva"))
    made = signed_in(ada.user).post(REQUESTS, wanted(authority_93)).json()
    told = Notice.objects.filter(template="roles.given", channel=Channel.MAIL)
    assert not told.exists()

    signed_in(sam.user).post(f"{REQUESTS}/{made['id']}/confirm")

    assert {one.user_id for one in told} == {auditor.user_id, other.user_id}, "not who confirmed it"


@pytest.mark.usefixtures("served")
def test_a_role_that_its_person_asked_for_waits_for_a_second_one_too(
    ada, sam, alice, organisation, authority_93, signed_in
):
    place = {"place": "93", "organisation": str(organisation.pk)}
    asked = signed_in(alice.user).post("me/role-requests", {"role": "filer_org_lead", **place}).json()
    done = signed_in(ada.user).post(
        f"account-requests/{asked['id']}/accept", {"organisation": str(organisation.pk)}
    )
    assert (done.status_code, done.json()["accepted"], done.json()["membership"]) == (200, True, None)
    answers = Notice.objects.filter(user_id=alice.user_id, template="account.request-given")
    assert not answers.exists()
    (row,) = GrantRequest.objects.all()

    assert signed_in(sam.user).post(f"{REQUESTS}/{row.pk}/confirm").status_code == 200

    held = Membership.objects.get(user=alice.user, role="filer_org_lead")
    assert AccountRequest.objects.get().membership == held
    assert answers.exists()


@pytest.mark.usefixtures("served")
def test_who_asked_for_a_role_is_told_when_the_second_person_refuses(
    ada, sam, alice, organisation, authority_93, signed_in
):
    place = {"place": "93", "organisation": str(organisation.pk)}
    asked = signed_in(alice.user).post("me/role-requests", {"role": "filer_org_lead", **place}).json()
    signed_in(ada.user).post(f"account-requests/{asked['id']}/accept", {"organisation": str(organisation.pk)})
    (row,) = GrantRequest.objects.all()

    assert signed_in(sam.user).post(f"{REQUESTS}/{row.pk}/refuse").status_code == 200

    assert not Membership.objects.filter(user=alice.user, role="filer_org_lead").exists()
    assert (AccountRequest.objects.get().accepted, AccountRequest.objects.get().reason) == (False, "other")
    assert Notice.objects.filter(user_id=alice.user_id, template="account.request-refused").exists()
