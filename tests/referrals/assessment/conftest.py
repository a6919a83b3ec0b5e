"""A case whose report is being written, and one whose report is there."""

from uuid import uuid4

from tests.factories.concerns import concern
from tests.journeys import bodies
from tests.journeys.story import Story
from tests.shared_fixtures import shared_fixture

A = "assessment"
HEARD = {
    "heard": "alone",
    "heard_on": "2026-11-20",
    "heard_by": "L'équipe",
    "words": "« Oui. »",
    "told": "La suite.",
}


@shared_fixture
def writing(story: Story) -> Story:
    story.at("2026-11-24 10:00")
    story.files("filer", concern())
    story.triaged()
    story.qualified()
    story.assigned()
    story.met()
    story.does("assessor", "write", {"framework_version": "HAS 2021"}, part=A)
    story.writes("assessor", bodies.report(dict.fromkeys(story.children, "risk"), story.holders))
    return story


@shared_fixture
def decided_on(writing: Story) -> Story:
    """The report is there; the inspector decides."""
    writing.does("assessor", "hand_in", {}, part=A)
    writing.does("assessment_lead", "submit_report", {})
    return writing


def faults(story: Story, who: str, step: str, body: bodies.Body, *, part: str = "") -> list[str]:
    """Return the fields that are refused, in alphabetical order."""
    place = f"referrals/{story.pk}/{part + '/' if part else ''}{step}"
    answer = story.world.as_(who).post(place, body, version=story.row.version, key=uuid4().hex)
    assert answer.status_code in (400, 422), answer.content.decode()
    return sorted(one["field"] for one in answer.json()["errors"])
