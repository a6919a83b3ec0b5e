"""Leases: several workers share rows without doing one twice; a claim expires and has a fencing number.

A claim raises the row's ``fence``. A worker that finishes a row gives the number of its own claim; if another worker
has claimed the row since, nothing is written. So a worker that was paused, killed or cut off needs no clean-up: its
lease expires and the next one does the work. PostgreSQL lets workers skip rows that another one holds (``SKIP
LOCKED``); on SQLite a claim is a write transaction, of which there is one at a time.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Model, Q, QuerySet


def claim[M: Model](rows: QuerySet[M], *, at: datetime, lease: timedelta, limit: int) -> list[M]:
    """Return up to ``limit`` free rows out of ``rows``, in its order, leased until ``at + lease``."""
    # A lease far beyond what a claim gives was put there by hand, and would keep the row from everybody. Twice as far,
    # for another worker's instant may be later than this one's.
    free = rows.filter(Q(leased_until=None) | Q(leased_until__lte=at) | Q(leased_until__gt=at + 2 * lease))
    if not free.exists():  # without a lock: a worker that has nothing to do holds up nobody
        return []
    with transaction.atomic():
        claimed: list[Any] = list(free.select_for_update(skip_locked=True)[:limit])
        model: Any = rows.model
        model._default_manager.filter(pk__in=[row.pk for row in claimed]).update(
            fence=F("fence") + 1, leased_until=at + lease
        )
    for row in claimed:
        row.fence += 1
        row.leased_until = at + lease
    return claimed


def renew(row: Any, *, at: datetime, lease: timedelta) -> bool:
    """Lengthen the lease of a claim; False when it isn't ours any more, or has run out."""
    ours = type(row)._default_manager.filter(pk=row.pk, fence=row.fence, leased_until__gt=at)
    return bool(ours.update(leased_until=at + lease))


def finish(row: Any, **values: Any) -> bool:
    """Write the outcome of a claim and give the row back; False, and nothing written, when it isn't ours any more."""
    ours = type(row)._default_manager.filter(pk=row.pk, fence=row.fence)
    return bool(ours.update(leased_until=None, **values))
