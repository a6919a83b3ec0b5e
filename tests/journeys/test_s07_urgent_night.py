"""S7: on a Saturday night a group-home worker finds a boy of 16 beaten, the exploiter waiting (domain.md §10).

Not there yet: the directory's suggestions.
"""

from datetime import timedelta
from uuid import uuid4

import pytest

from accounts.roles import Role
from outbox.models import Notice
from tests.factories.concerns import child, concern, urgent
from tests.journeys import bodies
from tests.journeys.story import paris

BOY = child(first_names="Noa", last_name="Nuit", birth_date="2010-06-01", sex="boy", whereabouts="known")
NIGHT = urgent(
    children=[BOY], filer_profession="residential_staff", prostitution_status_filer="suspected",
    danger_what="Frappé, une voiture attend", emergency_done=["17", "samu"],
)  # fmt: skip
CALL = {
    "kind": "prosecutor", "with_whom": "Permanence du parquet", "means": "Téléphone",
    "at": "2026-11-21T23:05:00Z", "text": "Avis donné.",
}  # fmt: skip


def filed(story):
    story.at("2026-11-21 23:40")
    return story.files("filer", NIGHT, urgent=True)


@pytest.fixture
def night(story, settings):
    """A gateway that calls, two officers on the rota of the week-end, and the boy's night."""
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:9/messages"
    story.world.hire("on_call_2", Role.ON_CALL)
    story.at("2026-11-19 10:00")
    story.on_the_rota("on_call", "first", "2026-11-21 08:00", "2026-11-23 08:00")
    story.on_the_rota("on_call_2", "second", "2026-11-21 08:00", "2026-11-23 08:00")
    filed(story)
    return story


@pytest.mark.slow("a night and a weekend")
@pytest.mark.sec("SEC-FT10")
def test_the_ladder_calls_each_rung_once_until_nobody_is_left(night):
    """First officer at once and again at 2 minutes, second at 10, supervisors at 20; then C3's alert at 30, breach at 4 h."""
    first, second, lead = ["on_call"], ["on_call_2"], ["supervisor", "supervisor_2"]
    minutes = {
        "23:40": [], "23:41": [], "23:42": first, "23:43": [], "23:50": second, "23:59": [], "00:00": lead,
        "00:01": [], "00:10": first, "00:12": first, "00:20": second, "00:30": lead, "03:39": [],
    }  # fmt: skip

    assert night.phoned() == first, "the filing itself has called"
    for minute, expected in minutes.items():
        night.at(f"2026-11-2{1 if minute > '12' else 2} {minute}")
        assert night.called() == expected, minute
        assert night.called() == [], f"{minute}: once, however often the work runs"

    night.now = paris("2026-11-22 03:40") + timedelta(seconds=1)
    assert night.called() == first, "the breach calls from the first rung on"


def test_after_a_stop_of_the_worker_all_that_came_due_is_called_together_and_once(night):
    night.at("2026-11-22 00:05")

    assert night.called() == ["on_call", "on_call_2", "supervisor", "supervisor_2"]
    assert night.called() == []


def test_whoever_answers_is_the_last_to_be_called(night):
    night.at("2026-11-21 23:41")
    alert = night.reads("on_call", "alerts")["results"][0]
    assert (alert["cause"]["code"], alert["state"]["code"]) == ("filed", "open")

    night.does("on_call", "acknowledge", {}, part=f"alerts/{alert['id']}")

    night.at("2026-11-22 00:05")
    assert night.called() == []
    assert night.state == "submitted", "to answer a call opens no file"
    assert night.refused("supervisor", "acknowledge", {}, part=f"alerts/{alert['id']}") == "wrong-state"


@pytest.mark.slow("a night and a weekend")
@pytest.mark.sec("SEC-AZ13")
def test_saturday_night_to_monday_morning(night):
    story, boy = night, night.children[0]
    assert story.running == ["C1", "C3", "C4", "C5"]
    assert story.due("C3") == "2026-11-22 03:40:00", "hours run on, whatever the date"
    assert story.due("C4") == story.due("C5") == "2027-02-21 23:59:59"
    story.at("2026-11-21 23:43")
    assert story.refused("on_call", "log_contact", CALL, expect=403) == "referral:log_contact"
    assert "children" not in story.reads("on_call")

    story.at("2026-11-21 23:44")
    opened = story.does("on_call", "open", {"reason": "Appel reçu : danger."}, part="break-glass")
    assert story.state == "acknowledged", "the first opening acknowledges (T05)"
    assert story.reads("on_call")["children"][0]["first_names"] == "Noa"
    assert story.called() == [], "the opening has answered the call"
    assert {"supervisor", "coordinator", "auditor"} <= told_of_the_glass(story)

    story.at("2026-11-22 00:05")
    story.does("on_call", "log_contact", CALL)
    story.at("2026-11-22 00:10")
    assert story.called() == ["on_call"], "C3 warns: nobody has seized justice yet"
    story.at("2026-11-22 00:30")
    story.does("on_call", "send_judicial", bodies.to_justice(boy, grounds=("5", "6")))
    assert "C3" not in story.running
    assert story.called() == [], "the referral answers"

    story.now = paris("2026-11-22 00:44") - timedelta(seconds=1)
    assert "children" in story.reads("on_call")
    story.at("2026-11-22 00:44")
    assert "children" not in story.reads("on_call"), "it ends to the second, whatever the worker does"
    story.breaks_glass("on_call", "Retour d'appel du commissariat.")
    assert "children" in story.reads("on_call")
    story.at("2026-11-22 02:00")
    story.called()

    sunday_night(story)
    monday(story, opened["made"])


