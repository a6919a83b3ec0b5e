"""Days and months after a day: a month ends on the last day where its day is missing."""

import calendar
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from referrals.policy.working_time import end_of


def add_months(day: date, months: int) -> date:
    """Return the same day number ``months`` later, or that month's last day: 30 Nov + 3 = 28 or 29 Feb."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def after_months(start: datetime, months: int, zone: ZoneInfo) -> datetime:
    """Return the end of the local day ``months`` after the local date of ``start``."""
    return end_of(add_months(start.astimezone(zone).date(), months), zone)


def after_days(start: datetime, days: int, zone: ZoneInfo) -> datetime:
    """Return the end of the local day ``days`` after that of ``start``, which isn't counted."""
    return end_of(start.astimezone(zone).date() + timedelta(days=days), zone)
