"""Ways in which a concern comes (domain.md §2.1): a copy of a direct report, a request of the prosecutor."""

from uuid import uuid4

import pytest

from referrals.models import Referral
from tests.conftest import see_all
from tests.factories.concerns import concern, urgent
from tests.journeys import bodies

REQUESTED = {
    "variant": "prosecutor_request", "channel": "prosecutor_request", "received_at": "2026-11-23T09:00:00Z",
}  # fmt: skip
COPY = {
    "variant": "copy_of_direct_report", "direct_report_recipient": "Parquet des mineurs",
    "direct_report_sent_on": "2026-11-23", "direct_report_document": "Copie du signalement",
}  # fmt: skip


def test_whoever_went_straight_to_the_prosecutor_sends_the_copy(story):
    """CASF L226-4 II: the professional says so; a referral to justice by a third party is there at once (⇒ J02)."""
    story.at("2026-11-24 10:00")

    story.files("filer", concern(**COPY))

    row = story.row.judicial_referrals.get()
    assert (row.state, row.by_third_party, row.grounds) == ("sent", True, ["5"])
    assert {"C4", "C5", "C7"} <= set(story.running)
    assert story.reads("crip_coordinator")["concern"]["direct_report_recipient"] == "Parquet des mineurs"


def test_the_copy_is_asked_for_by_the_ordinary_lane_alone(story):
    lacking = concern(variant="copy_of_direct_report") | {"submit": True}

    answer = story.world.as_("filer").post("referrals", lacking, key=uuid4().hex)

    assert {line["field"] for line in answer.json()["errors"]} == {
        "direct_report_recipient", "direct_report_sent_on", "direct_report_document",
    }  # fmt: skip
    story.files("filer", urgent(variant="copy_of_direct_report"), urgent=True)
    see_all()
    assert story.row.judicial_referrals.get().state == "sent"


@pytest.mark.parametrize("variant", ["prosecutor_request", "from_119"])
def test_a_filer_says_nothing_else_of_the_way_it_came(story, variant):
    for said in ({"variant": variant}, {"variant": "copy_of_direct_report", "channel": "letter"}):
        answer = story.world.as_("filer").post("referrals", concern(**said))

        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] in ("variant", "channel")


def test_a_filer_may_say_that_it_is_no_copy(story):
    """The question has two answers, and the page sends the one that stands there."""
    made = story.world.as_("filer").post("referrals", concern(**COPY))
    pk, version = made.json()["id"], made.json()["version"]

    answer = story.world.as_("filer").patch(f"referrals/{pk}", {"variant": "standard"}, version=version)

    assert answer.status_code == 200
    see_all()
    assert Referral.objects.get(pk=pk).variant == "standard"


def test_a_report_that_the_prosecutor_asked_for_goes_to_the_prosecutor_too(story):
    """§2.1: the report also goes to the prosecutor, with its proof; nobody is owed feedback."""
    story.at("2026-11-24 10:00")
    story.files("intake_agent", concern(**REQUESTED))
    story.triaged()
    story.qualified()
    story.assigned()
    story.met()
    story.does("assessor", "write", {"framework_version": "HAS 2021"}, part="assessment")
    story.writes("assessor", bodies.report({story.children[0]: "risk"}, story.holders))
    story.does("assessor", "hand_in", {}, part="assessment")

    refused = story.refused("assessment_lead", "submit_report", {})
    story.does("assessment_lead", "submit_report", {"prosecutor_proof": "Courriel du 24 novembre, accusé"})

    assert refused == "report_reaches_the_prosecutor"
    assert story.state == "report_submitted"
    assert not story.row.feedback_tasks.exists()
