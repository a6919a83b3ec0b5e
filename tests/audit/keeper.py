"""What a keeper of the database does to the journal, and what somebody with the service's login does (SEC-AL13)."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction

from audit import appendonly, canonical
from audit.models import Entry
from tests.audit.conftest import NOON
from tests.audit.owner import as_owner

GUARDED = ("audit_entry", "audit_entrysubject", "audit_leaf", "audit_logorigin", "audit_checkpoint", "audit_cosignature", "audit_tile",
           "audit_refused")  # fmt: skip


@contextmanager
def unguarded() -> Iterator[Any]:
    """Give a cursor to the owner of the tables, whose triggers are off."""
    with as_owner(), appendonly.lifted(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for table in GUARDED:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        else:
            connection.connection.setconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_TRIGGER, False)
        try:
            yield cursor
        finally:
            if connection.vendor == "postgresql":
                for table in GUARDED:
                    cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")
                    cursor.execute(
                        "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal",
                        [table],
                    )
                    for (name,) in cursor.fetchall():
                        cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
            else:
                connection.connection.setconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_TRIGGER, True)


def adapted(value: Any) -> Any:
    """A value as the database takes it from a statement of one's own."""
    if isinstance(value, UUID) and connection.vendor == "sqlite":
        return value.hex
    return value


def body_of(entry: Entry, **changed: Any) -> bytes:
    """Canonical bytes that say something else than an entry's, its MAC included unless that is changed."""
    said = json.loads(bytes(entry.body)) | changed
    return canonical.encode(said)


def insert(body: bytes, /, **columns: Any) -> UUID:
    """Put a row into the table as who has the service's login does: its triggers are on. Return its id."""
    said = json.loads(body)
    row = {
        "id": UUID(said["id"]), "at": NOON, "actor": None, "subject": None, "act": said["act"], "outcome": said["out"],
        "tenant": UUID(said["tenant"]) if said["tenant"] else None, "topic": None, "writer": UUID(said["w"]),
        "writer_seq": said["wseq"], "body": body, "leaf_hash": canonical.leaf_hash(body),
    } | columns  # fmt: skip
    marks = ", ".join(["%s"] * len(row))
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL ROLE repere_app")
        cursor.execute(
            f"INSERT INTO audit_entry ({', '.join(row)}) VALUES ({marks})",  # noqa: S608 - names of columns
            [adapted(one) for one in row.values()],
        )
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL ROLE NONE")
    return row["id"]


def forged(entry: Entry, **changed: Any) -> bytes:
    """The bytes of an entry that nobody wrote, after the model of one that is there."""
    return body_of(entry, **{"id": str(uuid4()), "salt": "0" * 32} | changed)


def change(entry: Entry, **columns: Any) -> None:
    """Change columns of a row, as its owner with the triggers off."""
    said = ", ".join(f"{name} = %s" for name in columns)
    with unguarded() as cursor:
        cursor.execute(
            f"UPDATE audit_entry SET {said} WHERE id = %s",  # noqa: S608 - names of columns
            [adapted(one) for one in (*columns.values(), entry.pk)],
        )


def delete(entry: Entry) -> None:
    """Delete a row, as its owner with the triggers off."""
    with unguarded() as cursor:
        cursor.execute("DELETE FROM audit_entry WHERE id = %s", [adapted(entry.pk)])
