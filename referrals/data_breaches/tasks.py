"""Recurring work of data breaches: the 72 hours that run out (C22)."""

from datetime import datetime, timedelta
from typing import Final

from accounts.roles import Role
from outbox.scheduler import recurring
from referrals.access.row_level_security import for_the_service
from referrals.data_breaches import notices
from referrals.models import DataBreach

#: How long before their end the data protection officer is told, and then the supervisor too (domain.md §2.3).
SOON: Final = timedelta(hours=48)
LAST_DAY: Final = timedelta(hours=24)
BATCH: Final = 100


@recurring("breaches:due", every=timedelta(minutes=10))
def watch(at: datetime) -> int:
    """Tell the officer two days before the end of the 72 hours, a day before it and at it the supervisors too.

    Each once; return how many breaches were told of.
    """
    stages: tuple[tuple[str, timedelta, str, tuple[Role, ...]], ...] = (
        ("overdue_at", timedelta(0), notices.OVERDUE, (Role.DPO, Role.SUPERVISOR)),
        ("warned_at", LAST_DAY, notices.SOON, (Role.DPO, Role.SUPERVISOR)),
        ("told_at", SOON, notices.SOON, (Role.DPO,)),
    )
    count = 0
    with for_the_service():
        seen: set[object] = set()
        for mark, ahead, template, roles in stages:
            rows = DataBreach.objects.filter(due_at__lte=at + ahead, **{mark: None})
            locked = rows.select_for_update(skip_locked=True, of=("self",)).select_related("authority")
            for row in locked.order_by("due_at", "id")[:BATCH]:
                # What is told of a later stage isn't told of an earlier one too.
                if row.pk not in seen:
                    notices.tell_offices(row, template, roles, at=at)
                    count += 1
                seen.add(row.pk)
                setattr(row, mark, at)
                row.save(update_fields=[mark])
    return count
