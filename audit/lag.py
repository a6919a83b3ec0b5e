"""Whether the tree keeps up with the journal: when it doesn't, nothing sensitive is read any more (SEC-AL8).

An entry without a place is one that nobody could miss. Asked for at most twice a minute and process, beside what
requests do: none waits for the tree or reads its end (SEC-AL7). Filing goes on, whatever the tree does.
"""

import time
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Final

import structlog
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

from audit import tree
from audit.errors import JournalBehind
from audit.events import Acting, Purpose
from audit.models import Checkpoint

_log = structlog.get_logger("audit")
#: How long an answer counts: when the tree keeps up, and when it doesn't, so that reading opens again soon.
WHEN_IN_TIME: Final = 30.0
WHEN_BEHIND: Final = 5.0


class Gauge:
    """What this process knows of the lag, and until when it counts."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._until = 0.0
        self._behind = False

    def is_behind(self, at: datetime) -> bool:
        """Tell whether an entry has waited too long for its place; one thread asks, others take the last answer."""
        if time.monotonic() >= self._until and self._lock.acquire(blocking=False):
            try:
                waiting = oldest_waiting()
                behind = waiting is not None and at - waiting > timedelta(minutes=settings.LOG_LAG_MINUTES)
                if behind and not self._behind:
                    _log.error("journal:behind")
                self._behind = behind
                self._until = time.monotonic() + (WHEN_BEHIND if behind else WHEN_IN_TIME)
            finally:
                self._lock.release()
        return self._behind

    def forget(self) -> None:
        """Ask anew at the next occasion."""
        self._until = 0.0


gauge: Final = Gauge()


def oldest_waiting() -> datetime | None:
    """Return the instant of the oldest entry that waits for its place; None when none does. What is set apart doesn't.

    Looks only at what the sequencer itself would look at (``audit/sequencing.py``). The service may read no entry:
    on PostgreSQL the owner's function answers with the one instant.
    """
    origin = tree.newest()
    number = 0 if origin is None else origin.number
    last = (
        Checkpoint.objects.filter(origin=number).order_by("-size").values_list("settled", flat=True).first()
    )
    connection = connections[DEFAULT_DB_ALIAS]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT audit_oldest_waiting(%s, %s)", [number, last or 0])
        else:
            cursor.execute(
                "SELECT min(at) FROM audit_entry e WHERE e.rowid >= %s AND NOT EXISTS"
                " (SELECT 1 FROM audit_leaf l WHERE l.origin = %s AND l.entry = e.id)"
                " AND NOT EXISTS (SELECT 1 FROM audit_refused r WHERE r.entry = e.id)",
                [last or 0, number],
            )
        found = cursor.fetchone()[0]
    if isinstance(found, str):
        return datetime.fromisoformat(found).replace(tzinfo=UTC)
    return None if found is None else found.astimezone(UTC)


def require_in_time(actor: Acting | None, purpose: Purpose, *, at: datetime) -> None:
    """Refuse to open anything for a person while the tree is too far behind; filing is never refused.

    Raises:
        JournalBehind: it is.
    """
    if not settings.LOG_LAG_MINUTES or purpose is Purpose.FILING or actor is None or actor.user_id is None:
        return
    if gauge.is_behind(at):
        raise JournalBehind
