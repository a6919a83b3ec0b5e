"""SQLite authoriser: keeps the journal append-only on each connection, beyond the triggers.

The triggers of ``audit/migrations/_append_only.py`` stop every program from changing or deleting rows. A program that
may write the file can still drop them; the authoriser denies this service's own connections every statement that would:
DROP and ALTER of what belongs to the journal, tables and triggers that would replace it, and the pragmas that switch
triggers off or open the schema (SEC-AL6). ``migrate`` lifts it, then restores it.

PostgreSQL needs none of this: the role ``repere_app`` owns no table.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

# Rows of these never change and never go.
ENTRY_TABLES: Final = (
    "audit_entry",
    "audit_entrysubject",
    "audit_logorigin",
    "audit_leaf",
    "audit_tile",
    "audit_checkpoint",
    "audit_cosignature",
    "audit_refused",
)
# Rows of these never change; one goes when a referral is shredded or an account is purged.
PSEUDONYM_TABLES: Final = ("audit_actorpseudonym", "audit_subjectpseudonym")
_TABLES: Final = frozenset(ENTRY_TABLES + PSEUDONYM_TABLES)
_PREFIX: Final = "audit_"  # all tables, views, triggers and indexes of this app

_DEFINITIONS: Final = frozenset(
    {
        sqlite3.SQLITE_DROP_TABLE,
        sqlite3.SQLITE_DROP_INDEX,
        sqlite3.SQLITE_DROP_TRIGGER,
        sqlite3.SQLITE_DROP_VIEW,
        # A temporary object of the same name would take the entries instead of the real one, and a trigger
        # could swallow them.
        sqlite3.SQLITE_CREATE_TEMP_TABLE,
        sqlite3.SQLITE_CREATE_TEMP_VIEW,
        sqlite3.SQLITE_CREATE_TEMP_TRIGGER,
        sqlite3.SQLITE_CREATE_TRIGGER,
    }
)
_GUARDED: Final = _DEFINITIONS | {
    sqlite3.SQLITE_ALTER_TABLE,
    sqlite3.SQLITE_UPDATE,
    sqlite3.SQLITE_DELETE,
    sqlite3.SQLITE_PRAGMA,
}
_PRAGMAS: Final = frozenset({"recursive_triggers", "writable_schema", "ignore_check_constraints"})


def _authorise(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    """Answer SQLite while it compiles a statement; see ``sqlite3.Connection.set_authorizer``."""
    if action not in _GUARDED:  # almost all: SQLite asks for each column that a statement reads
        return sqlite3.SQLITE_OK
    if action in _DEFINITIONS:
        # Either name: SQLite gives the table of a trigger in the second one.
        denied = _ours(first) or _ours(second)
    elif action == sqlite3.SQLITE_ALTER_TABLE:
        denied = _ours(second)
    elif action == sqlite3.SQLITE_UPDATE:
        denied = _low(first) in _TABLES
    # Not the tables of pseudonyms: shredding deletes a row there (SEC-AL16).
    elif action == sqlite3.SQLITE_DELETE:
        denied = _low(first) in ENTRY_TABLES
    else:  # a pragma: reading it is allowed, setting it isn't; ``second`` is the value
        denied = second is not None and _low(first) in _PRAGMAS
    return sqlite3.SQLITE_DENY if denied else sqlite3.SQLITE_OK


def _low(name: str | None) -> str:
    # SQLite's names know no case: ``AUDIT_ENTRY`` is the same table.
    return (name or "").lower()


def _ours(name: str | None) -> bool:
    return _low(name).startswith(_PREFIX)


def guard(connection: BaseDatabaseWrapper, **_: object) -> None:
    """Put the authoriser on a new connection (receiver of ``connection_created``)."""
    if connection.vendor == "sqlite" and connection.alias == DEFAULT_DB_ALIAS:
        connection.connection.set_authorizer(_authorise)


def lift(using: str = DEFAULT_DB_ALIAS, **_: object) -> None:
    """Take the authoriser off this thread's connection (receiver of ``pre_migrate``)."""
    connection = connections[using]
    if connection.vendor == "sqlite" and using == DEFAULT_DB_ALIAS:
        connection.ensure_connection()
        # On this thread's connection alone: requests of other threads stay guarded during a migration.
        connection.connection.set_authorizer(None)


def restore(using: str = DEFAULT_DB_ALIAS, **_: object) -> None:
    """Put it back (receiver of ``post_migrate``)."""
    connection = connections[using]
    if connection.connection is not None:
        guard(connection)


@contextmanager
def lifted(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Do without the authoriser inside the block; the triggers stay. For migrations, pruning and tests alone."""
    lift(using)
    try:
        yield
    finally:
        restore(using)
