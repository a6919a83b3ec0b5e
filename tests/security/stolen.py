"""What whoever steals the database of cases, the objects' names, the logs and the mails can join (SEC-CR20).

Rows, lines, mails and names of objects are places. A thief walks from one to the next by equal values. Looked for are
walks from an account to a case, but for those by what everybody shares.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

#: What stands in the rows of so many filers tells none of them from the others.
MANY = 3
_ID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.IGNORECASE)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\.\d{3,6}")
_WORD = re.compile(r"\b\d\d-[A-Z0-9-]{6,}|[\w.+-]+@[\w.-]+|\b[0-9a-f]{40,}\b")
_NUMBER_MIN = 100_000

type Place = tuple[str, object]


def rows() -> Iterator[tuple[Place, Any]]:
    """Yield each row of each table of ``default``, as the database holds it."""
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        for name in names:
            cursor.execute(f'SELECT * FROM "{name}"')  # noqa: S608 - the name of a table
            yield from (((name, number), list(row)) for number, row in enumerate(cursor.fetchall()))


def telling(value: Any) -> Iterator[str]:
    """Yield what identifies something in a value: ids, instants, references, addresses, bytes; of a text each of them."""
    if isinstance(value, UUID):
        yield value.hex
    elif isinstance(value, datetime):
        yield from _instant(value)
    elif isinstance(value, bytes | bytearray | memoryview):
        yield from _of_bytes(bytes(value))
    elif isinstance(value, dict):
        yield from telling([*value, *value.values()])
    elif isinstance(value, list | tuple):
        for one in value:
            yield from telling(one)
    elif isinstance(value, str):
        yield from _of_text(value)
    elif isinstance(value, int) and value > _NUMBER_MIN:
        yield f"number {value}"


def _instant(value: datetime) -> Iterator[str]:
    """An instant is equal to what lies whole hours from it, as an end does from its beginning."""
    if value.microsecond:
        yield f"{value:%M:%S.%f}"


def _of_bytes(value: bytes) -> Iterator[str]:
    try:
        yield from _of_text(value.decode())
    except UnicodeDecodeError:
        if len(value) >= 16:
            yield value.hex()
            yield value[:16].hex()


def _of_text(text: str) -> Iterator[str]:
    for found in _ID.findall(text):
        yield found.replace("-", "").lower()
    for found in _INSTANT.findall(text):
        yield from _instant(datetime.fromisoformat(f"{found}+00:00"))
    yield from _WORD.findall(text)


class Copy:
    """A stolen copy, as a graph of places and the values that they hold."""

    def __init__(self, more: Iterable[tuple[Place, Any]] = ()) -> None:
        """Read the database, and what lies beside it: ``more`` places, as lines of logs and mails."""
        self.values: dict[Place, set[str]] = {}
        self.places: dict[str, set[Place]] = defaultdict(set)
        for place, said in (*rows(), *more):
            self.values[place] = set(telling(said))
            for value in self.values[place]:
                self.places[value].add(place)

    def shared(self, accounts: Iterable[UUID]) -> set[str]:
        """Return what stands beside many accounts, in the same row or in one that a row of theirs leads to."""
        found: Counter[str] = Counter()
        for account in accounts:
            beside = {v for place in self.places[account.hex] for v in self.values[place]}
            found.update(beside)
        return {value for value, count in found.items() if count >= MANY}

    def forget(self, values: Iterable[str]) -> None:
        """Forget values that join everybody to everything."""
        for value in values:
            self.places.pop(value, None)

    def walk(self, account: UUID, cases: Iterable[UUID], *, steps: int) -> str:
        """Return a walk of so many steps at most from an account to one of some cases, in words; empty if there is none."""
        wanted = {case.hex for case in cases}
        came: dict[str, tuple[str, Place] | None] = {account.hex: None}
        edge = [account.hex]
        for _ in range(steps):
            after = []
            for value in edge:
                for place in self.places.get(value, ()):
                    for found in self.values[place]:
                        if found in came or found not in self.places:
                            continue
                        came[found] = (value, place)
                        after.append(found)
                        if found in wanted:
                            return _told(found, came)
            edge = after
        return ""


def _told(value: str, came: dict[str, tuple[str, Place] | None]) -> str:
    said = [value]
    while (before := came[value]) is not None:
        value, place = before
        said += [f"{place[0]}#{place[1]}", value]
    return " → ".join(said[::-1])


def as_lines(text: str) -> list[Any]:
    """Return the lines of a log as what they say."""
    return [json.loads(line) if line.startswith("{") else line for line in text.splitlines()]
