"""Where an authority has no first analysis of its own (QUALIFICATION_STEP off), T10 brings T06's proof itself."""

from datetime import timedelta

import pytest

from accounts.actor import SYSTEM
from referrals.policy_changes import actions as policy_changes_actions
from referrals.policy_changes.actions import Change
from tests.journeys import bodies
from tests.referrals.workflow.kit import AT, TODAY, Kit
from tests.shared_fixtures import shared_fixture


@shared_fixture
def without_first_analysis(world):
    asked = Change(effective_on=TODAY, values={"qualification_step": False})
    policy_changes_actions.change(world.authorities["93"].pk, asked, actor=SYSTEM, at=AT - timedelta(hours=1))


@pytest.mark.usefixtures("without_first_analysis")
def test_qualifying_at_once_asks_where_earlier_files_were_looked_for(world):
    """domain.md T06, T10 note 1."""
    kit = Kit(world, "acknowledged")
    body = bodies.qualification([kit.child.pk])

    assert kit.refusal("referral", "qualify", body) == "search_is_proven"
    for incomplete in ({}, bodies.SEARCHED | {"where": ""}, {"method": "by_hand", "where": "Registre"}):
        assert kit.refusal("referral", "qualify", body | {"search": incomplete}) == "<body>"
    assert kit.refusal("referral", "qualify", body | {"search": bodies.SEARCHED}) == ""
    assert kit.now()[0] == "qualified"


@pytest.mark.usefixtures("without_first_analysis")
def test_after_a_first_analysis_the_proof_was_given(world):
    kit = Kit(world, "triage")

    assert kit.refusal("referral", "qualify", bodies.qualification([kit.child.pk])) == ""


def test_where_there_is_a_first_analysis_a_proof_replaces_it_not(world):
    kit = Kit(world, "acknowledged")
    body = bodies.qualification([kit.child.pk]) | {"search": bodies.SEARCHED}

    assert kit.refusal("referral", "qualify", body) == "qualification_from_triage"
