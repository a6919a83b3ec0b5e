"""When and how a cell can be reached, as its authority has set it."""

import re
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext

from accounts.models import Authority
from referrals.policy.definitions import protocol_of
from referrals.policy.field_types import Week
from referrals.policy.working_time import calendar_of

_HOUR: Final = 60


@dataclass(frozen=True, slots=True)
class Contact:
    """A cell: its name, its telephone if it told one, its open hours in words, and whether it is open now."""

    name: str
    phone: str
    hours: list[tuple[str, str]]
    is_open: bool

    @property
    def dialled(self) -> str:
        """Return the telephone as a link dials it."""
        return re.sub(r"[^+0-9]", "", self.phone)


def contact_of(authority: Authority | None, *, at: datetime) -> Contact | None:
    """Return how the cell of an authority can be reached; None while nobody answers for the filing."""
    if authority is None:
        return None
    protocol = protocol_of(authority, at)
    is_open = calendar_of(authority, protocol).is_open(at)
    return Contact(protocol.crip_name, protocol.crip_phone, _in_words(protocol.opening_hours), is_open)


def _in_words(week: Week) -> list[tuple[str, str]]:
    """Return the days of one kind that follow each other, and their hours."""
    lines = []
    for spans, days in groupby(range(len(week)), key=lambda day: week[day]):
        run = list(days)
        first, last = str(WEEKDAYS[run[0]]), str(WEEKDAYS[run[-1]])
        name = first if len(run) == 1 else gettext("%(first)s à %(last)s") % {"first": first, "last": last}
        words = ", ".join(f"{_clock(opens)} – {_clock(closes)}" for opens, closes in spans)
        lines.append((name.capitalize(), words or gettext("fermé")))
    return lines


def _clock(minute: int) -> str:
    return f"{minute // _HOUR}:{minute % _HOUR:02}"
