"""Silence: of justice after the last reminder (J04 ``lapsed``), of a family whose child is in care already (C9)."""

from datetime import timedelta

import pytest

from referrals.models import Measure
from tests.conftest import see_all
from tests.factories.concerns import concern
from tests.journeys import bodies
from tests.shared_fixtures import shared_fixture

pytestmark = pytest.mark.both_databases("what the worker sees past row-level security")


def to_justice(story):
    """Bring a case to justice; keep the address of its referral."""
    story.at("2026-11-24 10:00")
    story.files("filer", concern())
    story.triaged()
    made = story.does("crip_coordinator", "send_judicial", bodies.to_justice(story.children[0]))["made"]
    story.part = f"judicial-referrals/{made}"
    return story


@shared_fixture
def seized(story):
    """A case that was referred to justice."""
    return to_justice(story)


def lapsed(story):
    return {
        "outcomes": [bodies.outcome(story.children[0], "lapsed", on="2026-11-24")],
        "approver": story.user("supervisor"),
    }


def test_silence_of_justice_counts_after_the_last_reminder(seized):
    """§2.6: the last reminder is the authority's, thirty days; then two sign."""
    story, part = seized, seized.part

    story.at("2026-12-24 23:59")
    refused = story.refused("crip_coordinator", "record_outcome", lapsed(story), part=part)
    story.at("2026-12-25 00:00")
    story.signed("crip_coordinator", "record_outcome", lapsed(story), by="supervisor", part=part)

    assert refused == "silence_outlasted_the_reminders"
    assert "C7" not in story.running


def test_the_last_reminder_is_the_authoritys(story, choose):
    choose(prosecutor_last_reminder_days=10)
    part = to_justice(story).part

    story.at("2026-12-05 00:00")

    story.signed("crip_coordinator", "record_outcome", lapsed(story), by="supervisor", part=part)


def test_of_age_a_referral_lapses_at_once_and_by_one(seized):
    story, part = seized, seized.part
    story.child().__class__.objects.filter(pk=story.children[0]).update(age_band="18+")

    story.does("crip_coordinator", "record_outcome", lapsed(story) | {"approver": None}, part=part)


# --- Silence of the family ------------------------------------------------------------------------------


@shared_fixture
def assessed(story):
    """A case whose report is delivered."""
    story.at("2026-11-24 10:00")
    story.files("filer", concern())
    story.triaged()
    story.qualified()
    story.assigned()
    story.met()
    story.reported(["risk"])
    return story


def in_care(story, *, cared_for=True, type_="modular_care", **stated):
    """Return the decision that offers care, for a child who is in care already or not."""
    kid = story.children[0]
    see_all()
    if cared_for:
        Measure.objects.create(
            referral_id=story.pk, child_id=kid, type_id="temporary_care", judicial=False,
            proposed_at=story.now, state="active",
        )  # fmt: skip
    offers = [bodies.offer(kid, type=type_, **stated)]
    return {"decisions": [bodies.decision(kid, "admin")], "motivation": "Accueil", "measures": offers}


def by_silence():
    return {"agreed_on": "2026-12-23", "by_silence": True, "child_opinion": "Favorable."}


@pytest.mark.parametrize(
    ("stated", "due"),
    [
        ({"notified_on": "2026-11-24"}, "2026-12-22 23:59:59"),
        ({"sent_on": "2026-11-24"}, "2027-01-05 23:59:59"),
        ({"notified_on": "2026-11-20", "sent_on": "2026-11-18"}, "2026-12-18 23:59:59"),
        ({}, "2026-12-09 23:59:59"),
    ],
    ids=["four weeks from the notification", "six from the sending", "notified", "fifteen days"],
)
def test_the_delay_of_the_familys_answer_follows_what_was_notified(assessed, stated, due):
    assessed.does("ase_inspector", "decide_admin", in_care(assessed, **stated))

    assert assessed.due("C9") == due


def test_silence_is_agreement_once_its_delay_is_over(assessed):
    """§2.3 C9: a person records it; the day after the last one, and no writing is asked for."""
    assessed.does("ase_inspector", "decide_admin", in_care(assessed, notified_on="2026-11-24"))
    see_all()
    part = f"measures/{Measure.objects.get(type='modular_care').pk}"

    assessed.at("2026-12-22 23:59")
    early = assessed.refused("ase_inspector", "agree", by_silence(), part=part)
    assessed.at("2026-12-23 00:00")
    assessed.does("ase_inspector", "agree", by_silence(), part=part)

    assert early == "silence_has_lasted"
    assert assessed.state == "protected_admin"
    (line,) = [m for m in assessed.reads("ase_inspector", "measures")["results"] if m["agreed_by_silence"]]
    assert line["state"]["code"] == "agreed"
    assert "C9" not in assessed.running
    assert "C16" in assessed.running


def test_silence_is_no_agreement_where_nothing_was_notified(assessed):
    assessed.does("ase_inspector", "decide_admin", in_care(assessed))
    see_all()
    measure = Measure.objects.get(type="modular_care")

    assessed.at("2027-06-01 10:00")

    said = by_silence() | {"measure": measure.pk, "agreed_on": "2027-06-01"}
    assert assessed.refused("ase_inspector", "record_agreement", said) == "silence_has_lasted"


@pytest.mark.parametrize(
    ("cared_for", "type_", "stated"),
    [(False, "modular_care", {"notified_on": "2026-11-24"}), (True, "aed", {"sent_on": "2026-11-24"}),
     (True, "modular_care", {"notified_on": "2026-11-25"})],
    ids=["not in care", "no care", "to come"],
)  # fmt: skip
def test_silence_counts_for_a_child_in_care_alone(assessed, cared_for, type_, stated):
    body = in_care(assessed, cared_for=cared_for, type_=type_, **stated)

    assert assessed.refused("ase_inspector", "decide_admin", body) == "silence_counts_for_a_child_in_care"


def test_without_silence_the_writing_is_asked_for(assessed):
    assessed.does("ase_inspector", "decide_admin", in_care(assessed, notified_on="2026-11-24"))
    see_all()
    part = f"measures/{Measure.objects.get(type='modular_care').pk}"
    assessed.at("2027-02-01 10:00")

    said = assessed.does(
        "ase_inspector", "agree", by_silence() | {"by_silence": False}, part=part, expect=400
    )

    assert {line["field"] for line in said["errors"]} == {"signed_by", "agreement"}


def test_an_offer_still_warns_before_it_is_over(assessed):
    assessed.does("ase_inspector", "decide_admin", in_care(assessed, notified_on="2026-11-24"))

    clock = assessed.clock("C9")

    assert clock.due_at - timedelta(days=10) < clock.warn_at < clock.due_at
