"""Mails of one kind once a day, for whoever wants that; what is urgent never waits."""

from datetime import UTC, datetime, timedelta

import pytest

from outbox import delivery, digests, ports
from outbox.models import Notice, Preference
from tests.outbox.conftest import NOON, a_notice

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)


@pytest.fixture
def daily(people):
    user = people.one("daily")
    Preference.objects.create(user_id=user, kind="case")
    return user


def test_what_is_to_be_gathered_is_held_and_comes_as_one_mail_in_the_morning(smtp, daily, clock):
    held = [a_notice(daily, reference=f"93-K7QX-000{n}") for n in range(3)]

    delivery.deliver_due(clock=clock)
    assert smtp.arrived == []
    assert digests.gather(MORNING - timedelta(seconds=1)) == 0
    assert digests.gather(MORNING) == 1
    assert digests.gather(MORNING) == 0, "a second worker finds nothing left"
    clock.now = MORNING
    delivery.deliver_due(clock=clock)

    ((to, content),) = smtp.arrived
    assert to == ("daily@test.invalid",)
    for notice in held:
        assert notice.reference in content
    assert not Notice.objects.exclude(state="done").exists()


def test_the_urgent_and_other_kinds_come_at_once(smtp, daily, clock):
    a_notice(daily, urgent=True)
    a_notice(daily, kind="queue")

    delivery.deliver_due(clock=clock)

    assert len(smtp.arrived) == 2


@pytest.mark.sec("SEC-AZ4")
def test_a_case_that_one_was_excluded_from_meanwhile_is_not_in_the_digest(smtp, daily, clock, monkeypatch):
    kept, gone = a_notice(daily, reference="93-KEPT-0001"), a_notice(daily, reference="93-GONE-0001")
    delivery.deliver_due(clock=clock)
    digests.gather(MORNING)
    monkeypatch.setattr(ports.doors, "may_be_told", lambda user, subject, at: subject == kept.subject_id)
    clock.now = MORNING
    delivery.deliver_due(clock=clock)

    ((_, content),) = smtp.arrived
    assert kept.reference in content
    assert gone.reference not in content


def test_the_next_digest_is_always_ahead():
    for hours in range(48):
        at = NOON + timedelta(hours=hours)
        assert at < digests.next_digest(at) <= at + timedelta(days=1)
    assert digests.next_digest(MORNING) == MORNING + timedelta(days=1)
