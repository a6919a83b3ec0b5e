"""When a service is open: hours in OpenStreetMap's form, read in its own time zone, with its own public holidays.

``opening-hours-py`` knows the eleven days of the whole country alone; those that an overseas département or
Alsace-Moselle has besides are written into the expression before it is read. What can't be told isn't guessed: free
text, school holidays, sunrise, hours under a condition in words (« sur rendez-vous »), and whether an office is open on
a public holiday of which its hours say nothing.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from holidays import country_holidays
from opening_hours import OpeningHours, ParserError, State  # type: ignore[attr-defined]  # stubs lack the error

COUNTRY: Final = "FR"
#: As long as the column is; a longer text isn't read.
LONGEST: Final = 500
#: Expressions kept as they were read, in each worker: a few kilobytes each.
CACHE_SIZE: Final = 4_096
#: A state that lasts longer counts as lasting for ever.
HORIZON_DAYS: Final = 366
#: Départements with public holidays of their own, and what the library of holidays calls them.
OWN_HOLIDAYS: Final = {
    "57": "57",
    "67": "6AE",
    "68": "6AE",
    "971": "971",
    "972": "972",
    "973": "973",
    "974": "974",
    "975": "PM",
    "976": "976",
    "977": "BL",
    "978": "MF",
}
#: Where the clock isn't that of Paris.
OWN_ZONES: Final = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "977": "America/St_Barthelemy",
    "978": "America/Marigot",
}
MAINLAND: Final = ZoneInfo("Europe/Paris")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: What depends on more than the clock and the calendar that we have.
_BEYOND: Final = re.compile(r"\b(?:SH|sunrise|sunset|dawn|dusk)\b", re.IGNORECASE)
_HOLIDAY: Final = re.compile(r"\bPH\b", re.IGNORECASE)
_DAY: Final = r"(?:Mo|Tu|We|Th|Fr|Sa|Su|PH)"
#: From a time of day to another.
_SPAN: Final = re.compile(r"(\d\d?):(\d\d)\s*-\s*(\d\d?):(\d\d)")
#: A rule for days of the week with the holidays among them, and what it says of them.
_PLAIN: Final = re.compile(rf"\s*({_DAY}(?:\s*[-,]\s*{_DAY})*)(?:\s+(?![+-])(.*))?", re.IGNORECASE)


class WithHours(Protocol):
    """Whatever has hours: a service, or a structure."""

    @property
    def opening_hours(self) -> str:
        """In OpenStreetMap's form; empty where they aren't told so."""

    @property
    def opening_hours_text(self) -> str:
        """In words; empty where they aren't told so."""


class Hours(NamedTuple):
    """Hours in OpenStreetMap's form, and in words: either may be empty."""

    opening_hours: str
    opening_hours_text: str


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether a service is open, until when, and when it opens next; instants in its own time zone.

    ``open`` is None where it can't be told. ``until`` is None while open for ever; ``next_open`` is None where it is
    open, or doesn't open within a year.
    """

    open: bool | None
    until: datetime | None = None
    next_open: datetime | None = None


UNKNOWN: Final = Opening(None)


@dataclass(frozen=True, slots=True)
class _Read:
    """An expression as it was read, and the public holidays for which it can't tell.

    ``silent``: it says nothing of holidays, so that outside its hours it is closed on them too. ``holidays``: all of
    the place; ``night``: until which minute of a morning its longest night lasts, 0 without one.
    """

    hours: OpeningHours
    untold: frozenset[date]
    silent: bool
    holidays: frozenset[date]
    night: int

    def is_cut_night(self, here: datetime) -> bool:
        """Tell whether a night begins or ends at midnight just because a holiday does.

        The library takes a day for what is said of holidays from midnight to midnight, the morning of a night before it
        too. Whether « PH off » leaves the night to its end isn't said by those who write it.
        """
        morning = here.hour * 60 + here.minute < self.night
        days = (here.date(), here.date() - timedelta(days=1))
        if not morning or self.silent or self.holidays.isdisjoint(days):
            return False
        midnight = here.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        return self.hours.is_open(midnight - timedelta(minutes=1)) != self.hours.is_open(here)

    def opens(self, at: datetime) -> bool:
        """Tell whether it surely is open at an instant."""
        state, words = self.hours.state(at)
        reliable = at.date() not in self.untold and not self.is_cut_night(at)
        return reliable and state == State.OPEN and not words


def zone_of(department: str) -> ZoneInfo:
    """Return the time zone of a département; that of Paris where it isn't overseas."""
    name = OWN_ZONES.get(department)
    return ZoneInfo(name) if name else MAINLAND


