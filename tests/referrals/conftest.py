"""What tests of cases share: a case to follow through the API (tests/journeys/story.py), and other choices of 93."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from accounts.actor import SYSTEM
from referrals.policy_changes import actions as policy_changes_actions
from referrals.policy_changes.actions import Change
from tests.journeys.conftest import _clock_of_the_story, story
from tests.referrals.family import Family
from tests.referrals.workflow.expectations import STATES
from tests.referrals.workflow.kit import AT, Kit
from tests.referrals.workflow.relations import build
from tests.shared_fixtures import Unchanged, shared_fixture

__all__ = ["_clock_of_the_story", "choose", "story"]


class Clock:
    """The instant of each request."""

    now = datetime(2026, 11, 24, 9, tzinfo=UTC)

    def __call__(self, *_):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    found = Clock()
    monkeypatch.setattr("config.pipeline.instant", found)
    return found


@shared_fixture
def kit(world):
    """A case in triage, put there as it stands."""
    return Kit(world, "triage")


@shared_fixture
def everybody(world):
    """One person for each pair of role and relation, each with a case in each state: thousands of rows."""
    return Unchanged(build(world, STATES, at=AT))


@shared_fixture
def family(world) -> Family:
    """A case of three children, of whom one is restricted."""
    return Family(world)


@pytest.fixture
def choose(story):
    """Let 93 choose otherwise, from now on by the story's clock."""

    def do(**values):
        today = story.now.astimezone(ZoneInfo("Europe/Paris")).date()
        pk = story.world.authorities["93"].pk
        policy_changes_actions.change(
            pk, Change(effective_on=today, values=values), actor=SYSTEM, at=story.now
        )

    return do
