"""Raises an alarm for each row that isn't what the service wrote, when it is read (SEC-AZ22).

It names the table and the digest of the row's id, as the journal's entries about such rows do; the log has the id.
"""

from typing import Any
from uuid import UUID

from django.dispatch import receiver

from audit import alarms
from audit.journal import digest_of
from core.clock import instant
from encryption.authentic import row_refused
from outbox.worker import worked


@receiver(row_refused)
def _raise_alarm(sender: type[Any], pk: object, **_: object) -> None:
    row = sender._meta.pk.to_python(pk)  # a text where the row came as JSON
    digest = digest_of(row.bytes if isinstance(row, UUID) else str(row).encode())
    # Later: the row is read amid a query, in a transaction that may be rolled back for that very reason.
    alarms.raise_later(f"row:{sender._meta.db_table}:{digest}")


@receiver(worked)
def _raise_what_was_read(**_: object) -> None:
    alarms.raise_again(at=instant())
