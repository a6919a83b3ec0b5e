"""How long a session lasts, which a person has, and ending one from elsewhere (SEC-AU5)."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import actions, sessions
from accounts.actor import SYSTEM
from accounts.models import Session
from accounts.roles import Role
from outbox import scheduler
from tests.accounts.conftest import PASSWORD, Caller, acting, entries
from tests.factories.factors import sign_in_fully
from tests.night import one_in

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
WORKING = sorted(set(Role) - {Role.FILER, Role.FILER_ORG_LEAD, Role.API_119})
SHORT, LONG = timedelta(minutes=15), timedelta(minutes=30)
MARGIN = timedelta(seconds=30)

pytestmark = pytest.mark.sec("SEC-AU5")


def unused_for(span):
    """Let every session lie unused for a time."""
    Session.objects.update(used_at=timezone.now() - span)


def opened_as(member, make_user, signed_in, authority, *roles):
    user = make_user(password=PASSWORD)
    for role in roles:
        member(role, authority, user=user)
    return signed_in(user)


# --- Idle ---------------------------------------------------------------------------------------------


def test_the_limits_are_those_of_the_requirement():
    assert (settings.SESSION_IDLE_MINUTES, settings.SESSION_IDLE_MINUTES_FILERS) == (15, 30)
    assert settings.SESSION_COOKIE_AGE == 12 * 3600


@pytest.mark.parametrize("role", one_in(3, WORKING))
def test_who_works_inside_is_a_stranger_after_a_quarter_of_an_hour(
    role, member, make_user, signed_in, authority_93
):
    caller = opened_as(member, make_user, signed_in, authority_93, role)
    unused_for(SHORT - MARGIN)
    assert caller.get("me").status_code == 200
    unused_for(SHORT)

    assert caller.get("me").status_code == 401


@pytest.mark.parametrize("role", [Role.FILER, Role.FILER_ORG_LEAD])
def test_who_files_alone_has_half_an_hour(role, member, make_user, signed_in, authority_93):
    caller = opened_as(member, make_user, signed_in, authority_93, role)
    unused_for(LONG - MARGIN)
    assert caller.get("me").status_code == 200
    unused_for(LONG)

    assert caller.get("me").status_code == 401


@pytest.mark.parametrize("roles", [(), (Role.FILER, Role.SUPERVISOR)], ids=["none", "both"])
def test_any_other_role_and_none_at_all_have_the_short_limit(
    roles, member, make_user, signed_in, authority_93
):
    caller = opened_as(member, make_user, signed_in, authority_93, *roles)
    unused_for(SHORT)

    assert caller.get("me").status_code == 401


def test_one_that_lay_too_long_stays_over(ada, signed_in):
    """Knocking again doesn't wake it; nothing had to be written for it to be over."""
    caller = signed_in(ada.user)
    unused_for(SHORT)

    assert [caller.get("me").status_code for _ in range(3)] == [401, 401, 401]
    assert caller.post("users", {"email": "x"}).status_code == 401


@pytest.mark.parametrize("path", ["me", "no-such-thing"])
def test_use_is_written_once_a_minute_a_refusal_too(path, ada, signed_in):
    """Whoever corrects a form isn't idle."""
    caller = signed_in(ada.user)
    for span, written in ((timedelta(seconds=50), 0), (timedelta(seconds=70), 1)):
        unused_for(span)
        before = Session.objects.get().used_at
        with CaptureQueriesContext(connection) as asked:
            caller.get(path)
        assert len([q for q in asked if q["sql"].startswith('UPDATE "accounts_session"')]) == written
        assert (Session.objects.get().used_at > before) is bool(written)


def test_a_use_that_cant_be_written_costs_nothing(ada, signed_in, monkeypatch):
    caller = signed_in(ada.user)
    unused_for(timedelta(minutes=5))

    def fails(*_, **__):
        raise DatabaseError

    monkeypatch.setattr(type(Session.objects.all()), "update", fails)
    assert caller.get("me").status_code == 200


def test_what_is_over_is_cleared_by_recurring_work(alice, ada, signed_in):
    signed_in(alice.user)
    now = timezone.now()

    assert sessions.forget_ended(now) == 0
    assert sessions.forget_ended(now + LONG + MARGIN) == 1
    assert "sessions:forgotten" in {work.name for work in scheduler.registered()}


# --- Roles --------------------------------------------------------------------------------------------


@pytest.mark.sec("SEC-AZ10")
def test_a_role_given_ends_the_sessions_of_before(alice, member, signed_in, authority_93):
    before, other = signed_in(alice.user), signed_in(alice.user)
    member(Role.ASSESSOR, authority_93, user=alice.user)

    assert [caller.get("me").status_code for caller in (before, other)] == [401, 401]
    assert signed_in(alice.user).get("me").status_code == 200


@pytest.mark.sec("SEC-AZ10")
def test_a_role_that_runs_out_ends_them_too(alice, member, signed_in, authority_93):
    """Nobody does anything at that instant: the period of the membership is over."""
    extra = member(Role.ASSESSOR, authority_93, user=alice.user, valid_to=timezone.now() + timedelta(hours=1))
    caller = signed_in(alice.user)
    assert caller.get("me").status_code == 200
    extra.valid_to = timezone.now()
    extra.save()

    assert caller.get("me").status_code == 401


def test_the_change_of_one_person_leaves_the_others_alone(alice, ada, member, signed_in, authority_93):
    caller = signed_in(ada.user)
    member(Role.ASSESSOR, authority_93, user=alice.user)

    assert caller.get("me").status_code == 200


# --- One's own ----------------------------------------------------------------------------------------


