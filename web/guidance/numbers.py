"""Telephone numbers as data: hours, for whom, source, and the day on which they were checked (field.md B.3)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from django.utils.translation import gettext_lazy as _

from core.languages import for_reader
from web.numbers import BY_SMS

FILE: Final = Path(__file__).parent / "numbers.toml"
#: After these days a number is marked, and leaves what is shown in an emergency.
CHECKED_FOR: Final = timedelta(days=180)
#: The State's own, which no forgotten check may take off a page.
ALWAYS: Final = ("17", "112", "114", "119")


#: Hours in words; another form would need its own line.
_HOURS: Final = {
    "24/7": _("Jour et nuit."),
    "Mo-Su 09:00-23:00": _("Tous les jours, de 9 h à 23 h."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number: ``hours`` in OpenStreetMap's form; texts in both languages; ``source`` an address."""

    code: str
    number: str
    hours: str
    free: bool
    label: Mapping[str, str]
    for_whom: Mapping[str, str]
    verified_on: date
    source: str

    def is_checked(self, today: date) -> bool:
        """Tell whether the number may be shown without a mark."""
        return self.code in ALWAYS or today - self.verified_on <= CHECKED_FOR

    @property
    def dialled(self) -> str:
        """Return the address that dials it, or writes to it."""
        return f"{'sms' if self.code == BY_SMS else 'tel'}:{self.code}"

    @property
    def name(self) -> str:
        """Return whose number it is, in the reader's language."""
        return for_reader(self.label)

    @property
    def says(self) -> str:
        """Return for whom it is, in the reader's language."""
        return for_reader(self.for_whom)

    @property
    def opens(self) -> str:
        """Return when somebody answers, in the reader's language."""
        return str(_HOURS[self.hours])


@cache
def numbers() -> Mapping[str, Number]:
    """Return all numbers by their codes, in the order of the file: the most urgent first."""
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))["numbers"]
    by_code = {row["code"]: Number(**(row | {"source": row["source"]["address"]})) for row in rows}
    return MappingProxyType(by_code)
