"""Rewraps keys under another parent key, in batches, while the service reads them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connections, transaction
from django.db.models import QuerySet

from encryption import keyring
from encryption.models import WrappedKey
from encryption.unwrapped import SealingKey


@dataclass(frozen=True, slots=True)
class Moved:
    """Result of one batch; ``unreadable`` names the keys that couldn't be unwrapped and weren't changed."""

    moved: int
    unreadable: tuple[str, ...] = ()


def move(chosen: QuerySet[WrappedKey], above: SealingKey) -> Moved:
    """Put the chosen keys under ``above``, in one transaction of the key store.

    Their rows are locked: what is destroyed or put elsewhere meanwhile comes before or after, and a killed
    process leaves each key under one key or the other. Readers aren't kept waiting.

    Raises:
        KeysUnavailable: the key store or the provider doesn't answer.
    """
    with keyring.store(), transaction.atomic(using="keys"):
        # In the order of ids: two commands that move overlapping rows wait for each other instead of deadlocking.
        rows = list(chosen.select_for_update().order_by("pk"))
        by_id = {row.pk: row for row in rows}
        # The parents are loaded first: one query for the batch instead of one for each row.
        keyring.complete(by_id)
        done = [row for row in rows if keyring.rewrapped(row, above, by_id)]
        save(done)
    moved = {row.pk for row in done}
    return Moved(len(done), tuple(str(row.pk) for row in rows if row.pk not in moved))


def save(rows: Sequence[WrappedKey]) -> None:
    """Save what wraps each row, by one prepared statement: Django's bulk update takes five times as long."""
    connection, meta = connections["keys"], WrappedKey._meta
    quote = connection.ops.quote_name
    by_name = {field.name: field for field in meta.local_concrete_fields}
    fields = [by_name[name] for name in ("wrapped", "wrapped_by", "id")]
    wrapped, above, key = (quote(str(field.column)) for field in fields)
    values = [
        [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields] for row in rows
    ]
    # Nothing but names of our own columns is put into the text.
    statement = f"UPDATE {quote(meta.db_table)} SET {wrapped} = %s, {above} = %s WHERE {key} = %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)
