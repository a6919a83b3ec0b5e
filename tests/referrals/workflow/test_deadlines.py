"""Delays: when each is due, what starts and stops it, who reads it (domain.md §2.3, §4.8).

The dates are those of tests/expected/deadlines.py, worked out apart from the service; starts and stops are told
through real steps over HTTP. Questions (C6) and the sending of feedback (C5, C5b) have tests of their own beside
the steps, and so have shelters (C11, C12), runaways (C19) and keeping (C20, tests/referrals/retention/test_archiving.py).
"""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts.models import Authority
from referrals.models import Clock, Referral
from referrals.policy import working_time
from referrals.reading import counts
from referrals.vocabulary.deadlines import BESIDE_CASES, ClockCode
from referrals.workflow import clocks
from referrals.workflow.clocks import ClockState
from referrals.workflow.deadlines import DEADLINES
from tests.conftest import see_all
from tests.expected.deadlines import ASSESSMENT_DAYS, CLOCKS, DUE, FILER_CLOCKS, STANDING
from tests.factories.concerns import child, concern, urgent
from tests.journeys import bodies
from tests.shared_fixtures import shared_fixture
from tests.web.visiting import Visitor

SPLIT = {"C4b": ("C4b-meeting", "C4b-visit")}


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def due(duration: str, start: datetime, zone: ZoneInfo) -> datetime:
    """Return the end of an ISO duration by the rule of its unit."""
    count, unit = re.fullmatch(r"PT?(\d+)([A-Z])", duration).groups()
    if duration.startswith("PT"):
        return start + timedelta(hours=int(count))
    if unit == "D":
        return working_time.after_days(start, int(count), zone)
    return working_time.after_months(start, int(count) * (12 if unit == "Y" else 1), zone)


# --- When a delay ends --------------------------------------------------------------------------------


@pytest.mark.parametrize(("duration", "zone", "start", "wall", "utc"), DUE)
def test_a_delay_ends_on_the_day_of_the_authoritys_zone(duration, zone, start, wall, utc):
    found = due(duration, instant(start), ZoneInfo(zone))

    assert found == instant(utc)
    assert found.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == instant(wall)


@pytest.mark.parametrize(("due_at", "now", "overdue"), STANDING)
def test_the_due_second_itself_is_on_time(due_at, now, overdue):
    clock = Clock(due_at=instant(due_at), warn_at=instant(due_at) - timedelta(days=1))

    assert (clocks.state_of(clock, instant(now)) == ClockState.OVERDUE) is overdue


def test_a_clock_warns_before_it_is_late_and_stops_for_good():
    begun = datetime(2026, 11, 24, 9, tzinfo=UTC)
    clock = Clock(started_at=begun, warn_at=begun + timedelta(hours=4), due_at=begun + timedelta(hours=5))

    shown = [clocks.state_of(clock, begun + timedelta(hours=n)) for n in (0, 4, 5, 6)]
    clock.stopped_at = begun + timedelta(hours=7)

    assert shown == ["on_time", "due_soon", "due_soon", "overdue"]
    assert clocks.state_of(clock, begun + timedelta(days=99)) == ClockState.STOPPED


def test_every_clock_of_the_paper_is_there_and_no_other():
    wanted = {code for row in CLOCKS for code in SPLIT.get(row.code, (row.code,))}

    assert set(ClockCode.values) == wanted
    assert set(DEADLINES) == set(ClockCode)
    assert {code for code, one in DEADLINES.items() if one.due} == set(ClockCode) - BESIDE_CASES


@pytest.mark.parametrize("row", [row for row in CLOCKS if row.code not in SPLIT], ids=lambda row: row.code)
def test_a_clock_bears_the_name_of_the_paper(row):
    assert ClockCode(row.code).label == row.label


@pytest.mark.parametrize("row", CLOCKS, ids=lambda row: row.code)
def test_a_clock_is_of_the_class_of_what_it_times_and_statutory_where_the_law_says(row):
    for code in SPLIT.get(row.code, (row.code,)):
        assert DEADLINES[ClockCode(code)].access_class == row.access_class
        assert DEADLINES[ClockCode(code)].statutory is row.statutory


# --- C1, C2: receipt and first analysis ---------------------------------------------------------------


@shared_fixture
def filed(story):
    """An ordinary concern of a teacher, on Tuesday 24 November at ten."""
    story.at("2026-11-24 10:00")
    story.files("filer", concern())
    return story


def test_a_filing_starts_c1_c4_c5(filed):
    assert filed.running == ["C1", "C4", "C5"]
    assert filed.due("C1") == "2026-11-27 10:00:00"
    assert filed.due("C4") == filed.due("C5") == "2027-02-24 23:59:59"


def test_c1_stops_and_c2_starts_when_the_concern_is_acknowledged(filed):
    filed.at("2026-11-24 15:00")

    filed.does("intake_agent", "acknowledge", {})

    assert filed.running == ["C2", "C4", "C5"]
    assert filed.due("C2") == "2026-11-27 15:00:00"


def test_a_withdrawal_stops_all_three(filed):
    filed.does("filer", "withdraw", {"reason": "Erreur"})

    assert filed.running == ["C20"]


