"""What Django does beside each statement on SQLite, in less time: the tests send over a million.

- It looks for the places of parameters by a regular expression: a thirtieth of a millisecond for a long statement. One
  without ``%%`` has no other ``%s`` than these places.
- At the end of each test it looks for references to missing rows, in all tables of a database. A test that wrote
  nothing to it left what ``tests/kept.py`` has looked through.
"""

from typing import Any

from django.db import connections
from django.db.backends.sqlite3.base import SQLiteCursorWrapper
from django.test import TestCase

_convert = SQLiteCursorWrapper.convert_query
_should_check = TestCase._should_check_constraints
#: By database: its connection, and how many rows that had written when the test began.
_written: dict[str, tuple[Any, int]] = {}


def look_through() -> None:
    """Find references to missing rows, on SQLite; on PostgreSQL each test does, for what stands before it too.

    Raises:
        IntegrityError: there is one.
    """
    for connection in connections.all():
        if connection.vendor == "sqlite":
            connection.check_constraints()


def count_from_here() -> None:
    """Let a test begin with what was written until now."""
    for connection in connections.all():
        if connection.vendor == "sqlite" and connection.connection is not None:
            _written[connection.alias] = connection.connection, connection.connection.total_changes


def _with_places(self: SQLiteCursorWrapper, query: str, *, param_names: list[str] | None = None) -> str:
    if param_names is None and "%%" not in query:
        return query.replace("%s", "?")
    return _convert(self, query, param_names=param_names)


def _should_look(self: TestCase, connection: Any) -> bool:
    """Return whether there may be a new one."""
    counted = _written.get(connection.alias)
    if counted is not None and counted[0] is connection.connection:
        return counted[1] != connection.connection.total_changes and _should_check(self, connection)
    return _should_check(self, connection)


SQLiteCursorWrapper.convert_query = _with_places
TestCase._should_check_constraints = _should_look
