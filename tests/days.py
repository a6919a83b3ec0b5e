"""The day at the authorities of the tests: near midnight the day of UTC is yesterday there, or the machine's tomorrow."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def today() -> date:
    """Return the day in Paris."""
    return datetime.now(PARIS).date()


def to_midnight() -> timedelta:
    """Return how long it is to midnight in Paris."""
    now = datetime.now(PARIS)
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1) - now
