"""What the passing of time does by itself: T09 by the system, and answers that fall overdue (domain.md §2.7)."""

import pytest

from outbox import scheduler
from referrals.models import FeedbackTask, InformationRequest
from referrals.reminders import expiry
from tests.conftest import see_all
from tests.factories.concerns import concern
from tests.shared_fixtures import shared_fixture

pytestmark = pytest.mark.both_databases("what the worker sees past row-level security")


@shared_fixture
def asked(story):
    """A question to the filer of Tuesday 24 November, due by Tuesday 1 December."""
    story.at("2026-11-24 10:00")
    story.files("filer", concern())
    story.triaged()
    story.does("crip_coordinator", "request_info", {"questions": "Depuis quand ?", "recipient": "filer"})
    return story


def state(model):
    see_all()
    return model.objects.get().state


def test_a_question_without_an_answer_expires_once_its_delay_is_over(asked):
    assert asked.due("C6") == "2026-12-01 23:59:59", "five working days"
    asked.at("2026-12-01 23:00")
    assert expiry.expire_requests(asked.now) == 0
    asked.at("2026-12-02 08:00")
    before = len(asked.entries())

    assert expiry.expire_requests(asked.now) == 1

    assert (state(InformationRequest), "C6" in asked.running) == ("expired", False)
    assert asked.row.info_requested is False
    assert asked.reads("filer")["status"]["code"] == "in_progress"
    assert asked.journal(since=before)[0] == "referral:info_expired system"
    assert expiry.expire_requests(asked.now) == 0, "once is enough"


def test_an_answer_that_is_owed_falls_overdue_and_may_still_be_sent(asked):
    asked.at("2027-02-25 00:00")

    assert expiry.mark_overdue(asked.now) == 1

    assert state(FeedbackTask) == "overdue"
    assert expiry.mark_overdue(asked.now) == 0
    (task,) = asked.reads("crip_coordinator", "feedbacks")["results"]
    asked.does(
        "crip_coordinator", "send", {"text": "Suite.", "means": "letter"}, part=f"feedbacks/{task['id']}"
    )
    assert state(FeedbackTask) == "sent"


def test_a_worker_does_all_of_it(asked):
    asked.at("2027-02-25 00:00")

    done = scheduler.run_due(clock=lambda: asked.now)

    assert (done["requests:expired"], done["feedbacks:overdue"]) == (1, 1)
    assert (state(InformationRequest), state(FeedbackTask)) == ("expired", "overdue")