def test_c2_is_shorter_from_u2_on_and_stops_at_the_qualification(story):
    story.at("2026-11-24 10:00")
    story.files("filer", concern(prostitution_status_filer="suspected"))
    story.triaged()
    assert story.due("C2") == "2026-11-25 10:00:00"

    story.qualified(urgency="U2", two=True)

    assert story.running == ["C4", "C5"]


def test_reorienting_stops_c2_and_c4_and_leaves_the_feedback_due(filed):
    filed.triaged()

    filed.does(
        "crip_coordinator", "reorient", {"reason": "Sans danger", "target": "no_object", "feedback": "Suite"}
    )

    assert filed.running == ["C20", "C5"]


def test_continuing_from_the_first_analysis_stops_c2_and_c4(filed):
    filed.triaged()
    ordered(filed, "aemo")
    (only,) = filed.children
    body = {"decisions": [bodies.decision(only, "continue")], "motivation": "Mesure en cours."}

    filed.refused("ase_inspector", "decide_continue", body)
    answered_elsewhere(filed)
    filed.does("ase_inspector", "decide_continue", body)

    assert (filed.state, filed.running) == ("protected_judicial", ["C24", "C5"])


def answered_elsewhere(story):
    """Let justice answer for every child, so that each counts as met (domain.md §2.2 Met)."""
    story.does("ase_inspector", "send_judicial", bodies.to_justice(*story.children))
    sent = story.row.judicial_referrals.get().pk
    answer = {"outcomes": [bodies.outcome(pk, "no_further", on="2026-11-24") for pk in story.children]}
    story.does("ase_inspector", "record_outcome", answer, part=f"judicial-referrals/{sent}")


def test_c1_and_c2_count_the_hours_of_the_authority(story):
    """A Saturday night (S7): eight open hours are all of Monday, or of Tuesday where Monday is off."""
    for night, due in (("2026-11-21 23:40", "2026-11-23"), ("2026-05-23 23:40", "2026-05-26")):
        story.at(night)
        story.files("filer", urgent(), urgent=True)
        story.does("intake_agent", "acknowledge", {})

        assert story.due("C2") == f"{due} 17:00:00"


def test_c1_and_c2_follow_the_settings_of_the_authority(story):
    """Its opening hours and its figures; a delay that runs keeps its date."""
    settings = f"authorities/{story.world.authorities['93'].pk}/settings"
    story.at("2026-11-24 09:00")
    story.files("filer", concern())
    week = {
        day: [{"opens": "00:00", "closes": "24:00"}] for day in ("monday", "tuesday", "wednesday", "thursday")
    }
    values = {"opening_hours": week, "acknowledge_hours": 12, "triage_hours": 10}
    body = {"effective_on": "2026-11-24", "values": values}
    assert story.world.as_("territory_admin").post(settings, body).status_code == 200
    assert story.due("C1") == "2026-11-26 17:00:00"

    story.files("filer", concern())
    assert story.due("C1") == "2026-11-24 21:00:00"
    story.at("2026-11-26 20:00")
    story.does("intake_agent", "acknowledge", {})

    assert story.due("C2") == "2026-11-30 06:00:00"


@pytest.mark.parametrize("at_once", [True, False])
def test_a_letter_that_the_cell_types_in_follows_the_settings_of_the_authority(story, at_once):
    """The form asks whether its receipt is late before there is an authority; the delays still are the authority's."""
    settings = f"authorities/{story.world.authorities['93'].pk}/settings"
    story.at("2026-11-24 09:00")
    week = {day: [{"opens": "00:00", "closes": "24:00"}] for day in ("monday", "tuesday")}
    body = {"effective_on": "2026-11-24", "values": {"opening_hours": week, "acknowledge_hours": 12}}
    assert story.world.as_("territory_admin").post(settings, body).status_code == 200
    letter = concern(received_at="2026-11-23T08:00:00+01:00", channel="letter")

    agent = story.world.as_("intake_agent")
    filed = agent.post("referrals", letter | {"submit": at_once}, key="letter-01")
    if not at_once:
        filed = agent.post(f"referrals/{filed.json()['id']}/submit", {}, version=1, key="letter-02")

    assert filed.json()["state"]["code"] == "submitted"
    see_all()
    assert Clock.objects.get(code="C1").due_at == datetime(2026, 11, 24, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("filed_at", "due", "before"),
    [
        ("2026-11-24 10:00", "2027-02-24 23:59:59", None),
        ("2026-11-28 10:00", "2027-02-28 23:59:59", "2027-02-26"),
        ("2027-02-17 10:00", "2027-05-17 23:59:59", "2027-05-14"),
    ],
)
def test_a_delay_that_ends_on_a_day_off_keeps_its_date_and_shows_the_working_day_before(
    story, filed_at, due, before
):
    """No shift for week-ends and holidays; *ouvré précédent* (a Sunday, the Monday of Pentecost)."""
    story.at(filed_at)
    story.files("filer", concern())

    assert story.due("C4") == due
    for shown in (
        story.reads("crip_coordinator")["clocks"],
        story.reads("crip_coordinator", "clocks")["results"],
    ):
        assert {c["working_day_before"] for c in shown if c["code"] in ("C4", "C5")} == {before}
    listed = story.world.as_("crip_coordinator").get("clocks", code="C4").json()["results"]
    assert [line["working_day_before"] for line in listed if line["referral"] == story.pk] == [before]


