"""Alarms of the journal: each is logged for the operator and stored once, so that auditors are notified.

``referrals/retention/journal_retention.py``, which knows the auditors, sends the notice. An alarm names codes, ids and
hashes alone.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import structlog
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit.models import Alarm
from outbox.templates import Kind, Template, register

_log = structlog.get_logger("audit")
TOLD: Final = "journal.alarm"
register(
    Template(
        TOLD,
        Kind.ACCOUNT,
        _("Le journal signale une anomalie de ses propres entrées : regardez son état."),
        place="audit/health",
        page="journal/preuves",
    )
)


def raise_all(keys: Iterable[str], *, at: datetime) -> None:
    """Raise alarms in the running transaction, each ``key`` once for ever."""
    # The key is the primary key: what is found each hour is one alarm, and isn't raised anew once it is settled (0037).
    rows = [Alarm(key=key, at=at) for key in keys]
    for row in rows:
        code, _, about = row.key.partition(":")
        # Logged even where the transaction is rolled back: the operator hears of it in any case.
        _log.error("journal:alarm", code=code, row=about)
    if rows:
        Alarm.objects.bulk_create(rows, ignore_conflicts=True)


#: What was raised in transactions of this process that may have been rolled back since.
_again: set[str] = set()


def raise_whatever_comes(keys: Iterable[str], *, at: datetime) -> None:
    """Raise alarms in the running transaction, and once more after it where it is a request's that is refused."""
    # An iterator could be read once only, and the keys are needed after the rollback.
    known = list(keys)
    raise_all(known, at=at)
    _again.update(known)


def raise_again(*, at: datetime) -> None:
    """Raise in a transaction of its own what a refused request's took back.

    Raises:
        Error: the database doesn't take it; it is tried again with the next refusal.
    """
    if keys := list(_again):
        with transaction.atomic():
            Alarm.objects.bulk_create([Alarm(key=key, at=at) for key in keys], ignore_conflicts=True)
        # After the commit: what the database didn't take stays, and comes with the next refusal.
        _again.difference_update(keys)
