"""What a file holds once it is read: one row a person or an institution, with the number of its line."""

from dataclasses import dataclass, field
from datetime import date

from accounts.imports.faults import Refused


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, and the role that they are to have; unit and institution as the file names them."""

    line: int
    email: str
    full_name: str
    role: str
    phone: str = ""
    unit: str = ""
    organisation: str = ""
    language: str = "fr"


@dataclass(frozen=True, slots=True)
class Institution:
    """An institution, with its numbers by register, at least one."""

    line: int
    name: str
    kind: str
    numbers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Read[Row: Person | Institution]:
    """A file that was read: its rows, the lines that aren't taken, and how many are no concern of this authority.

    ``stated_on`` is the day that the file gives as its own.
    """

    rows: list[Row] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    left_out: int = 0
    stated_on: date | None = None

    def keep(self, row: Row | Refused) -> None:
        """Keep a row, or why its line isn't taken."""
        if isinstance(row, Refused):
            self.refused.append(row)
        else:
            self.rows.append(row)
