"""The day at the authorities of the tests: near midnight the day of UTC is yesterday there, or the machine's tomorrow."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def today() -> date:
    """Return the day in Paris."""
    return datetime.now(PARIS).date()
