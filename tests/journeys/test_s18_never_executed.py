"""S18: a judge orders educational help at home, and nobody carries it out (domain.md §10; §2.8 no. 13).

Not there yet: letters (``service_notice``, ``judge_unexecuted``).
"""

import pytest

from outbox.models import Notice
from referrals.reminders import tasks as reminders_tasks
from tests.conftest import see_all
from tests.factories.concerns import child, concern
from tests.journeys import bodies
from tests.journeys.story import wall
from tests.shared_fixtures import shared_fixture

FOLLOW = {"ase_inspector", "case_referent", "measure_service"}
CELL = {"crip_coordinator", "crip_coordinator_2", "supervisor", "supervisor_2"}
SHOWN = (*FOLLOW, *CELL, "intake_agent", "assessor", "filer")


def reminded(story, at):
    """Let the minute's reminders be written; return who was told, by name."""
    story.at(at)
    before = set(Notice.objects.values_list("pk", flat=True))
    reminders_tasks.remind(story.now)
    see_all()
    told = set(Notice.objects.filter(channel="app").exclude(pk__in=before).values_list("user_id", flat=True))
    return {name for name in SHOWN if story.user(name) in told}


def followed(story, level="danger"):
    """File, assess and report on a girl of 14; a referent follows her."""
    story.at("2027-02-01 10:00")
    story.files("filer", concern(children=[child(birth_date="2013-01-10")]))
    story.triaged()
    story.qualified()
    story.assigned()
    story.at("2027-02-10 10:00")
    story.met()
    story.reported([level])
    story.does("crip_coordinator", "name_referent", {"user": story.user("case_referent")})
    return story


@shared_fixture
def ordered(story):
    """The judge's order of 3 March, confided to the service on the 5th."""
    followed(story)
    (her,) = story.children
    story.does(
        "ase_inspector", "decide_judicial",
        {"decisions": [bodies.decision(her, "judicial")], "motivation": "Danger.", **bodies.to_justice(her)},
    )  # fmt: skip
    story.at("2027-03-04 10:00")
    answer = {
        "judicial_referral": story.row.judicial_referrals.get().pk,
        "outcomes": [bodies.outcome(her, "judge_measure", on="2027-03-03")],
        "orders": [bodies.order(her, "aemo", on="2027-03-03")],
    }
    story.does("crip_coordinator", "judicial_outcome", answer)
    story.at("2027-03-05 10:00")
    story.does("ase_inspector", "hand_over", {"service": story.world.services["93"].pk}, part=measure(story))
    return story


def measure(story):
    return f"measures/{story.row.measures.get().pk}"


def informed(story, on):
    story.at(f"{on} 10:00")
    said = bodies.judge_informed(on=on, last_seen_on="2027-03-28")
    story.does("ase_inspector", "inform_judge", said, part=measure(story))


@shared_fixture
def given_up(ordered):
    """Told to the judge on 5 April; on the sixtieth day it can be recorded that nothing came of it."""
    informed(ordered, "2027-04-05")
    ordered.at("2027-05-02 10:00")
    return ordered


def test_its_start_is_awaited_and_told_to_more_people_the_longer_it_takes(ordered):
    assert (ordered.state, "C24" in ordered.running) == ("protected_judicial", True)
    assert ordered.due("C24") == "2027-04-02 23:59:59"
    assert wall(ordered.clock("C24").warn_at) == "2027-03-18 23:59:59"
    assert reminded(ordered, "2027-03-18 23:58") & FOLLOW == set()
    assert reminded(ordered, "2027-03-19 00:00") == FOLLOW
    assert reminded(ordered, "2027-04-03 00:01") == FOLLOW | CELL
    assert reminded(ordered, "2027-04-03 12:00") == set()

    informed(ordered, "2027-04-05")

    reminded(ordered, "2027-04-18 12:00")  # the filer's answer comes near
    assert reminded(ordered, "2027-04-20 10:01") == FOLLOW | CELL, "fifteen days after the judge was told"
    assert reminded(ordered, "2027-05-05 10:01") >= FOLLOW | CELL, "and again"


def test_whoever_reads_measures_reads_the_wait_and_nobody_else(ordered):
    ordered.at("2027-04-03 10:00")
    assert ordered.shown_clock("ase_inspector", "C24") == "overdue"
    assert "C24" not in {line["code"] for line in ordered.reads("intake_agent", "clocks")["results"]}


def test_once_it_begins_nothing_is_awaited(ordered):
    ordered.does("measure_service", "start", {"started_on": "2027-03-05"}, part=measure(ordered))

    assert "C24" not in ordered.running


