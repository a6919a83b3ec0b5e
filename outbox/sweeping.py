"""Retention of notices: deletes old ones, which say who was notified about which reference."""

from datetime import datetime, timedelta

from django.conf import settings

from outbox.models import TO_DO, Notice, NoticeState
from outbox.scheduler import recurring


@recurring("outbox:swept", every=timedelta(days=1))
def sweep(at: datetime) -> int:
    """Delete notices older than ``settings.NOTICE_DAYS`` that have nowhere to go any more; return how many."""
    old = Notice.objects.filter(created_at__lt=at - timedelta(days=settings.NOTICE_DAYS))
    count, _ = old.exclude(state__in=(*TO_DO, NoticeState.HELD)).delete()
    return count
