"""Fixtures of the tests of decisions."""

from tests.referrals.assessment.conftest import decided_on, writing

__all__ = ["decided_on", "writing"]
