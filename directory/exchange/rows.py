"""What a file holds once it is read: one entry a structure or a service, in our own fields."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from directory.exchange.faults import Refused

STRUCTURE: Final = "structure"
SERVICE: Final = "service"
#: The fields of an address, as ``Place`` has them.
ADDRESS: Final = ("address", "complement", "postal_code", "commune", "insee_code", "longitude", "latitude")
#: So many entries of a file are taken at most.
ENTRIES_MAX: Final = 20_000


@dataclass(slots=True, kw_only=True)
class Entry:
    """A structure, or a service (which names its structure by ``structure_id``), as a file has it.

    ``source_id`` is the file's own id, ``dated`` the day that it gives for this row, if any. ``values`` are
    what the file says, blank where it says that there is nothing; a field that it doesn't speak of is absent.
    ``defaults`` count for a new row alone. ``place``: the address fields, with ``department``; None where the file says
    nothing of where it is. ``visibility`` counts for a new place alone. ``capacities``: fields of ``Capacity``; None:
    the file says nothing.
    """

    line: int
    kind: str
    source_id: str
    dated: date | None
    values: dict[str, Any]
    structure_id: str = ""
    parent_id: str = ""
    defaults: dict[str, Any] = field(default_factory=dict)
    place: dict[str, Any] | None = None
    visibility: str = ""
    capacities: list[dict[str, Any]] | None = None


@dataclass(slots=True)
class Read:
    """A file that was read: its entries, the rows that aren't taken, how many are no concern of this authority."""

    entries: list[Entry] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    left_out: int = 0
    stated_on: date | None = None
    licence: str = ""

    def keep(self, entry: Entry | Refused) -> None:
        """Keep an entry, or why its row isn't taken."""
        if isinstance(entry, Refused):
            self.refused.append(entry)
        else:
            self.entries.append(entry)

    def of(self, kind: str) -> Iterator[Entry]:
        """Yield the entries of one kind."""
        return (one for one in self.entries if one.kind == kind)


def address_of(cells: Mapping[str, Any]) -> dict[str, Any]:
    """Return the address fields of a mapping that has some of them; blanks for the others, None for coordinates."""
    return {
        name: cells.get(name) if name in ("longitude", "latitude") else cells.get(name) or ""
        for name in ADDRESS
    }
