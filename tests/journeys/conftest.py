"""The story that each journey tells; where the clock stands is up to the test.

What several tests of a journey begin from is kept (``tests/shared_fixtures.py``): told once, and copied for each.
"""

from collections.abc import Iterator
from datetime import datetime

import pytest

from core.clock import instant
from tests.factories.world import World
from tests.journeys.runaway import away
from tests.journeys.story import Story
from tests.shared_fixtures import current, shared_fixture

__all__ = ["away", "story"]


@pytest.fixture(scope="package", autouse=True)
def _clock_of_the_story() -> Iterator[None]:
    """Let requests arrive when the story says; where two are told, whoever tells when (``it_is``) says."""

    def now(*_: object) -> datetime:
        teller = current("it_is") or current("story")
        return teller.now if teller else instant()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("config.pipeline.instant", now)
        yield


@shared_fixture
def story(world: World) -> Story:
    """One case to follow, in authority 93, beside two other authorities."""
    return Story(world)
