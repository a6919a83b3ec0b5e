"""When figures are asked for, and what an authority had chosen before."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from accounts.actor import SYSTEM
from referrals.policy_changes import actions as policy_changes_actions
from referrals.policy_changes.actions import Change
from tests.referrals.statistics.counted import NOW


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The instant of the next requests."""
    found = SimpleNamespace(now=NOW)
    monkeypatch.setattr("config.pipeline.instant", lambda *_: found.now)
    return found


@pytest.fixture
def choose(world):
    """Let 93 choose, on a day of the past."""

    def do(on, **values):
        at = datetime.fromisoformat(on).replace(hour=10, tzinfo=UTC)
        asked = Change(effective_on=at.date(), values=values)
        policy_changes_actions.change(world.authorities["93"].pk, asked, actor=SYSTEM, at=at)

    return do