# --- C3: immediate danger, child by child -------------------------------------------------------------


def danger(child_id):
    return {"child": child_id, "what": "Menaces", "where": "Domicile", "since": "Hier", "called": "17"}


@shared_fixture
def two_in_danger(story):
    """Two children, both flagged at eleven by the cell (T14)."""
    story.at("2026-11-24 10:00")
    story.files("filer", concern(children=[child(), child(first_names="Max")]))
    story.reads("crip_coordinator")
    story.at("2026-11-24 11:00")
    for pk in story.children:
        story.does("intake_agent", "flag_immediate_danger", danger(pk))
    return story


def test_c3_runs_for_each_child_in_danger(two_in_danger):
    assert two_in_danger.running.count("C3") == 2
    assert {two_in_danger.due("C3", child=pk) for pk in two_in_danger.children} == {"2026-11-24 15:00:00"}
    assert two_in_danger.row.urgency == "U3"
    for minutes, shown in ((29, "on_time"), (30, "due_soon"), (240, "due_soon"), (241, "overdue")):
        two_in_danger.at("2026-11-24 11:00")
        two_in_danger.now += timedelta(minutes=minutes)
        assert two_in_danger.shown_clock("crip_coordinator", "C3") == shown


def test_c3_stops_for_the_child_that_is_referred_to_justice(two_in_danger):
    first, second = two_in_danger.children

    two_in_danger.does("crip_coordinator", "send_judicial", bodies.to_justice(first))

    assert two_in_danger.clock("C3", child=first).stopped_at is not None
    assert two_in_danger.clock("C3", child=second).stopped_at is None


def test_c3_stops_for_the_child_whose_danger_is_over(two_in_danger):
    first, second = two_in_danger.children
    body = {"value": "U3", "reason": "Mise à l'abri", "clear_danger": [first], "done": "Hébergement"}

    two_in_danger.does("crip_coordinator", "set_urgency", body)

    assert two_in_danger.clock("C3", child=first).stopped_at is not None
    assert two_in_danger.clock("C3", child=second).stopped_at is None


def test_a_danger_said_again_counts_from_when_it_is_said_again(two_in_danger):
    first = two_in_danger.children[0]
    two_in_danger.at("2026-11-24 12:00")

    two_in_danger.does("intake_agent", "flag_immediate_danger", danger(first))

    assert two_in_danger.running.count("C3") == 2
    assert two_in_danger.due("C3", child=first) == "2026-11-24 16:00:00"


# --- C4, C4b: the assessment --------------------------------------------------------------------------


@shared_fixture
def assessing(filed):
    """In assessment since the filing's own day."""
    filed.triaged()
    filed.qualified()
    filed.assigned()
    return filed


@shared_fixture
def reported(assessing):
    """Met on 1 December, report of a danger on the 10th."""
    assessing.at("2026-12-01 10:00")
    assessing.met()
    assessing.at("2026-12-10 10:00")
    assessing.reported(["danger"])
    return assessing


def test_c4b_is_eight_days_to_meet_and_twenty_one_to_visit(assessing):
    assert assessing.running == ["C4", "C4b-meeting", "C4b-visit", "C5"]
    assert assessing.due("C4b-meeting") == "2026-12-02 23:59:59"
    assert assessing.due("C4b-visit") == "2026-12-15 23:59:59"


def test_c4b_stops_by_what_took_place(assessing):
    (only,) = assessing.children
    elsewhere = bodies.contact({only: "alone"}, at="2026-11-26T09:00:00Z", kind="meeting")
    empty = bodies.contact({only: "no"}, at="2026-11-25T09:00:00Z")

    assessing.does("assessor", "record_contact", empty)
    assert "C4b-meeting" in assessing.running
    assert "C4b-visit" not in assessing.running, "the home was visited, though nobody was seen"
    assessing.does("assessor", "record_contact", elsewhere)

    assert assessing.running == ["C4", "C5"]


def test_the_report_stops_c4_and_c4b_and_starts_c8(assessing):
    assessing.does("assessor", "start", {"on": "2026-11-25"}, part="assessment")
    assessing.at("2026-12-10 10:00")
    assessing.reported(["danger"], no_visit_reason="Porte close à chaque passage.")

    assert assessing.running == ["C5", "C8"]
    assert assessing.due("C8") == "2026-12-15 23:59:59"


def test_a_supplement_resumes_c4_on_its_old_date(reported):
    reported.at("2027-01-20 10:00")

    reported.does("ase_inspector", "ask_supplement", {"questions": "Fratrie ?", "due_on": "2027-02-01"})

    assert "C8" not in reported.running
    assert reported.due("C4") == "2027-02-24 23:59:59"
    assert "C4" in reported.running


@pytest.mark.parametrize(
    ("said", "target"),
    [
        ({}, "2027-02-24"),
        ({"prostitution_status_filer": "at_risk"}, "2027-02-24"),
        ({"prostitution_status_filer": "suspected"}, "2026-12-24"),
        ({"children": [child(birth_date="2025-03-01")]}, "2027-01-08"),
        (
            {"children": [child(birth_date="2025-03-01")], "prostitution_status_filer": "suspected"},
            "2026-12-24",
        ),
        ({"children": [child(birth_date="2024-11-24")]}, "2027-02-24"),
    ],
)
def test_the_reduced_date_is_that_of_the_gravest_profile(story, said, target):
    """D226-2-4; ASSESSMENT_DAYS: 30 days suspected or from U2, 45 under two."""
    assert ASSESSMENT_DAYS == {"U2": 30, "under_2": 45, "suspected": 30}
    story.at("2026-11-24 10:00")

    story.files("filer", concern(**said))

    assert story.row.target_due_at.astimezone(ZoneInfo("Europe/Paris")).date().isoformat() == target
    assert story.due("C4") == "2027-02-24 23:59:59"


