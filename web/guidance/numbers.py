"""Telephone numbers as data: hours, for whom, source, and the day on which they were checked (field.md B.3)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from core.languages import for_reader

FILE: Final = Path(__file__).parent / "numbers.toml"
#: After these days a number is marked, and leaves what is shown in an emergency.
CHECKED_FOR: Final = timedelta(days=180)
#: The State's own, which no forgotten check may take off a page.
ALWAYS: Final = ("17", "112", "114", "119")


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number: ``hours`` in OpenStreetMap's form; texts in both languages."""

    code: str
    number: str
    by_sms: bool
    hours: str
    label: Mapping[str, str]
    about: Mapping[str, str]
    when: Mapping[str, str]
    verified_on: date
    source: str

    def is_checked(self, today: date) -> bool:
        """Tell whether the number may be shown without a mark."""
        return self.code in ALWAYS or today - self.verified_on <= CHECKED_FOR

    @property
    def dialled(self) -> str:
        """Return the address that dials it, or writes to it."""
        return f"{'sms' if self.by_sms else 'tel'}:{self.number.replace(' ', '')}"

    @property
    def name(self) -> str:
        """Return whose number it is, in the reader's language."""
        return for_reader(self.label)

    @property
    def says(self) -> str:
        """Return for whom it is, in the reader's language."""
        return for_reader(self.about)

    @property
    def opens(self) -> str:
        """Return when somebody answers, in the reader's language."""
        return for_reader(self.when)


@cache
def numbers() -> Mapping[str, Number]:
    """Return all numbers by their codes, in the order of the file: the most urgent first."""
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))["number"]
    found = {
        row["code"]: Number(
            code=row["code"],
            number=row["number"],
            by_sms=row.get("by_sms", False),
            hours=row["hours"],
            label=_both(row, "label"),
            about=_both(row, "about"),
            when=_both(row, "when"),
            verified_on=row["verified_on"],
            source=row["source"],
        )
        for row in rows
    }
    return MappingProxyType(found)


def _both(row: Mapping[str, str], name: str) -> Mapping[str, str]:
    return {language: row[f"{name}_{language}"] for language in ("fr", "en")}