def test_a_person_sees_where_they_are_signed_in_in_coarse_words(alice, ada, signed_in):
    signed_in(ada.user)
    elsewhere = Caller(Client(headers={"user-agent": FIREFOX}, REMOTE_ADDR="192.0.2.77"))
    sign_in_fully(elsewhere.client, alice.user, PASSWORD)
    here = signed_in(alice.user)

    lines = here.get("sessions").json()["results"]

    assert [(line["browser"], line["current"]) for line in lines] == [("", True), ("firefox/140", False)]
    assert set(lines[0]) == {"id", "opened_at", "used_at", "browser", "current"}
    assert "192.0.2" not in json.dumps(lines)


@pytest.mark.sec("SEC-AU7")
def test_the_table_says_of_nobody_that_they_were_here(alice, signed_in):
    """A backup holds no account, no address, no name of a browser beyond its kind, and no data that opens."""
    caller = signed_in(alice.user)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_session")
        (row,) = cursor.fetchall()
    told = repr([bytes(value) if isinstance(value, memoryview) else value for value in row])

    for secret in (str(alice.user_id), alice.user_id.hex, str(alice.pk), alice.pk.hex, "alice", "_auth_user"):
        assert secret not in told
    assert alice.user_id.bytes not in b"".join(bytes(v) for v in row if isinstance(v, bytes | memoryview))
    store = sessions.SessionStore("a" * 32)
    assert store.decode(Session.objects.get().session_data) == {}
    own = sessions.SessionStore(caller.client.cookies["session"].value)
    assert own.decode(Session.objects.get().session_data)["_auth_user_id"] == str(alice.user_id)


@pytest.mark.parametrize("data", ["", "é", "AAAA", "not base64!", "AQE" + "A" * 60])
def test_data_that_isnt_what_was_sealed_is_a_strangers(data, alice, signed_in):
    caller = signed_in(alice.user)
    Session.objects.update(session_data=data)

    assert caller.get("me").status_code == 401


@pytest.mark.sec("SEC-AU7")
def test_another_key_leaves_the_session_that_its_owner_knows(alice, signed_in):
    """As after each fresh proof: the old key opens nothing, and the list shows the same one session."""
    caller = signed_in(alice.user)
    key, before = caller.client.cookies["session"].value, Session.objects.get()
    store = sessions.SessionStore(key)

    store.cycle_key()

    after = Session.objects.get()
    assert (after.id, bytes(after.person), after.opened_at) == (
        before.id,
        bytes(before.person),
        before.opened_at,
    )
    assert store.session_key != key
    assert caller.get("me").status_code == 401
    caller.client.cookies["session"] = store.session_key
    (line,) = caller.get("sessions").json()["results"]
    assert (line["id"], line["current"]) == (str(before.id), True)


def test_a_session_is_ended_from_elsewhere(alice, signed_in):
    other, here = signed_in(alice.user), signed_in(alice.user)
    (there,) = [line["id"] for line in here.get("sessions").json()["results"] if not line["current"]]

    assert here.delete(f"sessions/{there}").status_code == 204

    assert other.get("me").status_code == 401
    assert here.get("me").status_code == 200
    assert here.delete(f"sessions/{there}").status_code == 404
    assert len(entries(act="session:revoked", tenant=alice.authority_id)) == 1


@pytest.mark.sec("SEC-AU6")
def test_a_session_whose_proof_is_old_ends_no_other(alice, signed_in):
    other, here = signed_in(alice.user), signed_in(alice.user)
    session = here.client.session
    session["proved_at"] -= 301
    session.save()
    (there,) = [line["id"] for line in here.get("sessions").json()["results"] if not line["current"]]

    answer = here.delete(f"sessions/{there}")

    assert (answer.status_code, answer.json()["code"]) == (401, "step-up-required")
    assert other.get("me").status_code == 200


def test_the_own_one_may_be_ended_too(alice, signed_in):
    here = signed_in(alice.user)
    (line,) = here.get("sessions").json()["results"]

    assert here.delete(f"sessions/{line['id']}").status_code == 204
    assert here.get("me").status_code == 401


@pytest.mark.sec("SEC-AZ5")
def test_somebody_elses_is_absent(alice, ada, signed_in):
    signed_in(ada.user)
    theirs = Session.objects.get().id
    caller = signed_in(alice.user)
    strip = lambda answer: answer.json() | {"request_id": ""}  # noqa: E731 - a word for one line

    answers = [caller.delete(f"sessions/{pk}") for pk in (theirs, uuid4())]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert strip(answers[0]) == strip(answers[1])
    assert Session.objects.filter(id=theirs).exists()


def test_a_token_learns_of_no_session(alice, calling, signed_in):
    signed_in(alice.user)
    caller = calling(alice)

    assert caller.get("sessions").status_code == 403
    assert caller.delete(f"sessions/{Session.objects.get().id}").status_code == 403
    assert Session.objects.exists()


def test_one_that_is_over_isnt_listed(alice, member, signed_in, authority_93):
    def listed():
        said = {"actor": acting(alice, at=timezone.now()), "at": timezone.now()}
        return actions.in_use(actions.list_sessions(**said), **said)

    signed_in(alice.user)
    assert listed()
    unused_for(LONG)
    assert not listed()
    Session.objects.all().delete()
    signed_in(alice.user)
    member(Role.ASSESSOR, authority_93, user=alice.user)
    assert not listed()


def test_a_new_password_ends_all_of_them(alice, signed_in):
    callers = [signed_in(alice.user) for _ in range(2)]
    actions.set_password(
        actor=SYSTEM, at=timezone.now(), user=alice.user, password="une autre phrase de passe"
    )

    assert [caller.get("me").status_code for caller in callers] == [401, 401]
