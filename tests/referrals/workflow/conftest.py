"""Everybody in every relation to a case in every state, made once."""

from datetime import UTC, datetime

from tests.copies import Unchanged
from tests.kept import kept
from tests.referrals.workflow.expectations import STATES
from tests.referrals.workflow.relations import build

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)


@kept
def everybody(world):
    """One person for each pair of role and relation, each with a case in each state: thousands of rows."""
    return Unchanged(build(world, STATES, at=AT))
