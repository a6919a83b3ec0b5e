"""The frozen clock: every test begins at the same instant, so that no test depends on the day it runs.

Time goes on from there while a test runs. A test that asks another process for the time, which has the machine's own
clock, says so: ``@pytest.mark.real_clock("why")``.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

from core import clock

#: A Tuesday, noon in UTC: 13:00 in Paris, in winter time.
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _frozen_clock(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let the test begin at ``NOW``; PostgreSQL's clock, which the service goes by there, is this process's too."""
    if request.node.get_closest_marker("real_clock"):
        yield
        return
    # Not the test's own ``monkeypatch``, which has to be undone before its transaction is.
    with pytest.MonkeyPatch.context() as patch, time_machine.travel(NOW):
        patch.setattr(clock, "of_database", lambda *_: datetime.now(UTC))
        yield


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Let what a page of tests reckons when it is imported be of that instant too."""
    with time_machine.travel(NOW, tick=False):
        return (yield)
