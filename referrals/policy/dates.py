"""Date arithmetic: adds days and months; a month ends on its last day where the day is missing."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from referrals.policy.working_time import end_of


def after_months(start: datetime, months: int, zone: ZoneInfo) -> datetime:
    """Return the end of the local day ``months`` after the local date of ``start``: 30 Nov + 3 = 28 or 29 Feb."""
    return end_of(start.astimezone(zone).date() + relativedelta(months=months), zone)


def after_days(start: datetime, days: int, zone: ZoneInfo) -> datetime:
    """Return the end of the local day ``days`` after that of ``start``, which isn't counted."""
    return end_of(start.astimezone(zone).date() + timedelta(days=days), zone)
