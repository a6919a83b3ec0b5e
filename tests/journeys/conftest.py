"""The story that each journey tells; where the clock stands is up to the test."""

import pytest

from tests.factories.world import World
from tests.journeys.story import Story


@pytest.fixture
def story(world: World, monkeypatch: pytest.MonkeyPatch) -> Story:
    """One case to follow, in authority 93, beside two other authorities."""
    told = Story(world)
    monkeypatch.setattr("config.pipeline.instant", lambda: told.now)
    return told
