"""Entries of the commands that copy and restore: in the service's own name, each in a transaction of its own."""

from typing import Any

from django.db import transaction

from accounts.actor import SYSTEM
from audit import journal
from audit.events import Purpose
from core.clock import instant


def write(act: str, **more: Any) -> None:
    """Write an entry, committed when this returns.

    Raises:
        JournalUnavailable: it can't be written.
    """
    with transaction.atomic():
        journal.record(act, actor=SYSTEM, at=instant(), purpose=Purpose.MAINTENANCE, **more)
