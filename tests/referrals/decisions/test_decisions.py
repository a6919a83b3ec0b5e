"""What a decision on a child asks for: the child is met and heard; exploitation calls for justice, or for two."""

import pytest

from referrals.models import Measure, Voice
from tests.conftest import see_all
from tests.factories.concerns import concern
from tests.journeys import bodies
from tests.journeys.story import Story
from tests.referrals.assessment.conftest import HEARD, A, faults
from tests.shared_fixtures import shared_fixture


def test_a_child_is_heard_on_its_decision_and_its_words_stand_in_no_record(writing: Story) -> None:
    """L223-4: of the class of the child's words, beside the decision."""
    child = writing.children[0]
    writing.does("assessor", "hand_in", {}, part=A)
    writing.does("assessment_lead", "submit_report", {})
    heard = {
        name: value for name, value in bodies.voice(child, words="« D'accord. »").items() if name != "child"
    }

    writing.does("ase_inspector", "decide_child", bodies.decision(child, "admin", **heard))

    voices = writing.reads("ase_inspector", "voices")["results"]
    assert [(one["decision"] is not None, one["words"]) for one in voices] == [
        (False, "« Je veux rester. »"),
        (True, "« D'accord. »"),
    ]
    told = str(writing.reads("ase_inspector", "timeline"))
    assert "D'accord." not in told
    assert "Au vu du rapport." in told
    assert writing.reads("filer", "voices")["results"] == []


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ({}, ["heard"]),
        ({"heard": "alone"}, ["heard_by", "heard_on", "told", "words"]),
        (HEARD | {"words": "", "wants": "Rester."}, []),
        (HEARD | {"heard_on": "2026-11-25"}, ["heard_on"]),
        ({"heard": "not_heard"}, ["not_heard"]),
        ({"heard": "not_heard", "not_heard": "not_asked"}, ["not_heard"]),
        ({"heard": "not_heard", "not_heard": "other"}, ["not_heard_text"]),
        ({"heard": "not_heard", "not_heard": "deceased"}, []),
    ],
)
def test_no_child_is_decided_for_unheard_or_without_a_reason(
    decided_on: Story, said: bodies.Body, fields: list[str]
) -> None:
    """L223-4: alone (T43) or carried by the step that moves the case (T23), whole or not at all."""
    child = decided_on.children[0]
    decision = {"child": child, "decision": "admin", "motivation": "Au vu du rapport."} | said
    if fields:
        carried = {"decisions": [decision], "measures": [bodies.offer(child)], "motivation": "Soutien."}
        assert faults(decided_on, "ase_inspector", "decide_child", decision) == fields
        found = faults(decided_on, "ase_inspector", "decide_admin", carried)
        assert found == [f"decisions.0.{name}" for name in fields]
        return
    decided_on.does("ase_inspector", "decide_child", decision)
    (voice,) = [one for one in decided_on.reads("ase_inspector", "voices")["results"] if one["decision"]]
    assert voice["complete"] is True


def test_a_child_referred_to_justice_after_an_offer_is_heard_on_it(decided_on: Story) -> None:
    """T26 from an offer: the decision is taken with the referral, and the child heard on it."""
    child = decided_on.children[0]
    offered = {
        "decisions": [bodies.decision(child, "admin")],
        "measures": [bodies.offer(child)],
        "motivation": "AED.",
    }
    decided_on.does("ase_inspector", "decide_admin", offered)
    seize = bodies.to_justice(child, grounds=("1",)) | {"motivation": "L'aide ne suffit pas."}

    assert decided_on.refused("ase_inspector", "decide_judicial", seize) == "referred_children_are_decided"
    decided_on.does(
        "ase_inspector", "decide_judicial", seize | {"decisions": [bodies.decision(child, "judicial")]}
    )

    see_all()
    assert decided_on.row.children.get().decision == "judicial"
    assert Voice.objects.filter(referral=decided_on.pk, decision__code="judicial", complete=True).count() == 1


# --- The service in charge assesses (T27) ---------------------------------------------------------------


@shared_fixture
def triaged(story):
    story.at("2026-11-24 10:00")
    story.files("filer", concern())
    story.triaged()
    return story


@shared_fixture
def protected(story, triaged):
    """A child that a measure protects already; the decision to let it go on."""
    see_all()
    Measure.objects.create(
        referral_id=story.pk, child_id=story.children[0], type_id="aed", judicial=False, proposed_at=story.now,
        state="active",
    )  # fmt: skip
    story.does("crip_coordinator", "name_decider", {"user": story.user("ase_inspector")})
    return {"decisions": [bodies.decision(story.children[0], "continue")], "motivation": "La mesure suffit."}


def test_without_a_protocol_the_first_analysis_continues_no_administrative_measure(story, protected):
    said = protected | {"met_on_note": "Rencontrée le 12 novembre."}

    assert story.refused("ase_inspector", "decide_continue", said) == "triage_may_continue"


def test_where_the_service_in_charge_assesses_its_note_says_when_the_child_was_met(story, protected, choose):
    """T27: any measure alive will do then; the note is asked for."""
    body = protected
    choose(service_in_charge_assesses=True)

    assert story.refused("ase_inspector", "decide_continue", body) == "triage_may_continue"
    story.does("ase_inspector", "decide_continue", body | {"met_on_note": "Rencontrée le 12 novembre."})

    assert story.state == "protected_admin"
    assert story.child().child_met == "never"


def test_that_note_opens_no_other_decision(story, protected, choose):
    """Met stays the rule of every other decision, and of continuing once there is a report."""
    body = protected
    choose(service_in_charge_assesses=True)
    close = [bodies.decision(story.children[0], "close", ground="risk_left")]
    said = body | {"decisions": close, "met_on_note": "Rencontrée."}

    assert story.refused("ase_inspector", "decide_continue", said) == "carried_decisions_hold"


# --- Prostitution: warnings where the authority advises ---------------------------------------------------


@shared_fixture
def suspected(story):
    """A report about a child whom its filer held to be exploited."""
    story.at("2026-11-24 10:00")
    story.files("filer", concern(prostitution_status_filer="suspected"))
    story.triaged()
    story.qualified(two=True)
    story.assigned()
    story.met()
    story.reported(["risk"])
    return story


def decided_for(story, status):
    if status == "established":
        said = {"child": story.children[0], "value": status, "reasons": "Constat."}
        story.does("crip_coordinator", "set_exploitation_status", said)
    return bodies.decision(story.children[0], "admin")


def test_where_the_authority_advises_an_established_case_is_decided_with_a_warning(story, suspected, choose):
    """§2.5, §11 Q1: the block becomes a warning; those on T11, T22, T44 stay."""
    body = decided_for(story, "established")
    assert story.refused("ase_inspector", "decide_child", body) == "child_decision_holds"
    choose(prostitution_judicial_mode="advisory")

    done = story.does("ase_inspector", "decide_child", body)

    assert "exploitation-without-justice" in done["warnings"]
    close = bodies.decision(story.children[0], "close", ground="risk_left")
    assert story.refused("ase_inspector", "decide_child", close) == "child_decision_holds"


def test_less_than_justice_for_a_suspected_child_is_signed_and_warned_of(story, suspected):
    body = decided_for(story, "suspected")

    done = story.signed("ase_inspector", "decide_child", body, by="supervisor")

    assert "exploitation-without-justice" in done["warnings"]
