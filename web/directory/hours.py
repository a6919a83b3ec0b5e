"""Hours in words: when a service is open, from OpenStreetMap's form; whether it is open now, and until when."""

import re
from datetime import datetime
from typing import Final

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext

from directory.opening import Opening

DAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
ALWAYS: Final = "24/7"
_DAY: Final = "(?:Mo|Tu|We|Th|Fr|Sa|Su)"
_SPAN: Final = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)", re.ASCII)
#: The rules that have words; any other expression is shown as it stands.
DAY_RULE: Final = re.compile(
    rf"(?P<days>{_DAY}(?:[-,]{_DAY})*(?:,PH)?|PH)\s+"
    r"(?P<spans>off|closed|\d\d:\d\d-\d\d:\d\d(?:,\s?\d\d:\d\d-\d\d:\d\d)*)",
    re.ASCII,
)


def in_words(hours: str) -> str:
    """Return hours as people read them; an expression beyond days and hours is returned as it is."""
    if not hours:
        return ""
    if hours.strip() == ALWAYS:
        return gettext("Jour et nuit, tous les jours")
    lines = []
    for rule in (part.strip() for part in hours.split(";")):
        match = DAY_RULE.fullmatch(rule)
        if match is None:
            return hours
        lines.append(f"{_days(match['days'])}{gettext(' : ')}{_spans(match['spans'])}")
    words = " ; ".join(lines)
    return words[:1].upper() + words[1:]


def _days(text: str) -> str:
    parts = []
    for part in text.split(","):
        if part == "PH":
            parts.append(gettext("jours fériés"))
            continue
        first, _dash, last = part.partition("-")
        if last:
            parts.append(gettext("du %(first)s au %(last)s") % {"first": _day(first), "last": _day(last)})
        else:
            parts.append(_day(first))
    return ", ".join(parts)


def _day(code: str) -> str:
    return str(WEEKDAYS[DAYS.index(code)]).lower()


def _spans(text: str) -> str:
    if text in ("off", "closed"):
        return gettext("fermé")
    return ", ".join(
        gettext("de %(opens)s à %(closes)s")
        % {"opens": _hour(one[1], one[2]), "closes": _hour(one[3], one[4])}
        for one in _SPAN.finditer(text)
    )


def _hour(hour: str, minute: str) -> str:
    time = {"hour": int(hour), "minute": minute}
    return gettext("%(hour)s h %(minute)s") % time if minute != "00" else gettext("%(hour)s h") % time


def now_in_words(opening: Opening, *, at: datetime) -> str:
    """Return whether it is open now, and until or from when; empty where that can't be told."""
    if opening.open is None:
        return ""
    if opening.open:
        if opening.until is None:
            return gettext("Ouvert maintenant, jour et nuit")
        return gettext("Ouvert maintenant, ferme %(when)s") % {"when": _when(opening.until, at)}
    if opening.next_open is None:
        return gettext("Fermé maintenant")
    return gettext("Fermé maintenant, ouvre %(when)s") % {"when": _when(opening.next_open, at)}


def _when(moment: datetime, at: datetime) -> str:
    """Return an instant as one says it today: « à 18 h », « demain à 9 h », « lundi à 9 h », « le 24/12 à 9 h »."""
    hour = gettext("à %(hour)s") % {"hour": _hour(f"{moment:%H}", f"{moment:%M}")}
    days = (moment.date() - at.astimezone(moment.tzinfo).date()).days
    if days == 0:
        return hour
    if days == 1:
        return gettext("demain %(hour)s") % {"hour": hour}
    if days < len(DAYS):
        return f"{str(WEEKDAYS[moment.weekday()]).lower()} {hour}"
    return gettext("le %(day)s %(hour)s") % {"day": f"{moment:%d/%m}", "hour": hour}