def test_the_reduced_date_follows_urgency_status_and_children(filed):
    filed.reads("crip_coordinator")

    def target():
        return filed.row.target_due_at.date().isoformat()

    seen = [target()]
    filed.does("crip_coordinator", "set_urgency", {"value": "U2", "reason": "Menaces"})
    seen.append(target())
    filed.does("crip_coordinator", "set_urgency", {"value": "U1", "reason": "Écartées"})
    seen.append(target())
    baby = {"kind": "household", "reason": "Au domicile", "identity_known": "known", "sex": "boy"}
    filed.does("intake_agent", "add_child", baby | {"birth_date": "2026-01-05"})
    seen.append(target())

    assert seen == ["2027-02-24", "2026-12-24", "2027-02-24", "2027-01-08"]
    assert filed.due("C4") == "2027-02-24 23:59:59"


def test_the_queue_shows_the_earliest_of_what_is_due(filed):
    assert filed.row.next_due_at == filed.clock("C1").due_at
    filed.does("intake_agent", "acknowledge", {})
    filed.does("crip_coordinator", "set_urgency", {"value": "U2", "reason": "Menaces"})
    filed.does("crip_coordinator", "start_triage", bodies.SEARCHED)
    filed.qualified(urgency="U2")

    assert filed.row.next_due_at == filed.row.target_due_at


# --- C5, C5b, C18: what is owed to people, and the search for an address ------------------------------


@pytest.mark.parametrize("profession", ["private_person", "minor_self", "parent"])
def test_nobody_but_professionals_and_officials_is_owed_feedback_unasked(story, profession):
    story.at("2026-11-24 10:00")
    story.files("filer", concern(filer_profession=profession))
    story.reads("crip_coordinator")
    assert story.running == ["C2", "C4"]

    story.at("2026-12-30 10:00")
    story.does("crip_coordinator", "log_contact", exchange("feedback_request", at="2026-12-29T23:30:00Z"))

    assert story.due("C5b") == "2027-03-30 23:59:59", "three months from the request, as the local day has it"


def test_a_professional_who_asks_is_owed_no_second_clock(filed):
    filed.reads("crip_coordinator")

    filed.does("crip_coordinator", "log_contact", exchange("feedback_request", at="2026-11-24T09:30:00Z"))

    assert filed.running == ["C2", "C4", "C5"]


def test_an_elected_official_is_owed_feedback(story):
    story.at("2026-11-24 10:00")

    story.files("filer", concern(filer_profession="elected_official"))

    assert "C5" in story.running


def test_a_prosecutors_request_is_owed_none(story):
    story.at("2026-11-24 10:00")
    request = {
        "variant": "prosecutor_request",
        "channel": "prosecutor_request",
        "received_at": "2026-11-23T09:00:00Z",
    }

    story.files("intake_agent", concern(**request))

    assert story.running == ["C1", "C4"]
    assert story.due("C4") == "2027-02-23 23:59:59"


def test_c18_runs_from_the_request_to_the_answer(filed):
    filed.reads("crip_coordinator")
    filed.does("crip_coordinator", "log_contact", exchange("address_request", at="2026-11-23T09:00:00Z"))
    assert filed.due("C18") == "2026-12-03 23:59:59"

    filed.does("crip_coordinator", "log_contact", exchange("address_answer", at="2026-11-24T09:00:00Z"))

    assert "C18" not in filed.running


def exchange(kind, *, at):
    return {"kind": kind, "with_whom": "Interlocuteur", "means": "Courriel", "at": at, "text": "Échange."}


# --- C7: the answer of justice ------------------------------------------------------------------------


def test_c7_runs_until_every_child_has_a_deciding_answer(two_in_danger):
    story = two_in_danger
    story.does("crip_coordinator", "send_judicial", bodies.to_justice(*story.children))
    sent = story.row.judicial_referrals.get().pk
    assert "C3" not in story.running
    assert story.due("C7", part=sent) == "2026-12-24 23:59:59"
    assert story.clock("C7").warn_at == instant("2026-11-26T22:59:59Z")

    for number, kind in ((0, "criminal_inquiry"), (0, "no_further"), (1, "judge_seized")):
        answer = {"outcomes": [bodies.outcome(story.children[number], kind, on="2026-12-01")]}
        story.does("crip_coordinator", "record_outcome", answer, part=f"judicial-referrals/{sent}")
        assert "C7" in story.running
    last = {"outcomes": [bodies.outcome(story.children[1], "non_lieu", on="2026-12-02")]}
    story.does("crip_coordinator", "record_outcome", last, part=f"judicial-referrals/{sent}")

    assert "C7" not in story.running


# --- C8 to C10: decision, agreement, administrative measure -------------------------------------------


