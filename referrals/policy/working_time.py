"""Open hours, working days and holidays of an authority, in its own time zone, days and months added (domain.md §2.3).

Open hours and working days count practice, never law: legal deadlines count days, months and hours as they run, and end
on the day they end on, holiday or not. For those a calendar only gives the last working day before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from holidays import country_holidays

from referrals.policy.definitions import Protocol
from referrals.policy.field_types import Week

if TYPE_CHECKING:
    from accounts.models import Authority


DAY: Final = timedelta(days=1)
END_OF_DAY: Final = time(23, 59, 59)
MAINLAND: Final = ZoneInfo("Europe/Paris")
ORDINARY: Final = "FR"
#: Authorities whose public holidays aren't those of the whole country, by code; each has the library's calendar.
OWN_HOLIDAYS: Final = {
    "57": "57",
    "67": "6AE",
    "68": "6AE",
    "6AE": "6AE",
    "971": "971",
    "972": "972",
    "973": "973",
    "974": "974",
    "975": "PM",
    "976": "976",
    "977": "BL",
    "978": "MF",
}


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """Return 23:59:59 of ``day`` in ``zone``."""
    return datetime.combine(day, END_OF_DAY, tzinfo=zone)


@lru_cache(maxsize=512)
def public_holidays(calendar: str, year: int) -> frozenset[date]:
    """Return the public holidays of a year; ``calendar`` is one of the setting ``holiday_calendar``."""
    part = None if calendar == ORDINARY else calendar
    return frozenset(country_holidays(ORDINARY, subdiv=part, years=year))


@dataclass(frozen=True, slots=True)
class Calendar:
    """When an authority works: its zone, its open hours of a week, its public holidays."""

    zone: ZoneInfo
    week: Week
    holidays: str

    def is_working(self, day: date) -> bool:
        """Tell whether the authority is open at all on a day."""
        return bool(self.week[day.weekday()]) and day not in public_holidays(self.holidays, day.year)

    def is_open(self, at: datetime) -> bool:
        """Tell whether the authority is open at an instant."""
        return any(opens <= at < closes for opens, closes in self._open(at.astimezone(self.zone).date()))

    def after_open_hours(self, start: datetime, hours: int) -> datetime:
        """Return the instant at which the authority has been open for ``hours`` since ``start``, in UTC.

        Hours are counted as they run: a night on which the clocks change holds an hour less or more.
        """
        left = timedelta(hours=hours)
        day = start.astimezone(self.zone).date()
        while True:
            for opens, closes in self._open(day):
                begins = max(start, opens)
                if closes - begins >= left:
                    return begins + left
                left -= max(closes - begins, timedelta())
            day += DAY

    def after_working_days(self, start: datetime, days: int) -> datetime:
        """Return the end of the working day that is ``days`` working days after the day of ``start``."""
        day = start.astimezone(self.zone).date()
        while days > 0:
            day += DAY
            days -= self.is_working(day)
        return end_of(day, self.zone)

    def working_day_before(self, due: datetime) -> date | None:
        """Return the last working day before a due date that falls on a day off (*ouvré précédent*), else None."""
        day = due.astimezone(self.zone).date()
        if self.is_working(day):
            return None
        while not self.is_working(day):
            day -= DAY
        return day

    def _open(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """Yield the open spans of a day, in UTC."""
        if self.is_working(day):
            for opens, closes in self.week[day.weekday()]:
                yield self._instant(day, opens), self._instant(day, closes)

    def _instant(self, day: date, minute: int) -> datetime:
        days, minute = divmod(minute, 24 * 60)  # 24:00 is the midnight that ends the day
        wall = time(minute // 60, minute % 60)
        return datetime.combine(day + days * DAY, wall, tzinfo=self.zone).astimezone(UTC)


def calendar_of(authority: "Authority | None", protocol: Protocol) -> Calendar:
    """Return an authority's calendar under its protocol; a draft's is that of the mainland."""
    own = OWN_HOLIDAYS.get(authority.code, ORDINARY) if authority else ORDINARY
    chosen = protocol.holiday_calendar
    return Calendar(
        zone=ZoneInfo(authority.timezone) if authority else MAINLAND,
        week=protocol.opening_hours,
        holidays=own if chosen == "territory" else chosen,
    )


def after_months(start: datetime, months: int, zone: ZoneInfo) -> datetime:
    """Return the end of the local day ``months`` after the local date of ``start``: 30 Nov + 3 = 28 or 29 Feb."""
    return end_of(start.astimezone(zone).date() + relativedelta(months=months), zone)


def after_days(start: datetime, days: int, zone: ZoneInfo) -> datetime:
    """Return the end of the local day ``days`` after that of ``start``, which isn't counted."""
    return end_of(start.astimezone(zone).date() + timedelta(days=days), zone)
