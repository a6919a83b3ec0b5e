"""Alarms of the audit log: each is logged for the operator and stored once, so that auditors are notified.

``referrals/retention/journal_retention.py``, which knows the auditors, sends the notice. An alarm names codes, ids and
hashes alone. One that was settled is open again once the same thing is found later.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import structlog
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit.models import Alarm
from outbox.templates import Kind, Template, register

_log = structlog.get_logger("audit")
ALARM: Final = "journal.alarm"
register(
    Template(
        ALARM,
        Kind.ACCOUNT,
        _("Le journal signale une anomalie de ses propres entrées : regardez son état."),
        place="audit/health",
        start="journal/preuves",
    )
)


def raise_all(keys: Iterable[str], *, at: datetime) -> None:
    """Raise alarms in the running transaction: those that aren't open yet."""
    # An iterator could be read once only.
    alarm_keys = list(keys)
    for key in alarm_keys:
        # Logged even where the transaction is rolled back: the operator hears of it in any case.
        _say(key)
    _store(alarm_keys, at=at)


def _say(key: str) -> None:
    code, _, about = key.partition(":")
    _log.error("journal:alarm", code=code, row=about)


def _store(keys: Sequence[str], *, at: datetime) -> None:
    if not keys:
        return
    existing = {row.pk: row for row in Alarm.objects.filter(pk__in=keys)}
    # The key is the primary key: what is found each hour is one alarm.
    new = [Alarm(key=key, at=at) for key in dict.fromkeys(keys) if key not in existing]
    Alarm.objects.bulk_create(new, ignore_conflicts=True)
    for row in existing.values():
        # What was settled and is found later either happened again or was never mended; the operator says where it
        # can't be (0037). A row by hand may say that all of that was done.
        is_over = row.settled_at is not None and row.settled_at < at and not row.permanent
        if is_over or not row.is_authentic:
            Alarm(key=row.pk, at=at).save(force_update=True)


#: What is still to be raised: a transaction of this process may have been rolled back with it, or only read.
_again: set[str] = set()
#: So many wait at most: who forges a whole table isn't to slow down requests. The log names them all.
_MOST: Final = 100


def raise_whatever_comes(keys: Iterable[str], *, at: datetime) -> None:
    """Raise alarms in the running transaction, and once more after it where it is a request's that is refused."""
    # The keys are needed after the rollback.
    alarm_keys = list(keys)
    raise_all(alarm_keys, at=at)
    _again.update(alarm_keys)


def raise_later(key: str) -> None:
    """Let an alarm be raised at the end of the request, or of the work, in which something was read."""
    _say(key)
    if len(_again) < _MOST:
        _again.add(key)


def raise_again(*, at: datetime) -> None:
    """Raise in a transaction of its own what is still to be raised.

    Raises:
        Error, KeysUnavailable: the database doesn't take it, or it can't be signed; it is tried again after the next
            request.
    """
    if keys := list(_again):
        with transaction.atomic():
            _store(keys, at=at)
        # After the commit: what the database didn't take stays, and comes with the next request.
        _again.difference_update(keys)
