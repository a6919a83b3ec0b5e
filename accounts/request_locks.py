"""Advisory locks: serialise requests that would do the same thing, until the first has committed."""

from django.db import connection


def wait_turn(what: bytes) -> None:
    """Wait until no other transaction has the turn of ``what``, random bytes or a digest, and have it until the commit.

    SQLite's write transactions pass one by one anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(what[:8], signed=True)])
