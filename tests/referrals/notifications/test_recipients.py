"""Whom a step tells, and that a notice tells nothing else (domain.md §2.2 Notif, §2.8 no. 7; SEC-AZ4)."""

import pytest
from django.utils import timezone

from outbox.models import Notice
from referrals.access import relations
from referrals.access_review import actions as access_review_actions
from referrals.data_breaches import actions as data_breaches_actions
from referrals.models import Exclusion, Referral
from referrals.notifications import recipients
from referrals.retention import batches
from referrals.workflow.step import steps
from tests.conftest import see_all
from tests.factories.concerns import concern, urgent
from tests.outbox.conftest import MailServer, counterpart, gateway, smtp  # noqa: F401 - fixtures


@pytest.fixture
def file(world):
    def filed(form=None, who="filer", **more):
        body = (form or concern()) | {"submit": True} | more
        answer = world.as_(who).post("referrals", body, key=f"notice-{Referral.objects.count():03}")
        assert answer.status_code == 201, answer.content
        see_all()
        return answer.json()

    return filed


def told(pk, channel="app"):
    """Return who is told of a case by a channel, as user ids; a filer as ``filer``."""
    rows = Notice.objects.filter(subject_id=pk, channel=channel).order_by("created_at")
    return {row.user_id or "filer" for row in rows}


def ids(world, *names):
    return {world.user(name).pk for name in names}


#: Both sides of an inquiry: tests/journeys/test_s21 reads what each is told.
OF_INQUIRIES = {"asked_cell", "asked_on_call", "asking_cell", "inquiry_arbiters"}
#: Nobody else learns of an access request: tests/referrals/access_requests reads who is told.
OF_ACCESS_REQUESTS = {"asked", "named_readers"}


def test_every_party_that_a_step_tells_is_known():
    named = {party for step in steps.all() for party in step.tells}

    known = {
        *recipients.PARTIES,
        *batches.PARTIES,
        *access_review_actions.PARTIES,
        *recipients.OUTSIDE,
        *recipients.ELSEWHERE,
        *recipients.WATCHERS,
        *recipients.RECEIVING,
        *OF_INQUIRIES,
        *OF_ACCESS_REQUESTS,
        *data_breaches_actions.ROLES_TOLD,
    }
    # Whose child is in danger by a breach: tests/journeys/test_s20 reads what is told.
    assert named - known == {"filer", "agent", "endangered"}


def test_a_filing_tells_the_cell_of_its_authority_and_nobody_else(world, file):
    body = file()

    cell = ids(world, "intake_agent", "crip_coordinator", "crip_coordinator_2")
    assert told(body["id"]) == told(body["id"], "mail") == cell
    assert told(body["id"], "call") == set()
    assert set(Notice.objects.values_list("reference", flat=True)) == {body["reference"]}


@pytest.mark.sec("SEC-FT9")
def test_an_act_that_fails_leaves_no_notice_and_a_notice_that_fails_leaves_no_act(world, file, monkeypatch):
    world.as_("filer").post("referrals", concern(facts=[]) | {"submit": True}, key="notice-bad")
    assert not Notice.objects.exists()
    monkeypatch.setattr("referrals.notifications.recipients.rows_of", lambda *_, **__: 1 / 0)
    answer = world.as_("filer").post("referrals", concern() | {"submit": True}, key="notice-bad2")

    see_all()
    assert answer.status_code == 500
    assert not Referral.objects.exists()


def test_an_urgent_filing_calls_the_officer_and_without_a_gateway_says_to_phone(world, file, settings):
    without = file(urgent(), urgent=True)
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:9/messages"
    with_one = file(urgent(), urgent=True)

    officer = ids(world, "on_call")
    assert without["warnings"] == [recipients.PHONE_ON_CALL]
    assert told(without["id"], "call") == set()
    assert "warnings" not in with_one
    assert told(with_one["id"], "call") == officer
    assert officer < told(with_one["id"])
    assert all(Notice.objects.filter(subject_id=with_one["id"]).values_list("urgent", flat=True))


@pytest.mark.sec("SEC-AZ4")
def test_an_excluded_person_is_told_nothing(world, file):
    body = file()
    referral = Referral.objects.get(pk=body["id"])
    nadia = world.user("crip_coordinator")
    Exclusion.objects.create(
        referral=referral, user=nadia, by=world.user("supervisor").pk, since_at=timezone.now()
    )
    before = Notice.objects.filter(user_id=nadia.pk).count()

    answer = world.as_("intake_agent").step(
        body["id"], "flag_immediate_danger",
        {"child": str(referral.children.get().pk), "what": "Coups", "where": "Domicile", "since": "Hier", "called": "17"},
    )  # fmt: skip
    see_all()

    assert answer.status_code == 200, answer.content
    assert Notice.objects.filter(user_id=nadia.pk).count() == before
    assert world.user("crip_coordinator_2").pk in told(body["id"])
    assert world.as_("crip_coordinator").get("notices").json()["results"] == []


def test_a_filer_is_told_once_by_no_name_and_of_nothing_inside(world, file):
    """SEC-AZ8, SEC-AZ9: the acknowledgement alone; the row holds a keyed value, not the account."""
    body = file()
    see_all()
    world.as_("crip_coordinator").get(f"referrals/{body['id']}")  # the first opening acknowledges (T05)
    see_all()

    rows = Notice.objects.filter(filer__isnull=False)
    assert {row.channel for row in rows} == {"app", "mail"}
    assert {(row.user_id, row.template) for row in rows} == {(None, "filing.received")}
    filer = world.user("filer").pk
    assert bytes(rows[0].filer) == recipients.told_as(relations.filed_by(filer)) != relations.filed_by(filer)
    assert recipients.find_filers({bytes(rows[0].filer)}) == {bytes(rows[0].filer): filer}
    (line,) = world.as_("filer").get("notices").json()["results"]
    assert line["reference"] == body["reference"]
    assert world.as_("filer_2").get("notices").json()["results"] == []


def test_nobody_is_told_of_what_they_did_themselves(world, file):
    body = file(who="crip_coordinator", channel="phone", received_at=timezone.now().isoformat())

    assert world.user("crip_coordinator").pk not in told(body["id"])
    assert world.user("crip_coordinator_2").pk in told(body["id"])
