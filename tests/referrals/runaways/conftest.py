"""Fixtures of the tests of runaways."""

from tests.journeys.runaway import away

__all__ = ["away"]
