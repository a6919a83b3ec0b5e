"""Schedules of HSDS 3.0: the parts of a weekly RRULE from opening hours in OpenStreetMap's form, and back."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

_DAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_DAY: Final = "|".join(_DAYS)
_SPAN: Final = rf"(?:{_DAY})(?:-(?:{_DAY}))?"
_TIMES: Final = r"[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]"
_RULE: Final = re.compile(rf"({_SPAN}(?:,{_SPAN})*) ({_TIMES}(?:,{_TIMES})*)")
_CLOCK: Final = re.compile(r"(?:[01][0-9]|2[0-4]):[0-5][0-9]")
_ALWAYS: Final = "24/7"


def schedules_of(hours: str) -> list[dict[str, str]] | None:
    """Return weekly hours as parts, one for each rule and span of time; None for hours that aren't weekly.

    ``Mo-Fr 09:00-12:00,14:00-18:00; Sa 10:00-12:00`` is weekly; holidays, months and weeks of the year aren't.
    """
    if hours == _ALWAYS:
        return [_part(_DAYS, "00:00", "24:00")]
    parts = []
    for rule in hours.split("; "):
        match = _RULE.fullmatch(rule)
        if match is None:
            return None
        days = _days(match[1])
        parts += [_part(days, *span.split("-")) for span in match[2].split(",")]
    return parts


def hours_of(schedules: Iterable[Mapping[str, Any]]) -> str:
    """Return schedules in OpenStreetMap's form; blank where one of them isn't weekly, or names no day or time."""
    rules: dict[str, list[str]] = {}
    for one in schedules:
        days = str(one.get("byday") or "").split(",")
        times = str(one.get("opens_at") or "")[:5], str(one.get("closes_at") or "")[:5]
        names = [day.capitalize() for day in days]
        weekly = one.get("freq") in (None, "WEEKLY") and one.get("interval") in (None, 1)
        if not weekly or not set(names) <= set(_DAYS) or not all(map(_CLOCK.fullmatch, times)):
            return ""
        rules.setdefault(",".join(names), []).append("-".join(times))
    return "; ".join(f"{days} {','.join(spans)}" for days, spans in rules.items())


def _days(told: str) -> list[str]:
    days = []
    for span in told.split(","):
        first, _, last = span.partition("-")
        start, end = _DAYS.index(first), _DAYS.index(last or first)
        days += [_DAYS[at % 7] for at in range(start, end + 1 if end >= start else end + 8)]
    return days


def _part(days: Iterable[str], opens: str, closes: str) -> dict[str, str]:
    return {
        "freq": "WEEKLY",
        "byday": ",".join(day.upper() for day in days),
        "opens_at": opens,
        "closes_at": closes,
    }
