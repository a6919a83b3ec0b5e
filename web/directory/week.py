"""Opening hours as an editor types them: a field for each day, kept in OpenStreetMap's form.

Hours that say more than days and times (seasons, school holidays) fit no such field: they stay as they are until
somebody types days.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Final, override

from django.utils.dates import WEEKDAYS
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.inputs import StrictSerializer, Text
from web.directory.hours import DAY_RULE, DAYS
from web.forms import Ask

HOLIDAYS: Final = "PH"
#: What a day is called where nobody is there at all.
CLOSED: Final = ("fermé", "ferme", "closed", "off")
#: One span as people write it: 9h-12h30, 9:00 – 12:30, 9 h à 12 h 30.
_SPAN: Final = re.compile(
    r"\s*(\d{1,2})\s*[h:]?\s*(\d\d)?\s*(?:-|–|à|to)\s*(\d{1,2})\s*[h:]?\s*(\d\d)?\s*",
    re.IGNORECASE | re.ASCII,
)
_HOURS, _MINUTES = 24, 60


class DayHours(Text):
    """The open hours of a day; empty where nothing is said of it."""

    def __init__(self) -> None:
        super().__init__(max_length=80, required=False, allow_blank=True, default="")

    @override
    def to_internal_value(self, data: Any) -> str:
        """Return the spans in OpenStreetMap's form, ``off`` for closed, empty for nothing said.

        Raises:
            ValidationError: ``not-time``: it is no span, as 9h-12h30, or several with commas between them.
        """
        said = super().to_internal_value(data)
        if not said or said.casefold() in CLOSED:
            return "off" if said else ""
        spans = [_span(one) for one in said.split(",")]
        if None in spans:
            raise serializers.ValidationError("", code="not-time")
        return ",".join(filter(None, spans))


def _span(typed: str) -> str | None:
    match = _SPAN.fullmatch(typed)
    if match is None:
        return None
    times = [(int(match[1]), int(match[2] or 0)), (int(match[3]), int(match[4] or 0))]
    if times[0] >= times[1] or any(minute >= _MINUTES for _, minute in times) or times[1] > (_HOURS, 0):
        return None
    return "-".join(f"{hour:02}:{minute:02}" for hour, minute in times)


def name_of(day: str) -> str:
    """Return the name of the field of a day."""
    return f"hours_{day.casefold()}"


class Week(StrictSerializer):
    """A field for each day from Monday on, and one for public holidays."""

    hours_mo = DayHours()
    hours_tu = DayHours()
    hours_we = DayHours()
    hours_th = DayHours()
    hours_fr = DayHours()
    hours_sa = DayHours()
    hours_su = DayHours()
    hours_ph = DayHours()


def _capitalised(day: int) -> str:
    return str(WEEKDAYS[day]).capitalize()


_CALLED: Final[Any] = lazy(_capitalised, str)
NAMES: Final = tuple(name_of(day) for day in (*DAYS, HOLIDAYS))
ASKS: Final[Sequence[Ask]] = (
    *(
        Ask(
            name_of(day),
            _CALLED(n),
            _("Par exemple : 9h-12h30, 14h-18h. Laissez vide si le service est fermé.") if not n else "",
            width="half",
            optional=True,
        )
        for n, day in enumerate(DAYS)
    ),
    Ask(name_of(HOLIDAYS), _("Jours fériés"), _("« Fermé », ou des heures."), width="half", optional=True),
)


def read(hours: str) -> dict[str, str] | None:
    """Return what stands in the fields for hours in OpenStreetMap's form; None where they say more than fits."""
    days: dict[str, str] = {}
    for rule in filter(None, (part.strip() for part in hours.split(";"))):
        match = DAY_RULE.fullmatch(rule)
        if match is None:
            return None
        spans = "off" if match["spans"] in ("off", "closed") else match["spans"].replace(" ", "")
        days |= dict.fromkeys(_days(match["days"]), spans)
    return {name_of(day): spans for day, spans in days.items()}


def _days(text: str) -> list[str]:
    days: list[str] = []
    for part in text.split(","):
        first, _dash, last = part.partition("-")
        if not last:
            days.append(first)
            continue
        start, end = DAYS.index(first), DAYS.index(last)
        days += DAYS[start : end + 1] if start <= end else [*DAYS[start:], *DAYS[: end + 1]]
    return days


def written(week: Mapping[str, str]) -> str:
    """Return a week in OpenStreetMap's form: days that follow each other with the same hours are one rule."""
    said = [(day, week.get(name_of(day), "")) for day in DAYS]
    rules = []
    for spans, group in groupby(said, key=lambda one: one[1]):
        days = [day for day, _ in group]
        if spans:
            rules.append(f"{days[0]}{f'-{days[-1]}' if len(days) > 1 else ''} {spans}")
    if holidays := week.get(name_of(HOLIDAYS), ""):
        rules.append(f"{HOLIDAYS} {holidays}")
    return "; ".join(rules)


def values_of(hours: str) -> dict[str, str]:
    """Return what stands in the fields at first, as people write it."""
    days = read(hours) or {}
    return {
        name: str(_("fermé"))
        if days.get(name) == "off"
        else days.get(name, "").replace(",", ", ").replace("-", "–")
        for name in NAMES
    }


def into(body: dict[str, Any], before: str = "") -> dict[str, Any]:
    """Put what was typed of the days into a body as the act takes it; what wasn't changed is left out.

    Raises:
        ValidationError: a day holds no hours.
    """
    if not body.keys() & set(NAMES):
        return body
    week = Week.read({name: body.pop(name) for name in NAMES if name in body})
    typed = written(week)
    # Hours that say more than days can stay until days are typed.
    if typed != written(read(before) or {}):
        body["opening_hours"] = typed
    return body