@shared_fixture
def aed(reported):
    """An AED, offered on 11 December (T23 ⇒ M01); its address."""
    reported.at("2026-12-11 10:00")
    (only,) = reported.children
    body = {
        "decisions": [bodies.decision(only, "admin")], "motivation": "Soutien.",
        "measures": [bodies.offer(only)],
    }  # fmt: skip
    reported.does("ase_inspector", "decide_admin", body)
    return f"measures/{reported.row.measures.get().pk}"


@pytest.mark.parametrize(
    ("step", "code", "said"),
    [
        ("decide_close", "close", {"feedback": "Suite."}),
        ("decide_admin", "admin", {}),
        ("decide_judicial", "judicial", bodies.to_justice() | {"children": []}),
    ],
)
def test_a_decision_stops_c8(assessing, step, code, said):
    assessing.at("2026-12-10 10:00")
    assessing.met()
    assessing.reported(["no_danger" if code == "close" else "danger"])
    (only,) = assessing.children

    if code == "admin":
        said = {"measures": [bodies.offer(only)]}

    assessing.does(
        "ase_inspector", step, {"decisions": [bodies.decision(only, code)], "motivation": "Vu."} | said
    )

    assert assessing.clock("C8").stopped_at is not None


def test_c9_stops_and_c16_starts_with_the_agreement(reported, aed):
    assert reported.due("C9") == "2026-12-26 23:59:59"

    reported.at("2026-12-14 10:00")
    reported.does("ase_inspector", "agree", bodies.agreement(on="2026-12-14"), part=aed)

    assert (reported.state, reported.running) == ("protected_admin", ["C16", "C24", "C5"])
    assert reported.due("C16") == "2027-03-14 23:59:59"


@pytest.mark.parametrize(
    ("step", "body"), [("refuse", {"attempts": "Sans réponse"}), ("cancel", {"reason": "Erreur"})]
)
def test_c9_stops_when_the_offer_is_over(reported, aed, step, body):
    reported.does("ase_inspector", step, body, part=aed)

    assert reported.running == ["C5", "C8"], "a decision is due again, in place"


@pytest.mark.parametrize("agreed", [False, True])
@pytest.mark.parametrize(
    ("step", "body"), [("refuse", {"attempts": "Sans réponse"}), ("cancel", {"reason": "Erreur"})]
)
def test_a_decision_is_due_again_for_who_was_to_go_on_with_what_is_over(reported, step, body, agreed):
    """M03, M04: whatever was decided that needs a measure, none is alive (T27 counts what is only offered)."""
    (her,) = reported.children
    reported.does("ase_inspector", "propose", bodies.offer(her), part="measures")
    aed = f"measures/{reported.row.measures.get().pk}"
    if agreed:
        reported.does("ase_inspector", "agree", bodies.agreement(on="2026-12-11"), part=aed)
    goes_on = {"decisions": [bodies.decision(her, "continue")], "motivation": "L'aide suffit."}
    reported.does("ase_inspector", "decide_continue", goes_on)
    assert (reported.state, reported.child().decision) == ("protected_admin", "continue")

    reported.does("ase_inspector", step, body, part=aed)

    assert (reported.state, reported.child().decision) == ("protected_admin", "undecided")
    assert reported.running == ["C5", "C8"]
    ending = {"reason": "term", "end_report": "Fin."}
    assert reported.refused("ase_inspector", "end_followup", ending) == "nothing_is_left_open"


@shared_fixture
def agreement_given(reported, aed):
    """The same, agreed on."""
    reported.does("ase_inspector", "agree", bodies.agreement(on="2026-12-14"), part=aed)
    return reported


@pytest.mark.parametrize(
    ("step", "body", "part"),
    [
        ("refuse", {"attempts": "Sans réponse"}, "measure"),
        ("cancel", {"reason": "Erreur"}, "measure"),
        ("record_refusal", {"attempts": "Sans réponse", "danger_persists": False}, ""),
    ],
)
def test_c16_stops_when_the_family_goes_back_on_its_agreement(agreement_given, aed, step, body, part):
    """There is no plan to sign for a measure that won't be (M02 started it; M03, M04, T25)."""
    assert "C16" in agreement_given.running

    said = body if part else body | {"child": agreement_given.children[0]}
    agreement_given.does("ase_inspector", step, said, part=aed if part else "")

    assert "C16" not in agreement_given.running


@shared_fixture
def under_way(agreement_given, aed):
    """An AED of twelve months, begun on 15 December."""
    agreement_given.aed = aed
    agreement_given.at("2026-12-15 10:00")
    agreement_given.does("ase_inspector", "start", {"started_on": "2026-12-15"}, part=aed)
    agreement_given.does("crip_coordinator", "name_referent", {"user": agreement_given.user("case_referent")})
    return agreement_given


def test_an_administrative_measure_has_its_term_and_its_yearly_report(under_way):
    assert under_way.running == ["C10", "C16", "C17", "C5"]
    assert under_way.due("C10") == under_way.due("C17") == "2027-12-15 23:59:59"


def test_the_signed_plan_stops_c16(under_way):
    under_way.does(
        "case_referent",
        "sign_plan",
        {"on": "2027-01-10", "signed_by": "Tous", "trusted_person": "not_asked"},
        part=under_way.aed,
    )

    assert under_way.running == ["C10", "C17", "C5"]


