"""When an authority works, as the app above knows it (field.md A.7, rule 4): a port that ``referrals`` fills.

The directory stands below the settings of the authorities, where their open hours and public holidays are.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from accounts.models import Authority


@dataclass
class Hours:
    """``is_open``: whether an authority works at an instant; ``next_working_day_end``: the end of its next one, UTC."""

    is_open: Callable[[Authority, datetime], bool] | None = None
    next_working_day_end: Callable[[Authority, datetime], datetime] | None = None


hours = Hours()


def is_on_duty(authority: Authority, at: datetime) -> bool:
    """Tell whether an instant lies in the authority's open hours, on its own clocks."""
    assert hours.is_open is not None, "referrals opens this door"  # noqa: S101 - a fault of ours
    return hours.is_open(authority, at)


def next_working_day_end(authority: Authority, at: datetime) -> datetime:
    """Return the end of the authority's next working day after that of an instant."""
    assert hours.next_working_day_end is not None, "referrals opens this door"  # noqa: S101 - a fault of ours
    return hours.next_working_day_end(authority, at)
