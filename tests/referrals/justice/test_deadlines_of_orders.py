"""Clocks of what justice orders, where the type alone doesn't say them (domain.md §2.3 C13, C15b, C17b)."""

import pytest

from tests.conftest import see_all
from tests.factories.concerns import concern
from tests.journeys import bodies
from tests.shared_fixtures import shared_fixture


@shared_fixture
def filed(story):
    story.at("2026-11-24 10:00")
    story.files("filer", concern())
    story.triaged()
    return story


def ordered(story, kind, **said):
    body = bodies.order(story.children[0], kind, on="2026-11-24", **said)
    story.does("crip_coordinator", "order", body, part="measures")


def test_after_a_prosecutors_ban_the_judge_is_seized_within_eight_days(filed):
    """CC 375-5: C13 beside C17b; a judge's own ban has none."""
    ordered(filed, "exit_ban", decider="prosecutor", term_on="2027-01-24")

    assert filed.due("C13") == "2026-12-02 23:59:59"
    assert filed.due("C17b") == "2027-01-24 23:59:59"


def test_a_judges_ban_awaits_no_judge(filed):
    ordered(filed, "exit_ban", decider="judge", term_on="2028-11-24")

    assert "C13" not in filed.running


def test_seizing_the_judge_of_a_ban_awaits_no_hearing(filed):
    """C14 is the hearing after a placement: nobody is placed by a ban."""
    made = filed.does("crip_coordinator", "send_judicial", bodies.to_justice(filed.children[0]))["made"]
    ban = bodies.order(
        filed.children[0], "exit_ban", on="2026-11-24", decider="prosecutor", term_on="2027-01-24"
    )
    outcome = bodies.outcome(filed.children[0], "judge_measure", on="2026-11-24")
    part = f"judicial-referrals/{made}"
    filed.does("crip_coordinator", "record_outcome", {"outcomes": [outcome], "orders": [ban]}, part=part)

    seized = [bodies.outcome(filed.children[0], "judge_seized", on="2026-11-25")]
    filed.does("crip_coordinator", "record_outcome", {"outcomes": seized}, part=part)

    assert "C13" not in filed.running
    assert "C14" not in filed.running


@pytest.mark.parametrize(
    ("said", "due", "warns"),
    [
        ({}, "2027-05-24", "2027-04-18"),
        ({"term_on": "2027-02-24"}, "2027-02-24", "2027-02-06"),
        ({"term_on": "2027-01-10"}, "2027-01-10", "2026-12-26"),
        ({"term_on": "2027-08-24"}, "2027-05-24", "2027-04-18"),
    ],
    ids=["six months", "its term", "a short one", "never longer"],
)
def test_an_investigation_ends_at_its_term_and_its_report_comes_fifteen_days_before(filed, said, due, warns):
    """C15b: six months at most; it warns when the report is due at the latest."""
    ordered(filed, "mjie", **said)

    see_all()
    clock = filed.clock("C15b")
    assert filed.due("C15b") == f"{due} 23:59:59"
    assert clock.warn_at.date().isoformat() == warns
