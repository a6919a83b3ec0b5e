"""iCalendar document of a feed (RFC 5545): days on which something is due on a case, and not what.

Whoever hosts the calendar reads it: so no name, place or kind of deadline, and ids that are of this feed alone.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _
from icalendar import Calendar, Event

from accounts.models import CalendarFeed
from core.languages import in_language
from encryption import index
from referrals.models import Clock

#: How often a calendar is asked to read it again.
AGAIN_AFTER: Final = timedelta(hours=6)
_UID_BYTES: Final = 16
_NAME: Final = "Repère"
_TITLE: Final = _("Échéance – dossier {reference}")


def made(feed: CalendarFeed, due: Iterable[tuple[str, date]], *, at: datetime) -> bytes:
    """Return the calendar: one event a case and day, of the whole day, private, by which nobody counts as busy."""
    calendar = Calendar()
    calendar.add("PRODID", f"-//{_NAME}//{feed.language}")
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", "PUBLISH")
    calendar.add("X-WR-CALNAME", _NAME)
    calendar.add("REFRESH-INTERVAL", AGAIN_AFTER, parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", AGAIN_AFTER, parameters={"VALUE": "DURATION"})
    # The day, not the instant: what hasn't changed reads the same all day, and has one ETag.
    stamp = datetime.combine(at.date(), time(), at.tzinfo)
    title = in_language(_TITLE, feed.language)
    for reference, day in due:
        event = Event()
        event.add("UID", _uid(feed, reference, day))
        event.add("DTSTAMP", stamp)
        event.add("DTSTART", day)
        event.add("DTEND", day + timedelta(days=1))
        event.add("SUMMARY", title.format(reference=reference))
        event.add("CLASS", "PRIVATE")
        event.add("TRANSP", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def days_of(clocks: Iterable[Clock]) -> list[tuple[str, date]]:
    """Return on which days something is due on which case, each once, by day: how much is due isn't told."""
    events = {
        (
            clock.due_at.astimezone(ZoneInfo(clock.referral.authority.timezone)).date(),
            clock.referral.reference,
        )
        for clock in clocks
    }
    return [(reference, day) for day, reference in sorted(events)]


def _uid(feed: CalendarFeed, reference: str, day: date) -> str:
    """Return the id of an event: another one in each feed, so that those of two people can't be matched."""
    value = index.keyed("calendar.event", feed.pk.bytes + f"{reference} {day}".encode())
    return value[:_UID_BYTES].hex()
