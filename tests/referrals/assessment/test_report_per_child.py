"""The report says of each child what the decree names, and what the child itself says; so does a decision (§4.10)."""

from uuid import UUID

import pytest

from accounts.actor import SYSTEM
from referrals.models import Finding, Voice
from referrals.policy_changes import actions as policy_changes_actions
from referrals.policy_changes.actions import Change
from tests.conftest import see_all
from tests.journeys import bodies
from tests.journeys.story import Story
from tests.referrals.assessment.conftest import HEARD, A, faults

UNKNOWN = str(UUID(int=1))


def test_the_report_is_handed_in_once_nothing_is_missing_of_any_child(writing: Story) -> None:
    """D226-2-3: six dimensions; what can't be said has its reason."""
    (child,), (holder,) = writing.children, writing.holders
    refusals = {
        "every_dimension_is_assessed": [
            {"findings": [bodies.finding(child, "health", text="")]},
            {"findings": [bodies.finding(child, "wellbeing", finding="not_assessed", text="")]},
            {"findings": [bodies.finding(child, "self_esteem", text="")]},
        ],
        "every_danger_is_told": [
            {"dangers": [bodies.danger(child, danger_categories=[])]},
            {"dangers": [bodies.danger(child, exploitation="")]},
            {"dangers": [bodies.danger(child, exploitation="suspected", hold="yes", debt="no")]},
            {"dangers": [bodies.danger(child, exploitation="at_risk", hold="yes", tonight="Chez sa mère")]},
        ],
        "every_holder_was_heard": [
            {"opinions": [bodies.opinion(holder, proposals="")]},
            {"opinions": [{"holder": holder, "met": "not_met"}]},
            {"opinions": [{"holder": holder, "met": "not_met", "not_met": "other"}]},
        ],
        "every_child_was_heard": [
            {"voices": [bodies.voice(child, told="")]},
            {"voices": [{"child": child, "heard": "not_heard"}]},
            {"voices": [{"child": child, "heard": "not_heard", "not_heard": "other"}]},
        ],
    }
    whole = bodies.report(dict.fromkeys(writing.children, "risk"), writing.holders)
    for rule, writings in refusals.items():
        for body in writings:
            writing.writes("assessor", body)
            assert writing.refused("assessor", "hand_in", {}, part=A) == rule, body
            writing.writes("assessor", whole)

    writing.writes("assessor", {
        "findings": [bodies.finding(child, "development", finding="satisfied", text="")],
        "voices": [{"child": child, "heard": "not_heard", "not_heard": "declined"}],
        "opinions": [{"holder": holder, "met": "not_met", "not_met": "unreachable"}],
        "dangers": [bodies.danger(child, exploitation="suspected", hold="unknown", debt="no", tonight="À l'hôtel")],
    })  # fmt: skip
    writing.does("assessor", "hand_in", {}, part=A)
    writing.does("assessment_lead", "submit_report", {})

    see_all()
    assert writing.state == "report_submitted"
    assert Finding.objects.filter(referral=writing.pk).count() == len(bodies.DIMENSIONS), (
        "a row a dimension, however often it is written"
    )
    voice = Voice.objects.get(referral=writing.pk)
    assert (voice.heard_on, voice.words, voice.told) == (None, None, None), (
        "not heard: what was typed before is gone"
    )


def test_what_is_said_of_health_is_for_readers_of_health(writing: Story) -> None:
    see_all()
    health = Finding.objects.get(referral=writing.pk, dimension="health")

    found = writing.reads("crip_coordinator", A)["results"]
    line = next(one for one in found[0]["findings"] if one["dimension"] == "health")

    assert (line["health_text"], line["text"], line["finding"]) == ("Au vu des visites.", None, "fragile")
    assert health.text is None
    assert health.health_text is not None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"voices": [{"heard_on": "2026-11-25"}]}, "voices.0.heard_on"),
        ({"voices": [{"heard": "not_heard", "not_heard": "not_asked"}]}, "voices.0.not_heard"),
        ({"findings": [{"dimension": "karma"}]}, "findings.0.dimension"),
    ],
)
def test_the_writing_is_refused_by_field(writing: Story, body: bodies.Body, field: str) -> None:
    child = writing.children[0]
    said = {
        name: [
            (bodies.voice(child) if name == "voices" else bodies.finding(child, "health")) | one
            for one in rows
        ]
        for name, rows in body.items()
    }

    answer = writing.world.as_("assessor").patch(
        f"referrals/{writing.pk}/{A}", said, version=writing.row.version
    )

    assert answer.status_code in (400, 422)
    assert [one["field"] for one in answer.json()["errors"]] == [field]


