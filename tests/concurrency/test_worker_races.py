"""SEC-FT10: several workers at one moment send each notice once and remind of each clock once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from outbox import delivery, scheduler
from outbox.models import Notice, Work
from outbox.scheduler import Recurring
from referrals.break_glass import queries as break_glass_queries
from referrals.models import Alert, Clock
from referrals.reminders import tasks as reminders_tasks
from referrals.urgent_calls import escalation
from tests.concurrency.together import together
from tests.factories.concerns import concern, urgent
from tests.outbox.conftest import smtp  # noqa: F401 - a fixture
from tests.security.procedure import seeing_all

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "keys"]),
    pytest.mark.sec("SEC-FT10"),
    pytest.mark.both_databases("locks and isolation"),
]
WORKERS = 6


@pytest.fixture
def filed(world):
    for number in range(5):
        answer = world.as_("filer").post("referrals", concern() | {"submit": True}, key=f"workers-{number}")
        assert answer.status_code == 201
    return world


@pytest.mark.slow("races, many times")
def test_each_mail_leaves_once(filed, smtp):  # noqa: F811 - a fixture
    waiting = Notice.objects.filter(channel="mail").count()

    tried = together([delivery.deliver_due] * WORKERS)

    assert len(smtp.arrived) == waiting == sum(tried) > 10
    assert not Notice.objects.exclude(state="done").exists()


def test_each_clock_is_told_of_once(filed):
    Notice.objects.all().delete()
    at = timezone.now() + timedelta(days=400)

    counts = together([lambda: reminders_tasks.remind(at)] * WORKERS)

    with seeing_all():
        running = Clock.objects.filter(stopped_at=None)
        assert sum(counts) == running.count() > 10
        assert not running.filter(late_told_at=None).exists()
    per_clock = {}
    for user, subject in Notice.objects.filter(channel="mail").values_list("user_id", "subject_id"):
        per_clock[user, subject] = per_clock.get((user, subject), 0) + 1
    alone = {name: user.pk for (code, name), user in filed.users.items() if code == "93"}["intake_agent"]
    assert {count for (user, _), count in per_clock.items() if user == alone} == {1}, (
        "C1 alone is the agent's"
    )


def test_each_rung_of_an_alert_is_called_once(world, settings):
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:9/messages"
    for number in range(3):
        body = urgent() | {"submit": True, "urgent": True}
        assert world.as_("filer").post("referrals", body, key=f"workers-urgent-{number}").status_code == 201
    Notice.objects.all().delete()

    together([lambda: escalation.climb(timezone.now() + timedelta(minutes=5))] * WORKERS)

    calls = Notice.objects.filter(channel="call", template="referral.urgent")
    assert sorted(calls.values_list("user_id", flat=True)) == [world.user("on_call").pk] * 3
    with seeing_all():
        assert set(Alert.objects.values_list("rung", flat=True)) == {2}


def test_an_opening_ends_once_and_its_overdue_review_alerts_once(world):
    case = world.as_("filer").post("referrals", concern() | {"submit": True}, key="workers-glass-1").json()
    said = {"reference": case["reference"], "reason": "Appel."}
    assert world.as_("on_call").post("break-glass", said, key="workers-glass-2").status_code == 201
    at = timezone.now() + timedelta(days=10)

    ended = together([lambda: break_glass_queries.expire(at)] * WORKERS)
    alerted = together([lambda: break_glass_queries.watch(at)] * WORKERS)

    assert (sum(ended), sum(alerted)) == (1, 1)
    told = Notice.objects.filter(template="glass.overdue", channel="app").values_list("user_id", flat=True)
    assert sorted(told) == sorted(world.user(name).pk for name in ("supervisor", "supervisor_2", "auditor"))


def test_who_is_excluded_at_the_moment_of_opening_is_out_whichever_comes_first(world):
    """The exclusion or the opening waits for the other's lock; afterwards nothing is read either way."""
    case = world.as_("filer").post("referrals", concern() | {"submit": True}, key="workers-glass-3").json()
    lead, officer = world.as_("supervisor"), world.as_("on_call")
    barred = {"user": str(world.user("on_call").pk), "reason": "Parenté."}
    said = {"reference": case["reference"], "reason": "Appel."}
    exclude = lambda: lead.step(case["id"], "exclude", barred).status_code  # noqa: E731 - two acts side by side
    opens = lambda: officer.post("break-glass", said, key="workers-glass-4").status_code  # noqa: E731 - id.

    statuses = together([exclude, opens])

    if statuses[0] == 412:  # the opening came between the reading and the writing: asked again
        statuses[0] = exclude()
    assert statuses[0] == 200
    assert statuses[1] in (201, 404)
    assert officer.get(f"referrals/{case['id']}").status_code == 404
    assert officer.post("break-glass", said, key="workers-glass-5").status_code == 404


def test_recurring_work_is_done_by_one_of_them(filed, monkeypatch):
    ran = []
    monkeypatch.setattr(
        scheduler, "_registered",
        {"a:done": Recurring("a:done", timedelta(hours=1), timedelta(minutes=5), lambda at: ran.append(at) or 1)},
    )  # fmt: skip

    done = together([scheduler.run_due] * WORKERS)

    assert len(ran) == sum(len(one) for one in done) == 1
    assert Work.objects.get(pk="a:done").fence == 1