def test_each_report_starts_the_next_years_and_the_renewal_a_new_term(under_way):
    renewal = {"term_on": "2028-12-14", "basis": "Nouvel accord"}
    refused = under_way.refused("ase_inspector", "renew", renewal, part=under_way.aed)
    assert refused == "report_precedes_renewal"

    under_way.at("2027-11-20 10:00")
    report = bodies.situation(shown="2027-11-19")
    under_way.does("case_referent", "situation_report", report, part=under_way.aed)
    under_way.does("ase_inspector", "renew", renewal, part=under_way.aed)

    assert under_way.running == ["C10", "C16", "C17", "C5"]
    assert under_way.due("C17") == "2028-11-20 23:59:59"
    assert under_way.due("C10") == "2028-12-14 23:59:59"


ENDS = [
    ("end", bodies.end(on="2027-12-15")),
    ("lift", {"on": "2027-06-01", "reason": "10", "danger_remains": "no"}),
    ("transfer", {"reason": "Déménagement"}),
    ("not_executed", bodies.not_executed(nothing_was_done=True)),
]


@pytest.mark.parametrize(("step", "body"), ENDS)
def test_the_end_of_a_measure_stops_all_its_clocks(under_way, step, body):
    under_way.does("ase_inspector", step, body, part=under_way.aed)

    assert under_way.running == ["C5", *(["C8"] if body.get("danger_remains") == "yes" else [])]


def test_a_suspension_stops_nothing(under_way):
    under_way.does(
        "case_referent", "suspend", {"on": "2027-01-05", "reason": "Hospitalisation"}, part=under_way.aed
    )

    assert under_way.running == ["C10", "C16", "C17", "C5"]


# --- C13 to C17b: what justice ordered ----------------------------------------------------------------


def ordered(story, kind, **said):
    """Record an order that answers no referral of ours (M05), and name who follows it; return its address."""
    (only, *_) = story.children
    story.reads("crip_coordinator")
    body = bodies.order(only, kind, on="2026-11-24", **said)
    made = story.does("crip_coordinator", "order", body, part="measures")["made"]
    story.does("crip_coordinator", "name_decider", {"user": story.user("ase_inspector")})
    return f"measures/{made}"


@pytest.mark.parametrize(
    ("kind", "said", "expected"),
    [
        ("opp_prosecutor", {}, {"C13": "2026-12-02 23:59:59"}),
        ("opp_judge", {}, {"C14": "2026-12-09 23:59:59", "C14b": "2027-05-24 23:59:59"}),
        ("mjie", {}, {"C15b": "2027-05-24 23:59:59"}),
        (
            "exit_ban",
            {"decider": "prosecutor", "term_on": "2027-01-24"},
            {"C13": "2026-12-02 23:59:59", "C17b": "2027-01-24 23:59:59"},
        ),
        ("exit_ban", {"decider": "judge", "term_on": "2028-11-24"}, {"C17b": "2028-11-24 23:59:59"}),
        ("aemo", {}, {}),
    ],
)
def test_an_order_starts_the_clocks_of_its_type(filed, kind, said, expected):
    ordered(filed, kind, **said)

    # A ban is carried out by nobody whose start one could await.
    assert filed.running == sorted(["C2", "C4", "C5", *expected, *([] if kind == "exit_ban" else ["C24"])])
    assert {code: filed.due(code) for code in expected} == expected


def test_a_ruling_stops_the_hearing_and_the_merits(filed):
    opp = ordered(filed, "opp_judge")
    filed.at("2026-12-01 10:00")

    ruling = {"on": "2026-12-01", "effect": "kept", "copy": "Jugement."}
    filed.does("ase_inspector", "ruling", ruling, part=opp)

    assert filed.running == ["C2", "C24", "C4", "C5"]


@pytest.mark.parametrize(
    ("said", "faults"),
    [
        ({}, {"decider": "required", "term_on": "required"}),
        ({"decider": "judge"}, {"term_on": "required"}),
        ({"decider": "prosecutor", "term_on": "2027-01-25"}, {"term_on": "too-late"}),
        ({"decider": "judge", "term_on": "2028-11-25"}, {"term_on": "too-late"}),
        ({"decider": "judge", "term_on": "2026-11-23"}, {"term_on": "too-early"}),
    ],
)
def test_an_exit_ban_lasts_as_long_as_who_ordered_it_may(filed, said, faults):
    """Two months for the prosecutor, two years for the judge (CC 375-5, 375-7; §2.3 C17b)."""
    (only,) = filed.children
    filed.reads("crip_coordinator")

    body = bodies.order(only, "exit_ban", on="2026-11-24", **said)
    answer = filed.does("crip_coordinator", "order", body, part="measures", expect=400)

    assert {item["field"]: item["code"] for item in answer["errors"]} == faults


@pytest.mark.parametrize(
    ("kind", "said", "term"),
    [
        ("aemo", {}, "2028-12-01 23:59:59"),
        ("aemo_reinforced", {}, "2027-12-01 23:59:59"),
        ("placement_ase", {"term_on": "2027-11-24"}, "2027-11-24 23:59:59"),
    ],
)
def test_a_judicial_measure_has_its_term_its_plan_and_its_reports(filed, kind, said, term):
    measure = ordered(filed, kind, **said)

    filed.does("ase_inspector", "start", {"started_on": "2026-12-01"}, part=measure)

    of_care = ["C25"] if kind == "placement_ase" else []
    assert filed.running == ["C15", "C16", "C17", "C2", *of_care, "C4", "C5"]
    assert filed.due("C15") == term
    assert filed.due("C16") == "2027-03-01 23:59:59"
    assert filed.due("C17") == "2027-12-01 23:59:59"


