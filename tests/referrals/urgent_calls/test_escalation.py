"""Urgent calls (domain.md S7, §2.2 T03, T08, T14, §2.3 C3): sounded, climbed, answered; the night itself is journey S7."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Membership
from accounts.roles import Role
from outbox.models import Notice
from referrals.models import Alert, Clock
from referrals.notifications import recipients
from referrals.reminders import tasks as reminders_tasks
from tests.audit.owner import written
from tests.conftest import see_all
from tests.factories.concerns import concern, urgent
from tests.journeys import bodies
from tests.journeys.test_s02_runaway import runaway
from tests.referrals.on_call_rota.test_on_call_rota import shift

pytestmark = [
    pytest.mark.sec("SEC-FT10"),
    pytest.mark.both_databases("what the worker sees past row-level security"),
]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def filed(story, settings):
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:9/messages"
    story.at("2026-11-24 02:00")
    story.files("filer", urgent(), urgent=True)
    return story


def alerts(story):
    see_all()
    found = Alert.objects.filter(referral=story.pk).values_list("cause", "state")
    return sorted(found, key=lambda one: (one[1] == "open", one[0] != "filed"))


def test_without_a_gateway_the_answer_says_whom_to_phone(story):
    story.at("2026-11-24 02:00")
    assert story.files("filer", urgent(), urgent=True)["warnings"] == [recipients.PHONE_ON_CALL]
    Membership.objects.filter(role=Role.ON_CALL).update(valid_to=story.now)

    assert story.files("filer_2", urgent(), urgent=True)["warnings"] == [recipients.PHONE_SUPERVISOR]
    story.now += 2 * MINUTE
    assert story.called() == [], "nobody can be called"
    mails = Notice.objects.filter(template="referral.urgent", subject_id=story.pk, channel="mail")
    assert {row.user_id for row in mails} >= {story.user("supervisor"), story.user("supervisor_2")}, (
        "an empty rung doesn't wait"
    )


def test_a_rung_without_anybody_does_not_wait(filed):
    """The rota has a first officer alone: at ten minutes the supervisor is called in the place of the second."""
    shift(filed.world, "on_call", at=filed.now)
    filed.now += 2 * MINUTE
    assert filed.called() == ["on_call"]
    filed.now += 8 * MINUTE

    assert filed.called() == ["supervisor", "supervisor_2"]
    filed.now += 10 * MINUTE
    assert filed.called() == []


@pytest.mark.parametrize("who", ["crip_coordinator", "intake_agent"])
def test_whoever_of_the_cell_opens_the_file_answers(filed, who):
    filed.reads(who)

    assert alerts(filed) == [("filed", "acknowledged")]
    row = Alert.objects.get()
    assert (row.ended_by, row.next_at) == (filed.user(who), None)
    filed.now += 30 * MINUTE - timedelta(seconds=1)
    assert filed.called() == []


def test_to_look_at_the_shell_answers_nothing(filed):
    for who in ("on_call", "supervisor", "filer"):
        filed.reads(who)
    filed.world.as_("on_call").get("referrals")

    assert alerts(filed) == [("filed", "open")]


def test_breaking_the_glass_answers(filed):
    filed.breaks_glass("on_call")

    assert alerts(filed) == [("filed", "acknowledged")]


def test_a_supervisors_glass_answers_for_nobody(filed):
    filed.breaks_glass("supervisor")

    assert (alerts(filed), filed.state) == ([("filed", "open")], "submitted")


def protective(story):
    child = story.children[0]
    return {
        "send_judicial": bodies.to_justice(child),
        "record_runaway": runaway(story, since="2026-11-24T00:30:00Z"),
        "shelter_72h": {
            "child": child, "since": "2026-11-24T00:55:00Z", "place": "Foyer.", "prosecutor_told_at": "2026-11-24T00:55:00Z",
            "service": str(story.world.services["93"].pk), "holders_told": "no", "holders_reason": "Inconnus.",
        },
    }  # fmt: skip


@pytest.mark.parametrize("step", ["send_judicial", "record_runaway", "shelter_72h"])
def test_a_step_that_protects_the_child_answers(filed, step):
    filed.now += MINUTE
    filed.breaks_glass("supervisor")
    filed.does("supervisor" if step == "record_runaway" else "on_call", step, protective(filed)[step])

    assert alerts(filed) == [("filed", "acknowledged")]
    assert filed.row.alert_open is False


def test_a_danger_flagged_later_calls_anew_in_the_place_of_the_call_that_is_open(filed):
    filed.breaks_glass("supervisor")
    said = {
        "child": filed.children[0],
        "what": "Coups.",
        "where": "Rue.",
        "since": "Maintenant",
        "called": "17",
    }
    filed.does("supervisor", "flag_immediate_danger", said)

    assert alerts(filed) == [("filed", "over"), ("flagged", "open")]


def test_a_complement_that_tells_of_danger_calls_within_a_minute(story, settings):
    """T08 ⇒ T14: the step tells asker and coordinator alone, so the work of the next minute calls who is on call."""
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:9/messages"
    story.at("2026-11-24 02:00")
    story.files("filer", concern())
    story.does("filer", "provide_info", {"text": "Il arrive.", "danger_now": True, "danger_what": "Menaces."})

    assert alerts(story) == [("flagged", "open")]
    assert story.called() == ["on_call"]
    story.now += 2 * MINUTE
    assert story.called() == ["on_call"]


def test_the_alert_of_c3_is_one_for_the_children_whose_clocks_run_together(story, settings):
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:9/messages"
    story.at("2026-11-24 02:00")
    said = urgent()
    story.files("filer", said | {"children": said["children"] * 2}, urgent=True)
    assert Clock.objects.filter(code="C3").count() == 2
    story.reads("crip_coordinator")

    story.now += 30 * MINUTE
    assert story.called() == ["on_call"]
    assert alerts(story) == [("filed", "acknowledged"), ("clock_near", "open")]
    story.now += timedelta(hours=3, minutes=31)
    assert set(story.called()) == {"on_call"}
    assert alerts(story)[1:] == [("clock_near", "over"), ("clock_over", "open")]
    reminders_tasks.remind(story.now)
    mails = Notice.objects.filter(template="clock.overdue", channel="mail")
    assert {row.user_id for row in mails} == {
        story.user("crip_coordinator"), story.user("crip_coordinator_2"),
    }, "the ladder calls the others"  # fmt: skip


def test_a_clock_found_over_after_a_stop_is_not_told_of_as_near(filed):
    filed.now += timedelta(hours=9)

    assert set(filed.called()) >= {"on_call", "supervisor"} or filed.called() == []
    assert ("clock_near", "open") not in alerts(filed)
    assert alerts(filed)[-1] == ("clock_over", "open")


def test_a_case_that_closes_calls_nobody_any_more(filed):
    filed.does("filer", "withdraw", {"reason": "Erreur."})
    filed.now += timedelta(hours=5)

    assert alerts(filed) == [("filed", "over")]
    assert filed.called() == []


@pytest.mark.sec("SEC-AZ4")
def test_on_a_restricted_case_those_of_its_list_are_called_and_nobody_else(filed):
    filed.reads("crip_coordinator")
    named = [str(filed.user("crip_coordinator")), str(filed.user("supervisor"))]
    filed.does(
        "crip_coordinator", "restrict", {"named": named, "reason": "Agent.", "review_on": "2026-12-24"}
    )
    filed.now += 30 * MINUTE

    assert filed.called() == ["supervisor"], (
        "no officer on call may know of it: the next rung is called at once"
    )
    see_all()
    told = Notice.objects.filter(subject_id=filed.pk, created_at=filed.now).values_list("user_id", flat=True)
    assert set(told) == {filed.user("supervisor")}


@pytest.mark.sec("SEC-AZ4")
def test_an_excluded_officer_is_called_by_no_rung_and_sees_no_alert(filed):
    filed.row.exclusions.create(
        referral=filed.row, user=filed.world.user("on_call"), by=filed.user("supervisor"), since_at=filed.now
    )
    filed.now += 20 * MINUTE

    assert filed.called() == ["supervisor", "supervisor_2"]
    filed.reads("on_call", "alerts", expect=404)


@pytest.mark.sec("SEC-AL1")
def test_the_journal_says_who_was_called_by_function_and_no_more(filed):
    filed.now += 10 * MINUTE
    filed.called()

    rules = [bytes(entry.body) for entry in written(act="alert:called")]
    assert [b'"rule":"on_call"' in body for body in rules] == [True, False]
    assert all(b'"why":"emergency"' in body for body in rules)
    assert not [body for body in rules if filed.row.reference.encode() in body]


@pytest.mark.parametrize(
    "values", [{"ended_at": "now"}, {"state": "acknowledged"}, {"state": "lost"}], ids=str
)
def test_the_database_refuses_an_alert_that_contradicts_itself(filed, values):
    row = Alert.objects.get()
    said = {name: filed.now if value == "now" else value for name, value in values.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.filter(pk=row.pk).update(**said)
    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.create(referral=row.referral, cause="filed", sounded_at=filed.now)
