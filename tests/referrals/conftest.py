"""What tests of cases share: a case to follow through the API (tests/journeys/story.py), and other choices of 93."""

from zoneinfo import ZoneInfo

import pytest

from accounts.actor import SYSTEM
from referrals import settingchanges
from referrals.settingchanges import Change
from tests.journeys.conftest import _clock_of_the_story, story

__all__ = ["_clock_of_the_story", "choose", "story"]


@pytest.fixture
def choose(story):
    """Let 93 choose otherwise, from now on by the story's clock."""

    def do(**values):
        today = story.now.astimezone(ZoneInfo("Europe/Paris")).date()
        pk = story.world.authorities["93"].pk
        settingchanges.change(pk, Change(effective_on=today, values=values), actor=SYSTEM, at=story.now)

    return do
