"""Clock of the service: the database's, where it has one (SEC-AL19)."""

from datetime import UTC, datetime

from django.db import connection


def instant(stated: datetime | None = None) -> datetime:
    """Return the present instant, in UTC; all machines agree on it, whatever their own clocks say.

    ``stated``: by the database's clock, in a statement that was just run for something else as well.
    """
    return of_database(stated) if connection.vendor == "postgresql" else datetime.now(UTC)


def of_database(stated: datetime | None = None) -> datetime:
    """Return the instant of PostgreSQL's clock, in UTC: what it told already, or what it says now."""
    if stated is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            stated = cursor.fetchone()[0]
    now: datetime = stated
    return now.astimezone(UTC)