@pytest.mark.parametrize(
    ("born", "next_report"),
    [("2024-11-30", "2027-06-01"), ("2023-12-02", "2027-06-01"), ("2023-11-01", "2027-12-01")],
)
def test_a_child_under_three_is_reported_on_every_six_months(story, born, next_report):
    """L223-5 CASF says under three, CC 375 under two: the stricter holds."""
    story.at("2026-11-24 10:00")
    story.files("filer", concern(children=[child(birth_date=born)]))
    measure = ordered(story, "placement_ase")

    story.does("ase_inspector", "start", {"started_on": "2026-12-01"}, part=measure)

    assert story.due("C17") == f"{next_report} 23:59:59"


def test_the_report_of_an_investigation_stops_its_clock(filed):
    measure = ordered(filed, "mjie")
    filed.does("ase_inspector", "start", {"started_on": "2026-12-01"}, part=measure)
    filed.does("crip_coordinator", "name_referent", {"user": filed.user("case_referent")})
    filed.at("2027-04-02 10:00")

    filed.does(
        "case_referent",
        "situation_report",
        bodies.situation(shown="2027-04-01"),
        part=measure,
    )

    assert "C15b" not in filed.running


def test_lifting_an_exit_ban_stops_its_clock(filed):
    measure = ordered(filed, "exit_ban", decider="judge", term_on="2027-11-24")

    lifting = {"on": "2026-12-01", "reason": "10", "decision": "Mainlevée.", "danger_remains": "no"}
    filed.does("ase_inspector", "lift", lifting, part=measure)

    assert filed.running == ["C2", "C4", "C5"]


# --- Zones, months' ends, changes of hour, through real steps -----------------------------------------


@pytest.mark.parametrize(
    ("zone", "filed_at", "c4", "c1"),
    [
        ("Europe/Paris", "2025-11-30T09:00:00Z", "2026-02-28T22:59:59Z", "2025-12-03T16:00:00Z"),
        ("Europe/Paris", "2026-01-31T23:00:00Z", "2026-05-01T21:59:59Z", "2026-02-04T16:00:00Z"),
        ("Europe/Paris", "2026-03-28T20:00:00Z", "2026-06-28T21:59:59Z", "2026-04-01T15:00:00Z"),
        ("Indian/Reunion", "2026-01-31T20:00:00Z", "2026-05-01T19:59:59Z", "2026-02-04T13:00:00Z"),
        ("America/Guadeloupe", "2026-02-01T03:59:59Z", "2026-05-01T03:59:59Z", "2026-02-04T21:00:00Z"),
    ],
)
def test_a_case_counts_its_days_where_its_authority_is(story, zone, filed_at, c4, c1):
    Authority.objects.filter(code="93").update(timezone=zone)
    story.now = instant(filed_at)

    story.files("filer", concern())

    assert story.row.statutory_due_at == story.clock("C4").due_at == instant(c4)
    assert story.clock("C1").due_at == instant(c1)


# --- A breach blocks nothing --------------------------------------------------------------------------


def shown_actions(story, who):
    body = story.reads(who)
    return [line["step"] for line in body["available_actions"]], [
        line["step"] for line in body["blocked_actions"]
    ]


def test_what_may_be_done_is_the_same_years_after_every_delay(reported):
    """domain.md §2.8 no. 11: a breach colours, alerts, counts."""
    before = shown_actions(reported, "ase_inspector")

    reported.at("2029-12-10 10:00")

    assert (
        reported.shown_clock("ase_inspector", "C8")
        == reported.shown_clock("ase_inspector", "C5")
        == "overdue"
    )
    assert shown_actions(reported, "ase_inspector") == before
    aed = offered_late(reported)
    reported.does("ase_inspector", "agree", bodies.agreement(on="2029-12-10"), part=aed)
    assert reported.state == "protected_admin"


def offered_late(story):
    (only,) = story.children
    body = {
        "decisions": [bodies.decision(only, "admin")],
        "measures": [bodies.offer(only)],
        "motivation": "Soutien.",
    }
    story.does("ase_inspector", "decide_admin", body)
    return f"measures/{story.row.measures.get().pk}"


# --- Who reads which clocks ---------------------------------------------------------------------------


@shared_fixture
def late(story):
    """Two years on, an urgent case with clocks of every class: C2, C3, C4, C5 (A), C13 (I), C9 (J) by hand."""
    story.at("2026-11-24 10:00")
    story.files("filer", urgent(), urgent=True)
    ordered(story, "opp_prosecutor")
    see_all()
    when = instant("2026-11-24T09:00:00Z")
    Clock.objects.create(referral=story.row, code="C9", access_class="J", started_at=when, warn_at=when, due_at=when,
                         statutory=False)  # fmt: skip
    story.at("2028-11-24 10:00")
    return story


