"""Reading of a form: what a browser sent becomes the body that the API would be sent.

``Sent`` is the only reader of ``request.POST``; ``tests/repository/test_one_form_engine.py`` keeps it so.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.http import HttpRequest, QueryDict
from django.utils.dates import MONTHS
from django.utils.translation import gettext
from rest_framework import serializers

from accounts.inputs import Secret
from referrals.execution.preconditions import MALFORMED
from web.forms.declaration import NOT_KNOWN, ZONE, Ask, Declared, Input, every, members

_COUNT: Final = re.compile(r"[0-9]{1,2}", re.ASCII)
_VERSION: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
_FRENCH_DAY: Final = re.compile(r"([0-3]?[0-9])[/. -]+([01]?[0-9])[/. -]+([12][0-9]{3})", re.ASCII)
_DIGITS_OF_DAY: Final = re.compile(r"([0-3][0-9])([01][0-9])([12][0-9]{3})", re.ASCII)
_OFFSET: Final = re.compile(r"T.*(Z|[+-][0-9]{2}:[0-9]{2})$", re.ASCII)
_DAY: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_STORED: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(T[0-9]{2}:[0-9]{2})?", re.ASCII)
#: A day and an hour: « 24/11/2026 14:30 », « 24.11.2026 à 14h30 », « 2026-11-24T14:30 ».
_MOMENT: Final = re.compile(
    r"(\S+?)(?:T|,?\s+(?:à\s+|at\s+)?)([0-2]?[0-9])\s?[:hH.]\s?([0-5][0-9])?", re.ASCII
)
_DIGITS: Final = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII)
_LEFT_OUT: Final = object()


class Sent:
    """What a browser sent with a form, as it was typed or pressed."""

    def __init__(self, members: QueryDict) -> None:
        self._members = members

    @classmethod
    def of(cls, request: HttpRequest) -> "Sent":
        """Return what came with a request."""
        return cls(request.POST)

    def __contains__(self, name: object) -> bool:
        return name in self._members

    def text(self, name: str, default: str = "") -> str:
        """Return a text, the last one where several came under the name."""
        return str(self._members.get(name, default))

    def texts(self, name: str) -> list[str]:
        """Return all texts that came under a name."""
        return list(self._members.getlist(name))

    def ticked(self, name: str) -> bool:
        """Tell whether a box was ticked."""
        return self.text(name) == "true"

    def count(self, group: str) -> int | None:
        """Return how many rows the form says that a group has; None where it doesn't say."""
        number = self.text(f"rows-{group}")
        return int(number) if _COUNT.fullmatch(number) else None

    @property
    def once(self) -> str:
        """Return the key under which the form is done once."""
        return self.text("once")

    @property
    def version(self) -> int | None:
        """Return the version that the form was made from; one that none has where it is malformed."""
        text = self.text("version")
        if not text:
            return None
        return int(text) if _VERSION.fullmatch(text) else MALFORMED

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Yield name and value of all that was sent, but the form's token."""
        for name, values in self._members.lists():
            for value in values:
                if name != "csrfmiddlewaretoken":
                    yield name, value


def body_of(
    takes: type[Input], asks: Sequence[Ask], sent: Sent, *, prefix: str = "", zone: ZoneInfo = ZONE
) -> dict[str, Any]:
    """Return what the API would be sent; an answer whose question isn't called for any more is taken back."""
    declared = members(takes)
    body: dict[str, Any] = {}
    unknown = []
    for ask in every(asks):
        value = _answer(declared[ask.name], sent, prefix + ask.name, zone)
        if value is not _LEFT_OUT:
            body[ask.name] = value
        if ask.unknown and f"{prefix}{ask.name}-unknown" in sent and value in (None, "", []):
            unknown.append(ask.name)
    for ask in every(asks):
        for branch in ask.branches:
            for idle in every(() if branch.is_called(body.get(ask.name)) else branch.asks):
                _take_back(declared[idle.name], idle.name, body)
    if any(ask.unknown for ask in every(asks)):
        body[NOT_KNOWN] = unknown
    return body