def clock_of(department: str) -> str:
    """Return what tells the hours of one département from those of another: zone and calendar; "": not known."""
    if not department:
        return ""
    return f"{OWN_ZONES.get(department, MAINLAND.key)} {OWN_HOLIDAYS.get(department, COUNTRY)}"


def clock_department(place: str, keeper: str) -> str:
    """Return by which département's clock and holidays hours are read: where a service is, or else its keeper's.

    ``place``: the département of its place or its structure's, empty where it isn't known; ``keeper``: the code of the
    authority that keeps its entry.
    """
    return place or keeper


def hours_of(service: WithHours, structure: WithHours) -> Hours:
    """Return the hours of a service: its own, whichever form they have, or else its structure's."""
    source = service if service.opening_hours or service.opening_hours_text else structure
    return Hours(source.opening_hours, source.opening_hours_text)


def opening_at(hours: str, *, at: datetime, zone: ZoneInfo, department: str) -> Opening:
    """Return whether these hours are open at an instant.

    ``zone`` and ``department`` are those of the place: the clock on its wall, its public holidays.
    """
    here = at.astimezone(zone)
    read = _read(hours, zone.key, OWN_HOLIDAYS.get(department, ""), here.year)
    if read is None:
        return UNKNOWN
    state, words = read.hours.state(here)
    if words or state == State.UNKNOWN:
        return UNKNOWN
    change = read.hours.next_change(here)
    if read.is_cut_night(here):
        return UNKNOWN
    closed = state == State.CLOSED
    if change and here.date() in read.untold and not (closed and read.silent):
        return UNKNOWN
    if closed:
        return Opening(open=False, next_open=change if change and read.opens(change) else None)
    return Opening(open=True, until=change)


@lru_cache(maxsize=CACHE_SIZE)
def _read(hours: str, zone: str, calendar: str, year: int) -> _Read | None:
    """Return hours as read, with the holidays of a calendar in a year and the one after; None: not in this form."""
    if not hours.strip() or len(hours) > LONGEST or _BEYOND.search(hours):
        return None
    holidays = _holidays(calendar, year)
    whole, untold, silent = hours, holidays, not _HOLIDAY.search(hours)
    if not silent:
        untold -= _holidays("", year)
        if untold and (written := _with_holidays(hours, sorted(untold))):
            whole, untold = written, frozenset()
    try:
        parsed = OpeningHours(
            whole,
            timezone=ZoneInfo(zone),
            country=COUNTRY,
            auto_country=False,
            auto_timezone=False,
            max_interval_days=HORIZON_DAYS,
        )
    except ParserError:
        return None
    return _Read(parsed, untold, silent, holidays, _night(hours))


def _night(hours: str) -> int:
    """Return at which minute of the morning the longest span over midnight ends; 0 without one."""
    spans = (tuple(map(int, span.groups())) for span in _SPAN.finditer(hours))
    ends = ((from_ * 60 + past, to * 60 + after) for from_, past, to, after in spans)
    return max((end % (24 * 60) for start, end in ends if end <= start or end > 24 * 60), default=0)


def _with_holidays(hours: str, days: list[date]) -> str | None:
    """Return hours that say of the given days what they say of holidays; None where that can't be written.

    Each rule for holidays is followed by the same for the given days: a later rule has the last word on its days, as
    the one before it had.
    """
    rules: list[str] = []
    for rule in hours.split(";"):
        rules.append(rule)
        if _HOLIDAY.search(rule):
            plain = _PLAIN.fullmatch(rule)
            if plain is None or not _HOLIDAY.search(plain[1]) or _HOLIDAY.search(plain[2] or ""):
                return None
            rules += [f"{_written(day)} {plain[2] or '00:00-24:00'}" for day in days]
    return ";".join(rules)


def _written(day: date) -> str:
    return f"{day.year} {_MONTHS[day.month - 1]} {day.day:02}"


@lru_cache(maxsize=128)
def _holidays(calendar: str, year: int) -> frozenset[date]:
    """Return the public holidays of a calendar, or of the whole country, in a year and the one after."""
    return frozenset(country_holidays(COUNTRY, subdiv=calendar or None, years=(year, year + 1)))
