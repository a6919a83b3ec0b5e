"""Read in tests what the application may not: entries, as the owner of the tables."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections

from audit.models import Entry
from audit.row_writes import WRITTEN


@contextmanager
def as_owner(alias: str = "default") -> Iterator[None]:
    """Act as the login itself inside the block, then as before; SQLite knows no roles."""
    connection = connections[alias]
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('role')")
        (before,) = cursor.fetchone()
        cursor.execute("SET ROLE NONE")
        try:
            yield
        finally:
            cursor.execute("SELECT set_config('role', %s, false)", [before])


def written(**filters: object) -> list[Entry]:
    """Return the entries that match, in the order of their writers' counters.

    What is told of rows of rights, beside an act's own entry, is left out unless it is asked for.
    """
    with as_owner():
        entries = Entry.objects.filter(**filters).order_by("at", "writer", "writer_seq")
        return list(entries if "act" in filters else entries.exclude(act=WRITTEN))