def told_of_the_glass(story):
    """Return the roles that were told of an opening."""
    roles = {user.pk: name for (code, name), user in story.world.users.items() if code == "93"}
    rows = Notice.objects.filter(template__startswith="glass.", channel="app")
    return {roles[row.user_id].removeprefix("crip_").removesuffix("_2") for row in rows}


def sunday_night(story):
    """Another case, the same officer: no review is overdue, and the rota is never frozen."""
    story.at("2026-11-22 23:30")
    first = story.pk
    story.files("filer_2", NIGHT, urgent=True)
    story.breaks_glass("on_call", "Second appel de la nuit.")
    assert "children" in story.reads("on_call")
    story.pk, story._dates = first, None
    story._dates = (story.row.received_at, story.row.statutory_due_at)
    assert "children" not in story.reads("on_call"), "one case, and no other"


def monday(story, glass):
    story.at("2026-11-23 09:00")
    story.called()
    lines = story.world.as_("crip_coordinator").get("break-glass", state="to_review").json()["results"]
    assert [line["referral"] for line in lines].count(story.pk) == 2
    assert {line["review_due_at"] for line in lines} == {"2026-11-23T22:59:59Z"}, "the end of Monday"
    reasons = {row["id"]: row["reason"] for row in story.reads("crip_coordinator", "break-glass")["results"]}
    assert reasons[glass] == "Appel reçu : danger."
    story.does("crip_coordinator", "approve", {"note": "Justifié."}, part=f"break-glass/{glass}")
    story.does("crip_coordinator", "start_triage", bodies.SEARCHED)
    assert story.due("C2") == "2026-11-23 17:00:00", "eight open hours from U2 on, from Monday's opening"
    story.qualified(urgency="U3", two=True, urgency_reason="Nuit")
    assert story.state == "qualified"
    assert story.running == ["C4", "C5", "C7"]
    assert story.row.target_due_at == paris("2026-12-21 23:59").replace(second=59), (
        "30 days from receipt at U3"
    )
    assert story.reads("filer")["status"]["code"] == "in_progress"
    story.names_nobody("Noa", "Nuit", "voiture", "Permanence", "commissariat")


def test_the_night_as_the_auditor_reads_it(night):
    story = night
    story.at("2026-11-21 23:44")
    story.breaks_glass("on_call")
    story.reads("on_call")
    story.at("2026-11-22 00:30")
    story.does("on_call", "send_judicial", bodies.to_justice(story.children[0], grounds=("5", "6")))
    story.at("2026-11-22 01:00")
    story.called()
    story.refused("on_call", "log_contact", CALL, expect=403)
    story.at("2026-11-23 09:00")
    story.reads("crip_coordinator")
    story.does("crip_coordinator", "start_triage", bodies.SEARCHED)
    story.qualified(urgency="U3", two=True, urgency_reason="Nuit")

    assert story.audited() == [
        "referral:create filer", "alert:sound filer", "referral:submit_urgent filer",
        "referral:acknowledge system", "alert:acknowledge on_call", "glass:open on_call", "field:opened on_call",
        "judicial:send on_call", "referral:send_judicial on_call", "glass:expire system",
        "request:denied on_call referral:log_contact",
        "field:opened crip_coordinator", "referral:start_triage crip_coordinator",
        "approval:requested crip_coordinator", "field:opened crip_coordinator",
        "assessment:open crip_coordinator", "referral:qualify crip_coordinator",
    ]  # fmt: skip
    both = next(body for body in story.entries() if body["act"] == "referral:qualify")
    assert both["rule"] == "two-signatures"
    assert None not in (both["actor"], both["obo"])
    assert both["actor"] != both["obo"]
    read = [body["why"] for body in story.entries() if body["act"] in ("glass:open", "field:opened")]
    assert read[:2] == ["emergency", "emergency"], "what the glass opened is read in an emergency"


def test_the_prosecutor_of_an_established_case_is_told_ground_six(story):
    filed(story)
    boy = story.children[0]
    story.reads("crip_coordinator")
    story.does(
        "crip_coordinator",
        "set_exploitation_status",
        {"child": boy, "value": "established", "reasons": "Aveux"},
    )

    assert (
        story.refused("crip_coordinator", "send_judicial", bodies.to_justice(boy)) == "ground_fits_the_child"
    )
    # The officer on call hasn't opened the file, so the rule, which names what the child is in, is withheld (SEC-AZ7).
    assert story.refused("on_call", "send_judicial", bodies.to_justice(boy)) == "not-possible-now"


def test_what_was_noted_on_paper_keeps_its_true_receipt(story):
    """With the network down a paper form serves; intake types it in on Monday (domain.md §4.5)."""
    story.at("2026-11-23 08:30")
    typed = concern(children=[BOY], received_at="2026-11-21T22:40:00Z", channel="phone", on_behalf="phone")

    story.files("intake_agent", typed)

    assert story.row.received_at == paris("2026-11-21 23:40")
    assert story.due("C4") == story.due("C5") == "2027-02-21 23:59:59"
    assert story.clock("C1").started_at == paris("2026-11-23 08:30"), "C1 runs from the filing"


def test_a_receipt_yet_to_come_or_typed_by_a_filer_is_refused(story):
    story.at("2026-11-23 08:30")
    ahead = concern(received_at="2026-11-23T07:31:00Z", channel="phone") | {"submit": True}
    own = concern(received_at="2026-11-21T22:40:00Z") | {"submit": True}

    for who, body in (("intake_agent", ahead), ("filer", own)):
        answer = story.world.as_(who).post("referrals", body, key=uuid4().hex)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] == "received_at"