def test_without_the_judge_it_is_not_given_up_and_nobody_answers_for_the_inspector(ordered):
    ordered.at("2027-05-02 10:00")
    assert (
        ordered.refused("ase_inspector", "not_executed", bodies.not_executed(), part=measure(ordered))
        == "judge_was_informed"
    )
    informed(ordered, "2027-05-02")

    left_open = bodies.not_executed(danger_remains="")
    refused = ordered.does("ase_inspector", "not_executed", left_open, part=measure(ordered), expect=400)

    assert [error["field"] for error in refused["errors"]] == ["danger_remains"]
    assert ordered.row.measures.get().state == "awaiting_start"


def test_where_danger_remains_one_signs_and_a_decision_is_due_again(given_up):
    given_up.does("ase_inspector", "not_executed", bodies.not_executed(), part=measure(given_up))

    assert (given_up.state, given_up.child().decision) == ("protected_judicial", "undecided")
    assert (given_up.due("C8"), "C24" in given_up.running) == ("2027-05-07 23:59:59", False)
    for reason in ("term", "10"):
        ending = {
            "reason": reason,
            "end_report": "Fin.",
            "voices": bodies.silent(given_up.children),
            "approver": given_up.user("supervisor"),
        }
        assert given_up.refused("ase_inspector", "end_followup", ending) in (
            "nothing_is_left_open", "last_measures_were_carried_out",
        )  # fmt: skip

    given_up.does("ase_inspector", "send_judicial", bodies.to_justice(given_up.children[0]))

    assert (given_up.state, given_up.child().decision) == ("protected_judicial", "judicial")
    assert "C8" not in given_up.running
    assert given_up.refused("ase_inspector", "end_followup", ending) == "no_judicial_referral_open"
    given_up.names_nobody("Lou", "Exemple", "Aucune place")


def test_or_what_the_law_allows_is_decided_in_place(given_up):
    given_up.does("ase_inspector", "not_executed", bodies.not_executed(), part=measure(given_up))
    (her,) = given_up.children
    decided = bodies.decision(her, "admin") | {"measures": [bodies.offer(her)]}

    given_up.does("ase_inspector", "decide_child", decided)

    assert (given_up.state, given_up.child().decision) == ("protected_judicial", "admin")
    assert "C8" not in given_up.running
    assert "C9" in given_up.running


def test_that_no_danger_remains_is_said_by_two_and_ends_by_two(given_up):
    no_danger, part = bodies.not_executed(danger_remains="no"), measure(given_up)
    alone = given_up.does("ase_inspector", "not_executed", no_danger, part=part, expect=409)
    assert alone["code"] == "approver-needed"

    given_up.signed("ase_inspector", "not_executed", no_danger, by="supervisor", part=part)

    assert (given_up.row.measures.get().state, given_up.child().decision) == ("not_executed", "judicial")
    record = given_up.row.steps.get(step="not_executed")
    assert (record.by, record.signed_by) == (given_up.user("ase_inspector"), given_up.user("supervisor"))
    voices = bodies.silent(given_up.children)
    by_term = {
        "reason": "term",
        "end_report": "Fin.",
        "voices": voices,
        "approver": given_up.user("supervisor"),
    }
    assert given_up.refused("ase_inspector", "end_followup", by_term) == "last_measures_were_carried_out"
    by_reason = {"reason": "10", "end_report": "Fin.", "voices": voices}
    refused = given_up.does("ase_inspector", "end_followup", by_reason, expect=400)
    assert [error["field"] for error in refused["errors"]] == ["danger_remains"], (
        "said anew: months may lie between"
    )
    in_danger = by_reason | {"danger_remains": "yes"}
    assert given_up.refused("ase_inspector", "end_followup", in_danger) == "no_danger_remains"
    by_reason["danger_remains"] = "no"
    assert given_up.does("ase_inspector", "end_followup", by_reason, expect=409)["code"] == "approver-needed"

    given_up.signed("ase_inspector", "end_followup", by_reason, by="supervisor")

    assert given_up.state == "ended"


@pytest.mark.parametrize(("danger", "decision"), [("yes", "undecided"), ("no", "admin")])
def test_for_help_that_the_parents_agreed_on_the_same_runs_without_the_judge(story, danger, decision):
    followed(story)
    (her,) = story.children
    offer = {
        "decisions": [bodies.decision(her, "admin")],
        "measures": [bodies.offer(her)],
        "motivation": "Soutien.",
    }
    story.does("ase_inspector", "decide_admin", offer)
    part = measure(story)
    story.does("ase_inspector", "agree", bodies.agreement(on="2027-02-12"), part=part)
    assert story.due("C24") == "2027-03-14 23:59:59"
    story.at("2027-04-20 10:00")

    said = bodies.not_executed(danger_remains=danger)
    if danger == "yes":
        story.does("ase_inspector", "not_executed", said, part=part)
    else:
        story.signed("ase_inspector", "not_executed", said, by="supervisor", part=part)

    assert (story.state, story.child().decision) == ("protected_admin", decision)
    assert ("C8" in story.running) is (danger == "yes")
    assert not {"C16", "C24"} & set(story.running), "no plan to sign, no start to await"