def test_each_report_on_a_measure_says_what_the_child_says_of_it(decided_on: Story) -> None:
    """L223-4, L223-5: the yearly report, the end of the measure, the end of the follow-up."""
    child = decided_on.children[0]
    offered = {
        "decisions": [bodies.decision(child, "admin")],
        "measures": [bodies.offer(child)],
        "motivation": "AED.",
    }
    decided_on.does("ase_inspector", "decide_admin", offered)
    see_all()
    aed = f"measures/{decided_on.row.measures.get().pk}"
    decided_on.does("ase_inspector", "agree", bodies.agreement(on="2026-11-24"), part=aed)
    decided_on.does("ase_inspector", "start", {"started_on": "2026-11-24"}, part=aed)
    decided_on.does("crip_coordinator", "name_referent", {"user": decided_on.user("case_referent")})

    report = bodies.situation(shown="2026-11-24")
    refused = {
        "heard": report | {"heard": ""},
        "not_heard": report | {"not_heard": ""},
        "child_shown": report | {"child_shown": ""},
        "child_shown_on": report | {"child_shown_on": None},
        "heard_on": report | HEARD | {"heard_on": "2026-11-25"},
    }
    for field, body in refused.items():
        assert faults(decided_on, "case_referent", "situation_report", body, part=aed) == [field]
    later = report | {"child_shown_on": "2026-11-25"}
    assert decided_on.refused("case_referent", "situation_report", later, part=aed) == "report_was_shown"
    young = report | {"child_shown": "too_young", "child_shown_on": None}
    decided_on.does("case_referent", "situation_report", young | HEARD, part=aed)

    assert faults(decided_on, "case_referent", "end", bodies.end(on="2026-11-24", heard=""), part=aed) == [
        "heard"
    ]
    decided_on.does("case_referent", "end", bodies.end(on="2026-11-24"), part=aed)

    end = {"reason": "10", "end_report": "Fin."}
    assert decided_on.refused("ase_inspector", "end_followup", end) == "every_minor_was_heard"
    decided_on.does("ase_inspector", "end_followup", end | {"voices": [{"child": child} | HEARD]})
    said = [one for one in decided_on.reads("ase_inspector", "voices")["results"] if one["heard"] == "alone"]
    of = [(bool(one["assessment"]), one["measure"] is not None, one["words"]) for one in said]
    assert of == [(True, False, "« Je veux rester. »"), (False, True, "« Oui. »"), (False, False, "« Oui. »")]
    told = str(decided_on.reads("ase_inspector", "timeline"))
    assert "« Oui. »" not in told, "of the class of the child's words, whatever the class of the report"
    assert "too_young" in told


def test_what_the_authority_leaves_out_is_not_asked_for(writing: Story) -> None:
    """REPORT_ITEMS: those of the decree alone are asked for where it wants no more."""
    child = writing.children[0]
    writing.writes("assessor", {"findings": [bodies.finding(child, "self_esteem", text="")]})
    assert writing.refused("assessor", "hand_in", {}, part=A) == "every_dimension_is_assessed"

    change = Change(effective_on=writing.now.date(), values={"report_items": list(bodies.DECREE)})
    policy_changes_actions.change(writing.row.authority_id, change, actor=SYSTEM, at=writing.now)

    writing.does("assessor", "hand_in", {}, part=A)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"opinions": [{"holder": UNKNOWN, "met": "met"}]}, "opinions"),
        ({"considered": [{"inquiry": UNKNOWN, "consideration": "Lue."}]}, "considered"),
        ({"dangers": [{"child": UNKNOWN, "exploitation": "none"}]}, "dangers"),
    ],
)
def test_the_report_tells_of_nobody_whom_the_case_lacks(
    writing: Story, body: bodies.Body, field: str
) -> None:
    answer = writing.world.as_("assessor").patch(
        f"referrals/{writing.pk}/{A}", body, version=writing.row.version
    )

    assert (answer.status_code, [one["field"] for one in answer.json()["errors"]]) == (400, [field])