READ = [
    ("crip_coordinator", "93", ["C13", "C2", "C24", "C3", "C4", "C5", "C9"]),
    ("intake_agent", "93", ["C2", "C3", "C4", "C5"]),
    ("on_call", "93", ["C2", "C3", "C4", "C5"]),
    ("dpo", "93", ["C2", "C3", "C4", "C5"]),
    ("supervisor", "93", ["C2", "C24", "C3", "C4", "C5", "C9"]),
    ("ase_inspector", "93", ["C13", "C2", "C24", "C3", "C4", "C5", "C9"]),
    ("assessment_lead", "93", ["C13", "C2", "C24", "C3", "C4", "C5", "C9"]),
    ("filer", "93", list(FILER_CLOCKS)),
    ("filer_2", "93", []),
    ("api_119", "93", []),
    ("ase_inspector_2", "93", []),
    ("assessor", "93", []),
    ("case_referent", "93", []),
    ("measure_service", "93", []),
    ("exploitation_lead", "93", []),
    ("auditor", "93", []),
    ("statistician", "93", []),
    ("territory_admin", "93", []),
    ("platform_admin", "93", []),
    ("directory_editor", "93", []),
    ("filer_org_lead", "93", []),
    ("crip_coordinator", "75", []),
    ("supervisor", "59", []),
]


def test_what_is_overdue_is_listed_to_who_may_read_it(late):
    """SEC-AZ1: the list asks the same table as the case itself."""
    for who, code, expected in READ:
        page = late.world.as_(who, code).get("clocks", state="overdue")
        assert page.status_code == 200, who
        assert sorted(line["code"] for line in page.json()["results"]) == expected, who
        assert {line["referral"] for line in page.json()["results"]} <= {late.pk}


def test_the_case_shows_each_reader_the_clocks_that_the_list_shows(late):
    for who, code, expected in READ:
        if not expected:
            late.reads(who, code=code, expect=404)
            continue
        lines = late.reads(who, "clocks")["results"]
        running = [line["code"] for line in lines if line["state"]["code"] != "stopped"]
        assert sorted(running) == expected, who


@shared_fixture
def late_measure(story):
    """A case of which the clock of a measure alone is over (class J)."""
    story.at("2026-11-24 10:00")
    story.files("filer", urgent(), urgent=True)
    ordered(story, "opp_prosecutor")
    see_all()
    over = instant("2026-11-24T09:30:00Z")
    Clock.objects.create(referral=story.row, code="C9", access_class="J", started_at=over, warn_at=over, due_at=over,
                         statutory=False)  # fmt: skip
    see_all()
    Referral.objects.filter(pk=story.pk).update(due_with_measures_at=over, due_with_justice_at=over)
    story.at("2026-11-24 11:00")
    return story


@pytest.mark.parametrize(
    ("who", "reads"),
    [("crip_coordinator", True), ("supervisor", True), ("intake_agent", False), ("on_call", False)],
)
def test_a_case_is_late_by_any_clock_that_its_reader_may_read(late_measure, who, reads):
    """The queue, its count and its filter say what the list of deadlines says, and no more to anybody."""
    caller, at = late_measure.world.as_(who), late_measure.now

    def listed(path, **asked):
        return {line.get("referral") or line["id"] for line in caller.get(path, **asked).json()["results"]}

    late, others = listed("referrals", overdue="true"), listed("referrals", overdue="false")

    assert listed("clocks", state="overdue") == late == ({late_measure.pk} if reads else set())
    assert others == ({late_measure.pk} - late)
    assert counts.counts(late_measure.world.actor(who, at=at), at=at).overdue == int(reads)
    see_all()
    shown = Visitor(late_measure.world, who, at=at).get("/dossiers").content.decode()
    assert ("dépassée aujourd&#x27;hui" in shown) is reads


def test_the_excluded_and_the_unnamed_read_no_clock(late):
    out = late.user("crip_coordinator_2")
    late.does("crip_coordinator", "exclude", {"user": out, "reason": "Lien familial"})
    named = [late.user("crip_coordinator"), late.user("supervisor")]
    late.does("crip_coordinator", "restrict", {"named": named, "reason": "Agent", "review_on": "2029-01-01"})

    shown = {
        who: bool(late.world.as_(who).get("clocks", state="overdue").json()["results"])
        for who in (
            "crip_coordinator",
            "supervisor",
            "crip_coordinator_2",
            "supervisor_2",
            "on_call",
            "filer",
        )
    }

    assert shown == {
        "crip_coordinator": True, "supervisor": True, "crip_coordinator_2": False, "supervisor_2": False,
        "on_call": False, "filer": True,
    }  # fmt: skip


def test_states_and_codes_filter_the_list_and_stopped_clocks_are_never_in_it(filed):
    filed.reads("crip_coordinator")

    def listed(**query):
        page = filed.world.as_("crip_coordinator").get("clocks", **query)
        return sorted(line["code"] for line in page.json()["results"])

    assert listed() == listed(state="on_time") == ["C2", "C4", "C5"]
    filed.at("2026-11-27 09:00")
    assert (listed(state="due_soon"), listed(state="on_time")) == (["C2"], ["C4", "C5"])
    filed.at("2026-11-27 10:01")
    assert (listed(state="overdue"), listed(state="overdue", code="C4")) == (["C2"], [])
    assert filed.world.as_("crip_coordinator").get("clocks", state="stopped").status_code == 400
