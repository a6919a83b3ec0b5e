"""Instants in the authority's time zone."""

from datetime import datetime, time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from referrals.workflow.context import StepContext


def local_noon(act: "StepContext", day: Any) -> datetime:
    """Return noon of a day in the authority's zone: an instant that is on that day everywhere near."""
    return datetime.combine(day, time(12), tzinfo=act.case.zone)
