"""Instants in the authority's time zone."""

from datetime import date, datetime, time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from referrals.workflow.context import StepContext


def local_noon(act: "StepContext", day: date) -> datetime:
    """Return noon of a day in the authority's zone: an instant that is on that day everywhere near."""
    # Noon, since midnight in Réunion or Guadeloupe is another day in Paris.
    return datetime.combine(day, time(12), tzinfo=act.case.zone)