def typed(takes: type[Input], asks: Sequence[Ask], sent: Sent, *, prefix: str = "") -> dict[str, Any]:
    """Return the answers as the page shows them again: nothing that was typed is lost."""
    declared = members(takes)
    return {ask.name: _typed(declared[ask.name], sent, prefix + ask.name) for ask in every(asks)}


def _typed(declared: Declared, sent: Sent, name: str) -> Any:
    if isinstance(declared, serializers.ListField):
        return sent.texts(name)
    return sent.ticked(name) if isinstance(declared, serializers.BooleanField) else sent.text(name)


def _answer(declared: Declared, sent: Sent, name: str, zone: ZoneInfo) -> Any:
    if isinstance(declared, serializers.ListField):
        return [clean(value) for value in sent.texts(name) if value]
    if isinstance(declared, serializers.BooleanField):
        return sent.ticked(name)
    # A password is what was typed, blanks included.
    value = sent.text(name) if isinstance(declared, Secret) else clean(sent.text(name))
    if value == "":
        return _nothing(declared)
    if isinstance(declared, serializers.IntegerField):
        return int(value) if _DIGITS.fullmatch(value) else value
    if isinstance(declared, serializers.DateTimeField):
        return _instant(value, zone)
    return day_of(value) if isinstance(declared, serializers.DateField) else value


def clean(text: str) -> str:
    """Return a text as the inputs take it: composed, with plain line ends, without blanks around it."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", lines).strip()


def _nothing(declared: Declared) -> Any:
    if getattr(declared, "allow_blank", False):
        return ""
    return None if declared.allow_null else _LEFT_OUT


def day_of(value: str) -> str:
    """Return a day as the inputs take it; what is none is left as it was typed."""
    match = _FRENCH_DAY.fullmatch(value) or _DIGITS_OF_DAY.fullmatch(value)
    return f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}" if match else value


def _instant(value: str, zone: ZoneInfo) -> str:
    match = _MOMENT.fullmatch(value)
    moment = f"{day_of(match[1])}T{int(match[2]):02}:{match[3] or '00'}" if match else value
    try:
        return datetime.fromisoformat(moment).replace(tzinfo=zone).isoformat()
    except ValueError:
        return value


def day_fault(text: str, *, timed: bool = False) -> str:
    """Return what is wrong with a day as it was typed, ``timed``: with a day and an hour; empty where nothing is."""
    day = re.split(r"[\sT]", day_of(text))[0]
    match = _DAY.fullmatch(day_of(day))
    if match is None:
        return gettext("Écrivez le jour, le mois et l'année, par exemple 4/5/2012.")
    year, month, number = (int(part) for part in match.groups())
    if month not in MONTHS:
        return gettext("Le mois %(month)s n'existe pas : il y en a 12.") % {"month": month}
    if year and not 1 <= number <= monthrange(year, month)[1]:
        day_parts = {"day": number, "month": MONTHS[month], "year": year}
        return gettext("Le %(day)s %(month)s %(year)s n'existe pas.") % day_parts
    if timed and not _MOMENT.fullmatch(text):
        return gettext("Ajoutez l'heure après la date, par exemple 4/5/2026 14:30.")
    return ""


def as_typed(text: str) -> str:
    """Return a day, or an instant of the zone in which it is typed, as people write it: 24/11/2026 14:30."""
    match = _STORED.fullmatch(typed_instant(text) if _OFFSET.search(text) else text)
    return f"{match[3]}/{match[2]}/{match[1]}{match[4] or ''}".replace("T", " ") if match else text


def typed_instant(text: str) -> str:
    """Return an instant as a field for date and time takes it; what is none is left as it was typed."""
    try:
        return datetime.fromisoformat(text).astimezone(ZONE).strftime("%Y-%m-%dT%H:%M")
    except ValueError:
        return text


def _take_back(declared: Declared, name: str, body: dict[str, Any]) -> None:
    if isinstance(declared, serializers.ListField):
        body[name] = []
    elif isinstance(declared, serializers.BooleanField):
        body[name] = False
    elif (empty := _nothing(declared)) is not _LEFT_OUT:
        body[name] = empty
    else:
        body.pop(name, None)
