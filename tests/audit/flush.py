"""Empty the databases between tests that commit; the journal refuses Django's own flush to everybody.

Only a login that owns the tables can do what is done here. That the role of the application can't is
proved in ``test_append_only.py``.
"""

import sqlite3
from collections.abc import Collection

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from audit import appendonly, pseudonyms, writer

# What migrations and Django itself fill once.
KEPT = frozenset(
    {
        "django_migrations", "django_content_type", "auth_permission", "referrals_measuretype",
        "audit_journalmark", "encryption_storemark",
    }
)  # fmt: skip


def flush_all(aliases: Collection[str] = ("default", "keys"), *, keep: Collection[str] = KEPT) -> None:
    """Delete all rows of all tables but those in ``keep``; triggers and sequences stay as they are."""
    for alias in aliases:
        connection = connections[alias]
        if connection.connection is not None:
            writer.retire(connection)  # what it wrote is gone, and what it writes next would follow nothing
        tables = [name for name in connection.introspection.table_names() if name not in keep]
        if connection.vendor == "sqlite":
            _flush_sqlite(connection, tables)
        else:
            _flush_postgresql(connection, tables)
    pseudonyms.forget()


def _flush_sqlite(connection: BaseDatabaseWrapper, tables: list[str]) -> None:
    raw = connection.connection
    with appendonly.lifted(connection.alias), connection.constraint_checks_disabled():
        raw.setconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_TRIGGER, False)
        try:
            with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
                for table in tables:
                    cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608 - a table's name
        finally:
            raw.setconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_TRIGGER, True)


def _flush_postgresql(connection: BaseDatabaseWrapper, tables: list[str]) -> None:
    """Delete rather than truncate: most tables are empty, and a truncated one costs a new file."""
    quote = connection.ops.quote_name
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")
        filled = [table for table in tables if _has_rows(cursor, quote(table))]
        # Those that fire even in a replica; the others don't bind who owns the table, or aren't there.
        cursor.execute(
            "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE t.tgenabled = 'A' AND NOT t.tgisinternal AND c.relname = ANY(%s)",
            [filled],
        )
        always = cursor.fetchall()
        for table, trigger in always:
            cursor.execute(f"ALTER TABLE {quote(table)} DISABLE TRIGGER {quote(trigger)}")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for table in filled:
            cursor.execute(f"DELETE FROM {quote(table)}")  # noqa: S608 - a table's name
        # A table with checks still to come can't be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table, trigger in always:
            cursor.execute(f"ALTER TABLE {quote(table)} ENABLE ALWAYS TRIGGER {quote(trigger)}")


def _has_rows(cursor, table: str) -> bool:
    cursor.execute(f"SELECT EXISTS (SELECT FROM {table})")  # noqa: S608 - a table's name
    return cursor.fetchone()[0]
