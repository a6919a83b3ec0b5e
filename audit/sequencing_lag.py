"""Sequencing lag: when the tree falls behind the journal, the service stops reading sensitive data (SEC-AL8).

An entry without a place could vanish unnoticed. Each process checks the lag at most twice a minute, outside requests:
none waits for the tree or reads its end (SEC-AL7). Filing goes on, whatever the tree does.
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
from audit.models import Checkpoint, SequencerPass
from audit.sequencing import NOWHERE

_log = structlog.get_logger("audit")
#: How long an answer counts: when the tree keeps up, and when it doesn't, so that reading opens again soon.
WHEN_IN_TIME: Final = 30.0
WHEN_BEHIND: Final = 5.0
#: How often a process looks at the whole table: the mark that is kept with a checkpoint proves nothing.
WHOLE_EVERY: Final = 3_600.0

#: What is read whatever the tree does: the own filing, and in an emergency.
UNDELAYED: Final = (Purpose.FILING, Purpose.EMERGENCY)


class Gauge:
    """The lag as this process last measured it, and until when the measurement is valid."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._until = 0.0
        self._whole_at = 0.0
        self._behind = False

    def is_behind(self, at: datetime) -> bool:
        """Tell whether an entry has waited too long for its place; one thread asks, others take the last answer."""
        # Non-blocking: requests take the last answer, and none waits for the query of another (SEC-AL7).
        if time.monotonic() >= self._until and self._lock.acquire(blocking=False):
            try:
                waiting = oldest_waiting(whole=self._is_whole_due())
                behind = waiting is not None and at - waiting > timedelta(minutes=settings.LOG_LAG_MINUTES)
                if behind and not self._behind:
                    _log.error("journal:behind")
                self._behind = behind
                self._until = time.monotonic() + (WHEN_BEHIND if behind else WHEN_IN_TIME)
            finally:
                self._lock.release()
        return self._behind

    def _is_whole_due(self) -> bool:
        # A row below the mark, put in by hand, would otherwise never count as waiting.
        due = time.monotonic() >= self._whole_at
        if due:
            self._whole_at = time.monotonic() + WHOLE_EVERY
        return due

    def forget(self) -> None:
        """Ask anew at the next occasion."""
        self._until = 0.0


gauge: Final = Gauge()


def oldest_waiting(*, whole: bool = False) -> datetime | None:
    """Return the instant of the oldest entry that waits for its place; None when none does. What is set apart doesn't.

    Looks only at what the sequencer itself would look at (``audit/sequencing.py``), or at the ``whole`` table. The
    service may read no entry: on PostgreSQL the owner's function answers with the one instant.
    """
    origin = tree.newest()
    number = 0 if origin is None else origin.number
    last = (
        Checkpoint.objects.filter(origin=number).order_by("-size").values_list("settled", flat=True).first()
    )
    # The checkpoint's own column: only a bound for the search, which the hourly look at the whole table makes up for.
    mark = NOWHERE if whole or last is None else last
    connection = connections[DEFAULT_DB_ALIAS]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT audit_oldest_waiting(%s, %s)", [number, mark])
        else:
            cursor.execute(
                "SELECT min(at) FROM audit_entry e WHERE e.rowid >= %s AND NOT EXISTS"
                " (SELECT 1 FROM audit_leaf l WHERE l.origin = %s AND l.entry = e.id)"
                " AND NOT EXISTS (SELECT 1 FROM audit_refused r WHERE r.entry = e.id)",
                [mark, number],
            )
        oldest = cursor.fetchone()[0]
    if isinstance(oldest, str):
        return datetime.fromisoformat(oldest).replace(tzinfo=UTC)
    return None if oldest is None else oldest.astimezone(UTC)


def require_in_time(actor: Acting | None, purpose: Purpose, *, at: datetime, urgent: bool = False) -> None:
    """Refuse to open anything for a person while the tree is too far behind; not what can't wait.

    That is filing, what is opened in an emergency, and ``urgent``: a case of the urgent lane. Each is an entry that
    waits for its place, and of one case (docs/decisions, 0037).

    Raises:
        JournalBehind: it is.
    """
    # Work of the service itself reads on: it shows nothing to anybody, and deadlines mustn't stop with the tree.
    if (
        not settings.LOG_LAG_MINUTES
        or purpose in UNDELAYED
        or urgent
        or actor is None
        or actor.user_id is None
    ):
        return
    if gauge.is_behind(at):
        raise JournalBehind


#: What a limit of zero minutes, which only a developer's machine may have, is taken for where lateness is told.
_LIMIT_MINUTES: Final = 15


def late_after() -> timedelta:
    """Return after how long without a pass, or with an entry that waits, a sequencer is late: a third of the limit."""
    return timedelta(minutes=settings.LOG_LAG_MINUTES or _LIMIT_MINUTES) / 3


def last_pass() -> datetime | None:
    """Return when a sequencer last finished a pass; None if none ever did."""
    return SequencerPass.objects.values_list("at", flat=True).first()


def is_late(at: datetime) -> bool:
    """Tell whether somebody should look after the sequencer: long before reading stops (SEC-AL8)."""
    passed, waiting = last_pass(), oldest_waiting()
    oldest = at - late_after()
    return passed is None or passed < oldest or (waiting is not None and waiting < oldest)
