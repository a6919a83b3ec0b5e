"""The report says of each child what the decree names, and what the child itself says; so does a decision (§4.10)."""

import pytest

from referrals.models import Finding, Voice
from tests.conftest import see_all
from tests.factories.concerns import concern
from tests.journeys import bodies
from tests.journeys.story import Story

A = "assessment"


@pytest.fixture
def writing(story: Story) -> Story:
    story.at("2026-11-24 10:00")
    story.files("filer", concern())
    story.triaged()
    story.qualified()
    story.assigned()
    story.met()
    story.does("assessor", "write", {"framework_version": "HAS 2021"}, part=A)
    story.writes("assessor", bodies.report(dict.fromkeys(story.children, "risk")))
    return story


def test_the_report_is_handed_in_once_nothing_is_missing_of_any_child(writing: Story) -> None:
    """D226-2-3: six dimensions; what can't be said has its reason."""
    child = writing.children[0]
    refusals = {
        "every_dimension_is_assessed": [
            {"findings": [bodies.finding(child, "health", text="")]},
            {"findings": [bodies.finding(child, "wellbeing", finding="not_assessed", text="")]},
        ],
        "every_child_was_heard": [
            {"voices": [bodies.voice(child, told="")]},
            {"voices": [{"child": child, "heard": "not_heard"}]},
            {"voices": [{"child": child, "heard": "not_heard", "not_heard": "other"}]},
        ],
    }
    whole = bodies.report(dict.fromkeys(writing.children, "risk"))
    for rule, writings in refusals.items():
        for body in writings:
            writing.writes("assessor", body)
            assert writing.refused("assessor", "hand_in", {}, part=A) == rule, body
            writing.writes("assessor", whole)

    writing.writes("assessor", {
        "findings": [bodies.finding(child, "development", finding="satisfied", text="")],
        "voices": [{"child": child, "heard": "not_heard", "not_heard": "declined"}],
    })  # fmt: skip
    writing.does("assessor", "hand_in", {}, part=A)
    writing.does("assessment_lead", "submit_report", {})

    see_all()
    assert writing.state == "report_submitted"
    assert Finding.objects.filter(referral=writing.pk).count() == 6, (
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
