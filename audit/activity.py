"""Activity figures: readings and refusals by day and hour, per authority, never per person.

It can't be queried by agent or by file: nobody measures what one person gets done (docs/audit.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay, TruncDate

from audit import events, reading
from audit.events import Outcome, Topic
from audit.inspection import Auditing, authorities_of, record

#: A year: twelve whole months, of which the last one isn't over.
YEAR: Final = 365
DAYS: Final = (7, 30, 90, YEAR)
LISTED: Final = "list:opened"


@dataclass(frozen=True, slots=True)
class Day:
    """How many entries of each kind there were on one day, or in the month that begins on it."""

    day: date
    files: int = 0
    lists: int = 0
    searches: int = 0
    refusals: int = 0
    changes: int = 0
    emergencies: int = 0
    exports: int = 0

    def __add__(self, other: "Day") -> "Day":
        """Return the numbers of both, from the first day on."""
        return Day(self.day, *(getattr(self, kind) + getattr(other, kind) for kind in kinds()))


def kinds() -> dict[str, Q]:
    """Return what is counted, in the order of ``Day``; of what was refused only that."""
    counted = {str(what): Q(act__in=events.counted(what), outcome=Outcome.ALLOW) for what in events.Counted}
    return {
        "files": Q(act__in=events.OPENINGS, outcome=Outcome.ALLOW),
        "lists": Q(act=LISTED, outcome=Outcome.ALLOW),
        "searches": Q(topic=Topic.SEARCH, outcome=Outcome.ALLOW),
        "refusals": ~Q(outcome=Outcome.ALLOW),
        **counted,
    }


@dataclass(frozen=True, slots=True)
class Activity:
    """The days in their order, and the readings of files by day of the week (Monday first) and hour."""

    days: tuple[Day, ...]
    hours: tuple[tuple[int, ...], ...]

    @property
    def months(self) -> tuple[Day, ...]:
        """Return the sums of each month, as far as its days are counted."""
        months: dict[date, Day] = {}
        for day in self.days:
            first = day.day.replace(day=1)
            months[first] = months.get(first, Day(first)) + day
        return tuple(months.values())


def activity(query: Mapping[str, Any], *, actor: Auditing | None, at: datetime) -> Activity:
    """Return how much was read and refused within the last days, and write down that it was asked.

    ``query``: ``days``, one of ``DAYS``, and ``zone``, in which a day begins and an hour is told.

    Raises:
        NotAuditor: the caller reads the entries of no authority.
    """
    authorities = authorities_of(actor)
    zone: ZoneInfo = query["zone"]
    last = at.astimezone(zone).date()
    first = last - timedelta(days=query["days"] - 1)
    if query["days"] == YEAR:
        first = (first.replace(day=1) + timedelta(days=31)).replace(day=1)
    since = datetime.combine(first, time(), tzinfo=zone)
    with reading.as_auditor():
        entries = reading.entries_of(authorities, {"since": since, "until": at + timedelta(microseconds=1)})
        counts = {kind: Count("id", filter=rule) for kind, rule in kinds().items()}
        by_day = entries.values(day=TruncDate("at", tzinfo=zone)).annotate(**counts).order_by("day")
        days = {row["day"]: Day(**row) for row in by_day}
        by_hour = (
            entries.filter(kinds()["files"])
            .values(weekday=ExtractIsoWeekDay("at", tzinfo=zone), hour=ExtractHour("at", tzinfo=zone))
            .annotate(count=Count("id"))
            .order_by("weekday", "hour")
        )
        cells = {(row["weekday"], row["hour"]): row["count"] for row in by_hour}
    # After the figures and in their transaction: an answer without its entry can't leave (SEC-AL17).
    record(f"activity/{query['days']}", actor=actor, authorities=authorities, counts={}, at=at)
    # Days without an entry are shown as zero: a gap in the table would read as a gap in the journal.
    every = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return Activity(
        tuple(days.get(day, Day(day)) for day in every),
        tuple(tuple(cells.get((weekday, hour), 0) for hour in range(24)) for weekday in range(1, 8)),
    )
