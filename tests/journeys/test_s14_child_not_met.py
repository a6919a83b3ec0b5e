"""S14: the child can't be met, so justice must be seized (domain.md §10, T18; CASF D226-2-6).

Not there yet: letters to the holders.
"""

import pytest

from tests.factories.concerns import concern
from tests.journeys import bodies
from tests.shared_fixtures import shared_fixture


@shared_fixture
def assessing(story):
    """In assessment since Tuesday 24 November, with an inspector named."""
    story.at("2026-11-24 10:00")
    story.files("filer", concern())
    story.triaged()
    story.qualified()
    story.assigned()
    return story


def attempt(story, at):
    """Record a failed attempt (T17)."""
    seen = dict.fromkeys(story.children, "no")
    story.does("assessor", "record_contact", bodies.contact(seen, at=at, kind="attempt"))


@shared_fixture
def unmet(assessing):
    """Two attempts, and a report all the same."""
    attempt(assessing, "2026-11-26T09:00:00Z")
    assessing.reported(["danger"], no_visit_reason="Porte close à chaque passage.")
    return assessing


def test_without_two_attempts_on_record_nobody_is_unreachable(assessing):
    assert assessing.running == ["C4", "C4b-meeting", "C4b-visit", "C5"]
    attempt(assessing, "2026-11-26T09:00:00Z")
    assert assessing.running == ["C4", "C4b-meeting", "C4b-visit", "C5"], "an attempt meets nobody"
    assert assessing.row.assessments.get().state == "ongoing", "the first contact begins the assessment"

    assert assessing.refused("ase_inspector", "child_unreachable", bodies.for_all()) == "attempts_were_made"
    blocked = {
        line["step"]: line["blocked_by"] for line in assessing.reads("ase_inspector")["blocked_actions"]
    }
    assert blocked["child_unreachable"]["rule"] == "attempts_were_made"
    assert blocked["child_unreachable"]["law"].startswith("CASF D226-2-6")


def called_in_vain(story, who):
    """Record an exchange that was an attempt to meet the child (T49)."""
    body = {"kind": "attempt", "with_whom": "La mère", "means": "Téléphone", "text": "Pas de réponse.",
            "at": "2026-11-27T09:00:00Z"}  # fmt: skip
    story.does(who, "log_contact", body)


def test_an_assessors_call_counts_as_an_attempt(assessing):
    """domain.md T18: attempts stored by an assessor, by T17 or T49."""
    attempt(assessing, "2026-11-26T09:00:00Z")
    called_in_vain(assessing, "assessor_2")
    called = assessing.reads("assessor", "assessment")["results"][0]["visits"][-1]
    assert (called["kind"], called["who"], called["text"]) == ("attempt", "La mère", "Pas de réponse.")

    assessing.does("ase_inspector", "child_unreachable", bodies.for_all())

    assert assessing.state == "judicial_pending"


def test_what_others_tried_or_the_team_said_is_no_attempt_of_the_assessors(assessing):
    """The lead's visit, the cell's call, the team's talk with a parent: the duty is the team's (D226-2-6)."""
    attempt(assessing, "2026-11-26T09:00:00Z")
    seen = dict.fromkeys(assessing.children, "no")
    visit = bodies.contact(seen, at="2026-11-26T15:00:00Z", kind="attempt")
    assessing.does("assessment_lead", "record_contact", visit)
    called_in_vain(assessing, "crip_coordinator")
    talk = {"kind": "family", "with_whom": "La mère", "means": "Téléphone", "text": "Refus.",
            "at": "2026-11-27T09:00:00Z"}  # fmt: skip
    assessing.does("assessor", "log_contact", talk)

    assert assessing.refused("ase_inspector", "child_unreachable", bodies.for_all()) == "attempts_were_made"


def test_the_attempts_of_who_left_the_team_still_count(assessing):
    attempt(assessing, "2026-11-26T09:00:00Z")
    called_in_vain(assessing, "assessor")
    assessing.row.assignments.filter(user=assessing.user("assessor")).update(until_at=assessing.now)

    assessing.does("ase_inspector", "child_unreachable", bodies.for_all())

    assert assessing.state == "judicial_pending"


def test_after_two_attempts_justice_is_seized_for_every_child(assessing):
    attempt(assessing, "2026-11-26T09:00:00Z")
    attempt(assessing, "2026-11-28T09:00:00Z")
    before = len(assessing.entries())

    assessing.at("2026-12-01 10:00")
    assessing.does("ase_inspector", "child_unreachable", bodies.for_all())

    assert assessing.state == "judicial_pending"
    assert assessing.child().decision == "judicial"
    assert assessing.row.assessments.get().state == "aborted"
    assert assessing.running == ["C5", "C7"]
    assert assessing.row.judicial_referrals.get().grounds == ["4"]
    assert assessing.row.holder_informations.get().occasion == "judicial_referral"
    assert assessing.journal(since=before) == [
        "referral:decide_child ase_inspector", "judicial:send ase_inspector",
        "assessment:abort ase_inspector", "referral:child_unreachable ase_inspector",
    ]  # fmt: skip
    assert assessing.reads("filer")["status"]["code"] == "in_progress"
    assessing.audited()
    assessing.names_nobody("Lou", "Exemple", "entretien")


def test_a_child_who_was_met_is_not_unreachable(assessing):
    attempt(assessing, "2026-11-26T09:00:00Z")
    attempt(assessing, "2026-11-28T09:00:00Z")
    assessing.met("with_holder")

    assert assessing.refused("ase_inspector", "child_unreachable", bodies.for_all()) == "no_child_was_met"


@pytest.mark.parametrize("code", ["close", "admin", "continue"])
def test_after_a_report_without_a_meeting_only_justice_can_be_decided(unmet, code):
    """domain.md §2.8 no. 3."""
    (only,) = unmet.children

    refused = unmet.refused("ase_inspector", "decide_child", bodies.decision(only, code))

    assert refused == "child_decision_holds"
    assert unmet.child().decision == "undecided"


@pytest.mark.parametrize(
    ("step", "code", "said"),
    [
        ("decide_close", "close", {"feedback": "Suite."}),
        ("decide_admin", "admin", {}),
        ("decide_continue", "continue", {}),
    ],
)
def test_no_step_carries_another_decision_either(unmet, step, code, said):
    (only,) = unmet.children
    body = {"decisions": [bodies.decision(only, code)], "motivation": "Malgré tout."} | said

    unmet.refused("ase_inspector", step, body)

    assert unmet.state == "report_submitted"
    assert step not in {line["step"] for line in unmet.reads("ase_inspector")["available_actions"]}


def test_justice_once_it_has_answered_opens_the_other_decisions(unmet):
    (only,) = unmet.children
    seize = bodies.to_justice(only, grounds=("4",)) | {"motivation": "Enfant non rencontré."}
    unmet.does("ase_inspector", "decide_judicial", seize | {"decisions": [bodies.decision(only, "judicial")]})
    assert unmet.state == "judicial_pending"
    assert unmet.running == ["C5", "C7"]

    sent = unmet.row.judicial_referrals.get()
    answer = {"judicial_referral": sent.pk, "outcomes": [bodies.outcome(only, "returned", on="2026-12-10")]}
    unmet.does("ase_inspector", "judicial_outcome", answer)
    unmet.does("ase_inspector", "decide_child", bodies.decision(only, "admin", measures=[bodies.offer(only)]))

    assert (unmet.state, unmet.child().decision) == ("report_submitted", "admin")
    assert unmet.running == ["C5", "C8", "C9"]
