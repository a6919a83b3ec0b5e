"""SEC-FT10: each clock is told of once when it comes near and once when it is over, whatever the workers do."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from outbox.models import Notice
from referrals.models import Clock, Referral
from referrals.reminders import tasks as reminders_tasks
from tests.conftest import see_all
from tests.factories.concerns import concern
from tests.journeys import bodies
from tests.shared_fixtures import shared_fixture

pytestmark = [
    pytest.mark.sec("SEC-FT10"),
    pytest.mark.both_databases("what the worker sees past row-level security"),
]


@shared_fixture
def filed(world):
    answer = world.as_("filer").post("referrals", concern() | {"submit": True}, key="reminder-1")
    see_all()
    Notice.objects.all().delete()
    return Referral.objects.get(pk=answer.json()["id"])


def reminded(at):
    count = reminders_tasks.remind(at)
    see_all()
    return count


def told(template):
    return Notice.objects.filter(template=template, channel="app")


def test_a_clock_that_comes_near_is_told_of_once_to_whom_it_concerns(world, filed):
    clock = filed.clocks.get(code="C1")

    assert reminded(clock.warn_at - timedelta(seconds=1)) == 0
    assert reminded(clock.warn_at) == 1
    assert reminded(clock.warn_at + timedelta(minutes=1)) == 0

    cell = {world.user(name).pk for name in ("intake_agent", "crip_coordinator", "crip_coordinator_2")}
    assert set(told("clock.due_soon").values_list("user_id", flat=True)) == cell
    assert told("clock.due_soon").count() == len(cell)


def test_when_it_is_over_that_is_told_once_too(world, filed):
    clock = filed.clocks.get(code="C1")
    reminded(clock.warn_at)

    assert reminded(clock.due_at) == 0
    assert reminded(clock.due_at + timedelta(seconds=1)) == 1
    assert reminded(clock.due_at + timedelta(days=1)) == 0
    assert told("clock.overdue").exists()


def test_after_a_stop_of_days_what_is_over_is_told_as_over_and_no_more_as_coming_near(world, filed):
    assert reminded(filed.clocks.get(code="C1").due_at + timedelta(days=4)) == 1

    assert not told("clock.due_soon").exists()
    assert told("clock.overdue").count() == 3
    clock = filed.clocks.get(code="C1")
    assert (clock.soon_told_at, clock.late_told_at) != (None, None)


def test_a_legal_delay_that_has_passed_is_told_to_the_supervisor_as_well(world, filed):
    reminded(filed.statutory_due_at + timedelta(days=1))

    users = set(told("clock.overdue").values_list("user_id", flat=True))
    assert {world.user("supervisor").pk, world.user("supervisor_2").pk} <= users


def test_a_stopped_clock_is_told_of_no_more(world, filed):
    Clock.objects.update(stopped_at=filed.received_at)

    assert reminded(filed.statutory_due_at + timedelta(days=1)) == 0


def test_an_excluded_person_is_reminded_of_nothing(world, filed):
    nadia = world.user("crip_coordinator")
    filed.exclusions.create(user=nadia, by=nadia.pk, since_at=filed.received_at)

    reminded(filed.statutory_due_at + timedelta(days=1))

    assert not Notice.objects.filter(user_id=nadia.pk).exists()


def test_a_batch_goes_on_until_every_clock_is_told(world, filed, monkeypatch):
    monkeypatch.setattr(reminders_tasks, "BATCH", 1)
    running = Clock.objects.filter(stopped_at=None).count()

    assert reminded(filed.statutory_due_at + timedelta(days=1)) == running > 2


# --- C7: 2, 8 and 30 days -----------------------------------------------------------------------------


@shared_fixture
def sent(world, filed):
    """A referral to justice that waits for its answer."""
    child = str(filed.children.first().pk)
    coordinator = world.as_("crip_coordinator")
    coordinator.get(f"referrals/{filed.pk}")
    coordinator.step(filed.pk, "send_judicial", bodies.to_justice(child), expect=200)
    see_all()
    Notice.objects.all().delete()
    Clock.objects.filter(referral=filed).exclude(code="C7").delete()
    return filed.clocks.get(code="C7")


def test_the_answer_of_justice_is_reminded_of_three_times(sent):
    """domain.md §2.3 C7: 2, 8 and 30 days after the sending; each once."""
    days = [(sent.warn_at, "clock.due_soon"), (sent.again_at, "clock.again"), (sent.due_at, "clock.overdue")]
    assert [(moment - sent.started_at).days for moment, _ in days] == [2, 8, 30]

    for moment, template in days:
        assert reminded(moment - timedelta(seconds=1)) == 0, template
        assert reminded(moment + timedelta(seconds=1)) == 1, template
        assert reminded(moment + timedelta(hours=1)) == 0, template
        assert told(template).exists()
        Notice.objects.all().delete()


def test_after_a_stop_the_second_reminder_is_told_and_the_first_no_more(sent):
    assert reminded(sent.again_at + timedelta(days=1)) == 1

    assert told("clock.again").exists()
    assert not told("clock.due_soon").exists()


def test_an_authority_chooses_when_it_reminds_a_second_time(world, filed):
    """``prosecutor_second_reminder_days``: a setting of the authority."""
    admin = world.as_("territory_admin")
    place = f"authorities/{world.authorities['93'].pk}/settings"
    today = datetime.now(ZoneInfo("Europe/Paris")).date().isoformat()
    answer = admin.post(place, {"effective_on": today, "values": {"prosecutor_second_reminder_days": 12}})
    assert answer.status_code == 200, answer.content
    coordinator = world.as_("crip_coordinator")
    coordinator.get(f"referrals/{filed.pk}")
    child = str(filed.children.first().pk)

    coordinator.step(filed.pk, "send_judicial", bodies.to_justice(child), expect=200)

    see_all()
    clock = filed.clocks.get(code="C7")
    assert (clock.again_at - clock.started_at).days == 12
