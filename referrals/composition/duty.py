"""Tells the directory when an authority works, by its settings and its own clocks (``directory/duty.py``)."""

from datetime import UTC, datetime

from accounts.models import Authority
from directory.duty import hours
from referrals.policy.definitions import protocol_of
from referrals.policy.working_time import calendar_of


def is_open(authority: Authority, at: datetime) -> bool:
    """Tell whether the authority works at an instant."""
    return calendar_of(authority, protocol_of(authority, at)).is_open(at)


def next_working_day_end(authority: Authority, at: datetime) -> datetime:
    """Return the end of the authority's next working day, in UTC."""
    return calendar_of(authority, protocol_of(authority, at)).after_working_days(at, 1).astimezone(UTC)


hours.is_open = is_open
hours.next_working_day_end = next_working_day_end
