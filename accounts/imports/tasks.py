"""Recurring work on imports."""

from datetime import datetime, timedelta

from accounts.access import GRANT_OPEN_FOR
from accounts.models import ImportRun
from outbox.scheduler import recurring


@recurring("imports:forgotten", every=timedelta(hours=1))
def forget_old(at: datetime) -> int:
    """Delete what was tried and nobody confirmed in time, with all that was read of the file; return how many."""
    return int(ImportRun.objects.filter(decided_at=None, tried_at__lte=at - GRANT_OPEN_FOR).delete()[0])
