"""Daily digests: holds the mails that a person wants once a day, and recurring work joins them into one."""

from datetime import UTC, datetime, time, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from outbox.leases import finish
from outbox.models import Channel, Notice, NoticeState, Preference
from outbox.scheduler import recurring
from outbox.templates import GATHERABLE, Kind

#: When the digest is made: early morning in France, whatever the season.
HOUR: Final = time(5, 0, tzinfo=UTC)
_DIGEST: Final = "digest"


def next_digest(at: datetime) -> datetime:
    """Return the instant of the next digest after ``at``."""
    today = datetime.combine(at.astimezone(UTC).date(), HOUR)
    return today if at < today else today + timedelta(days=1)


def hold_for_digest(notice: Notice, *, at: datetime) -> bool:
    """Hold a claimed mail back, if its recipient wants its kind gathered. What is urgent never is."""
    if notice.urgent or notice.user_id is None or notice.kind not in GATHERABLE:
        return False
    if not Preference.objects.filter(user_id=notice.user_id, kind=notice.kind).exists():
        return False
    finish(notice, state=NoticeState.HELD, due_at=next_digest(at))
    return True


@recurring("digest:gathered", every=timedelta(minutes=10))
def gather(at: datetime) -> int:
    """Make one mail for each person with held notices that are due; return how many."""
    due = Notice.objects.filter(state=NoticeState.HELD, due_at__lte=at)
    people = list(due.order_by().values_list("user_id", flat=True).distinct())
    return sum(_gather_for(user, at) for user in people if user is not None)


def _gather_for(user: UUID, at: datetime) -> bool:
    """Gather under a lock: of two workers one finds nothing left."""
    with transaction.atomic():
        waiting = Notice.objects.filter(user_id=user, state=NoticeState.HELD, due_at__lte=at)
        rows = [row.pk for row in waiting.select_for_update()]
        if not rows:
            return False
        digest_notice = Notice.objects.create(
            channel=Channel.MAIL,
            user_id=user,
            template=_DIGEST,
            kind=Kind.DIGEST,
            created_at=at,
            due_at=at,
        )
        Notice.objects.filter(pk__in=rows).update(state=NoticeState.DONE, done_at=at, digest=digest_notice)
    return True
