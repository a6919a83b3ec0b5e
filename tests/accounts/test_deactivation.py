"""Sessions ended from outside, and accounts closed and opened again (ASVS 7.4.2, 7.4.5; SEC-AZ10, SEC-AZ12)."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import (
    Factor,
    GrantRequest,
    Identity,
    MailedLink,
    Membership,
    RecoveryCode,
    Session,
    Token,
    User,
)
from accounts.roles import POWERFUL, Role
from outbox import delivery
from outbox.models import Endpoint, Notice
from tests.accounts.conftest import PASSWORD, Caller, entries
from tests.factories.factors import give_passkey

pytestmark = pytest.mark.sec("SEC-AZ10")


@pytest.fixture
def admin(ada, signed_in):
    return signed_in(ada.user)


@pytest.fixture
def sam(member, make_user, authority_93):
    """A supervisor of 93."""
    user = make_user("sam", password=PASSWORD, home_authority=authority_93)
    return member(Role.SUPERVISOR, authority_93, user=user)


def told(user):
    return sorted(Notice.objects.filter(user_id=user.pk, channel="mail").values_list("template", flat=True))


def acts_of(act):
    return [json.loads(bytes(one.body)) for one in entries(act=act)]


def awaited(user, password=PASSWORD):
    answer = Caller(Client()).post("session", {"email": user.email, "password": password})
    return answer.json().get("awaited") or answer.json()["code"]


# --- The sessions of one person -----------------------------------------------------------------------


def test_somebodys_sessions_end_and_nothing_else_of_theirs(alice, ada, admin, signed_in):
    here, there = signed_in(alice.user), signed_in(alice.user)
    before = Factor.objects.filter(user=alice.user).count()

    answer = admin.post(f"users/{alice.user_id}/end-sessions")

    assert (answer.status_code, answer.json()["id"]) == (200, str(alice.user_id))
    assert [one.get("me").status_code for one in (here, there)] == [401, 401]
    assert admin.get("me").status_code == 200
    assert Factor.objects.filter(user=alice.user).count() == before
    assert signed_in(alice.user).get("me").status_code == 200, "whoever it is signs in anew"
    assert told(alice.user) == ["account.sessions"]
    (entry,) = acts_of("session:ended")
    assert entry["tenant"] == str(ada.authority_id)


@pytest.mark.parametrize("what", ["end-sessions", "close", "reopen"])
def test_only_who_administers_the_account_stops_anything(
    what, alice, sam, olga, make_user, admin, signed_in, calling, member, authority_93, authority_75
):
    User.objects.filter(pk=olga.user_id).update(password=alice.user.password)
    elsewhere = signed_in(User.objects.get(pk=olga.user_id))
    theirs = signed_in(alice.user)
    program = calling(member(Role.API_119, authority_93))
    homed = make_user("hana", home_authority=authority_75)
    member(Role.FILER, authority_93, user=homed)

    answers = {
        "a stranger": Caller(Client()).post(f"users/{alice.user_id}/{what}").status_code,
        "a supervisor": signed_in(sam.user).post(f"users/{alice.user_id}/{what}").status_code,
        "a program": program.post(f"users/{alice.user_id}/{what}").status_code,
        "another authority": elsewhere.post(f"users/{alice.user_id}/{what}").status_code,
        "where the account isn't at home": admin.post(f"users/{homed.pk}/{what}").status_code,
    }

    assert answers == {
        "a stranger": 401, "a supervisor": 403, "a program": 403, "another authority": 404,
        "where the account isn't at home": 404,
    }  # fmt: skip
    assert theirs.get("me").status_code == 200
    assert not Notice.objects.filter(user_id=alice.user_id).exists()


@pytest.mark.parametrize("what", ["end-sessions", "close"])
def test_nobody_does_it_to_themself(what, ada, admin):
    answer = admin.post(f"users/{ada.user_id}/{what}")

    assert (answer.status_code, answer.json()["code"]) == (403, "own-account")
    assert admin.get("me").status_code == 200


@pytest.mark.sec("SEC-AU6")
@pytest.mark.parametrize("what", ["end-sessions", "close", "reopen"])
def test_it_asks_for_a_fresh_proof(what, alice, ada):
    client = Client()
    client.force_login(ada.user)
    session = client.session
    session["proved_at"] = (timezone.now() - timedelta(minutes=6)).timestamp()
    session.save()

    for path in (f"users/{alice.user_id}/{what}", f"authorities/{ada.authority_id}/end-sessions"):
        answer = Caller(client).post(path)
        assert (answer.status_code, answer.json()["code"]) == (401, "step-up-required")
    assert User.objects.get(pk=alice.user_id).is_active


# --- Those of an authority ----------------------------------------------------------------------------


def test_all_sessions_of_an_authority_end_but_the_one_in_which_it_is_asked(
    alice, ada, sam, paul, admin, signed_in, authority_93
):
    User.objects.filter(pk=paul.user_id).update(password=alice.user.password)
    mine = signed_in(ada.user)
    theirs = [signed_in(one.user) for one in (alice, sam)]
    elsewhere = signed_in(User.objects.get(pk=paul.user_id))

    answer = admin.post(f"authorities/{authority_93.pk}/end-sessions")

    assert (answer.status_code, answer.content) == (204, b"")
    assert [one.get("me").status_code for one in (mine, *theirs)] == [401, 401, 401]
    assert admin.get("me").status_code == 200
    assert elsewhere.get("me").status_code == 200, "another authority's people work on"
    assert (told(alice.user), told(sam.user), told(ada.user)) == (
        ["account.sessions"], ["authority.sessions"], [],
    )  # fmt: skip
    (entry,) = acts_of("session:ended-all")
    assert (entry["tenant"], entry["n"]) == (str(authority_93.pk), 3)


def test_it_is_of_the_own_authority_alone(alice, admin, signed_in, sam, authority_75, authority_93):
    theirs = signed_in(alice.user)

    assert admin.post(f"authorities/{authority_75.pk}/end-sessions").status_code == 403
    assert signed_in(sam.user).post(f"authorities/{authority_93.pk}/end-sessions").status_code == 403
    assert theirs.get("me").status_code == 200


def test_more_people_than_one_statement_takes(alice, ada, admin, signed_in, authority_93, monkeypatch):
    monkeypatch.setattr("accounts.sessions._AT_ONCE", 1)
    theirs = [signed_in(alice.user) for _ in range(2)]

    assert admin.post(f"authorities/{authority_93.pk}/end-sessions").status_code == 204

    assert [one.get("me").status_code for one in theirs] == [401, 401]


# --- An account that is closed ------------------------------------------------------------------------


@pytest.fixture
def leaver(member, make_user, authority_93, authority_75, signed_in):
    """Léo of 93: roles in two authorities, one to come, a factor, codes, a link, a token, and a session."""
    user = make_user(
        "leo",
        password=PASSWORD,
        home_authority=authority_93,
        verified_at=timezone.now(),
        phone="+33612345678",
    )
    member(Role.CASE_REFERENT, authority_93, user=user)
    member(Role.FILER, authority_75, user=user)
    later = timezone.now() + timedelta(days=3)
    member(Role.STATISTICIAN, authority_93, user=user, valid_from=later)
    RecoveryCode.objects.create(user=user, kept=b"x" * 32)
    MailedLink.objects.create(user=user, code=b"y" * 32, expires_at=later)
    Identity.objects.create(user=user, provider="essai", subject=b"z" * 32, bound_at=timezone.now())
    return user


def test_a_closed_account_holds_nothing_any_more(leaver, admin, signed_in, authority_93, authority_75):
    session = signed_in(leaver)

    answer = admin.post(f"users/{leaver.pk}/close")

    assert (answer.status_code, answer.json()["is_active"], answer.json()["verified_at"]) == (
        200,
        False,
        None,
    )
    assert session.get("me").status_code == 401
    assert awaited(leaver) == "sign-in-refused"
    now = timezone.now()
    for one in Membership.objects.filter(user=leaver):
        assert one.valid_to is not None
        assert one.valid_to <= now or one.valid_to == one.valid_from
    for rows in (Factor, RecoveryCode, Identity, MailedLink):
        assert not rows.objects.filter(user=leaver).exists(), rows
    closed = User.objects.get(pk=leaver.pk)
    assert not closed.has_usable_password()
    assert closed.phone == ""
    assert not Session.objects.filter(person__isnull=False).exclude(id__isnull=True).count() > 1
    assert len(acts_of("user:closed")) == 1
    ended = sorted(one["tenant"] for one in acts_of("membership:ended"))
    assert ended == sorted(map(str, (authority_93.pk, authority_93.pk, authority_75.pk)))


def test_tokens_and_the_addresses_of_a_program_end_with_it(member, make_user, authority_93, calling, admin):
    held = member(Role.API_119, authority_93, user=make_user("robot", home_authority=authority_93))
    program = calling(held)
    assert program.get("me").status_code == 200
    hook = Endpoint.objects.create(
        user_id=held.user_id,
        authority_id=authority_93.pk,
        url="https://x.invalid/",
        created_at=timezone.now(),
    )

    assert admin.post(f"users/{held.user_id}/close").status_code == 200

    assert program.get("me").status_code == 401
    assert not Token.objects.filter(membership=held, revoked_at=None).exists()
    hook.refresh_from_db()
    assert hook.disabled_at is not None
    assert len(acts_of("token:revoked")) == len(acts_of("webhook:removed")) == 1


def test_its_owner_is_told_once_by_mail_in_neutral_words(leaver, admin):
    admin.post(f"users/{leaver.pk}/close")
    mail.outbox.clear()
    delivery.deliver_due()

    (message,) = [one for one in mail.outbox if one.to == [leaver.email]]
    assert message.body.startswith("Votre compte a été fermé.")
    assert "Léo" not in message.body
    assert Notice.objects.get(user_id=leaver.pk, channel="mail").state == "done"


def test_a_closed_account_is_told_nothing_else(leaver, admin):
    admin.post(f"users/{leaver.pk}/end-sessions")
    admin.post(f"users/{leaver.pk}/close")
    mail.outbox.clear()
    delivery.deliver_due()

    assert [one.body.partition("\n")[0] for one in mail.outbox if one.to == [leaver.email]] == [
        "Votre compte a été fermé."
    ]


@pytest.mark.sec("SEC-AZ12")
@pytest.mark.parametrize("role", [Role.CRIP_COORDINATOR, Role.AUDITOR, Role.ASSESSOR])
def test_second_persons_are_told_where_a_role_of_two_ends(role, sam, admin, member, make_user, authority_93):
    user = make_user("watcher", home_authority=authority_93)
    member(role, authority_93, user=user)

    admin.post(f"users/{user.pk}/close")

    assert told(sam.user) == (["authority.closed"] if role in POWERFUL else [])


def test_closing_twice_is_refused_and_the_same_request_is_done_once(leaver, admin):
    first = admin.post(f"users/{leaver.pk}/close", **{"Idempotency-Key": "the-same-key"})
    again = admin.post(f"users/{leaver.pk}/close", **{"Idempotency-Key": "the-same-key"})
    third = admin.post(f"users/{leaver.pk}/close")

    assert (first.status_code, again.status_code, first.json() == again.json()) == (200, 200, True)
    assert (third.status_code, third.json()["code"]) == (409, "already-there")
    assert len(acts_of("user:closed")) == 1


def test_an_invitation_of_before_opens_nothing_and_none_leaves(leaver, admin):
    admin.post(f"users/{leaver.pk}/close")

    assert admin.post(f"users/{leaver.pk}/invitation").status_code == 404
    assert admin.post("memberships", {
        "email": leaver.email, "role": "case_referent", "authority": str(leaver.home_authority_id)
    }).status_code == 400  # fmt: skip


# --- Opened again -------------------------------------------------------------------------------------


def test_an_account_that_is_opened_again_is_as_a_new_one(leaver, sam, admin, signed_in):
    give_passkey(leaver)
    admin.post(f"users/{leaver.pk}/close")

    answer = admin.post(f"users/{leaver.pk}/reopen")

    assert (answer.status_code, answer.json()["is_active"], answer.json()["verified_at"]) == (200, True, None)
    assert awaited(leaver) == "sign-in-refused", "the password of before is none"
    assert not Membership.objects.in_force(timezone.now() + timedelta(days=9)).filter(user=leaver).exists()
    assert admin.post(f"users/{leaver.pk}/verify").status_code == 200
    assert admin.post(f"users/{leaver.pk}/invitation").status_code == 201
    powerful = {"email": leaver.email, "role": "dpo", "authority": str(leaver.home_authority_id)}
    assert admin.post("memberships", powerful).status_code == 403, "two persons give it, as to anybody"
    assert told(leaver) == ["account.closed", "account.invitation", "account.reopened"]
    assert len(acts_of("user:reopened")) == 1


def test_an_open_account_is_not_opened(leaver, admin):
    assert admin.post(f"users/{leaver.pk}/reopen").json()["code"] == "already-there"


def test_a_role_that_was_asked_for_is_not_given_to_a_closed_account(
    leaver, sam, admin, signed_in, authority_93
):
    body = {"email": leaver.email, "role": "dpo", "authority": str(authority_93.pk)}
    asked = admin.post("membership-requests", body)
    assert asked.status_code == 201, asked.content
    admin.post(f"users/{leaver.pk}/close")

    answer = signed_in(sam.user).post(f"membership-requests/{asked.json()['id']}/confirm")

    assert answer.status_code == 400
    assert GrantRequest.objects.get().decided_at is None
    assert not Membership.objects.filter(user=leaver, role=Role.DPO).exists()


def test_the_host_closes_and_opens_any(leaver, make_user):
    nobodys = make_user("nemo", password=PASSWORD)
    for user in (leaver, nobodys):
        call_command("close_account", user.email, stdout=StringIO())
        assert not User.objects.get(pk=user.pk).is_active
        with pytest.raises(CommandError):
            call_command("close_account", user.email, stdout=StringIO())
        call_command("close_account", user.email, "--reopen", stdout=StringIO())
        assert User.objects.get(pk=user.pk).is_active
        assert awaited(user) == "sign-in-refused"


# --- A role signs nobody else's people out ------------------------------------------------------------


@pytest.mark.sec("SEC-AU5")
@pytest.mark.parametrize("path", ["memberships", "membership-requests"])
def test_no_administrator_signs_out_the_people_of_elsewhere_by_a_role(
    path, ada, admin, make_user, member, signed_in, authority_75, authority_93
):
    """Nor learns whether an address has an account there: the answer is that of an unknown one."""
    theirs = make_user("rose", password=PASSWORD, home_authority=authority_75)
    nobodys = make_user("rolf", password=PASSWORD)
    member(Role.CASE_REFERENT, authority_75, user=nobodys)
    session = signed_in(theirs)
    role = "statistician" if path == "memberships" else "dpo"

    def given(email):
        answer = admin.post(path, {"email": email, "role": role, "authority": str(authority_93.pk)})
        return answer.status_code, answer.json() | {"request_id": ""}

    assert given(theirs.email) == given(nobodys.email) == given("nobody@exemple.fr")
    assert given(theirs.email)[0] == 400
    assert session.get("me").status_code == 200
    assert not Membership.objects.filter(user=theirs).exists()


def test_who_works_here_already_and_who_is_nobodys_may_be_given_a_role(
    admin, make_user, member, authority_75, authority_93
):
    both = make_user("both", home_authority=authority_75)
    member(Role.FILER, authority_93, user=both)
    fresh = make_user("fresh")
    for user in (both, fresh):
        body = {"email": user.email, "role": "statistician", "authority": str(authority_93.pk)}
        assert admin.post("memberships", body).status_code == 201
