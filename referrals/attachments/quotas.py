"""Quotas of a case and of a person (SEC-FI1): checked before a byte is read, and again before it is stored."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import F, Sum

from accounts.roles import Role
from encryption import index
from outbox.scheduler import recurring
from referrals.errors import QuotaReached
from referrals.models import Attachment, Referral, UploadCount

NOBODY: Final = UUID(int=0)


def require_room(referral: Referral, role: Role, more: int) -> None:
    """Ask that the case has room for one more file of ``more`` bytes, sent in ``role``.

    Whoever filed and those who work on the case have room of their own each: the one would else learn that somebody
    adds to the case, and could fill it for all others for good.
    """
    rows = Attachment.objects.filter(referral=referral)
    rows = rows.filter(role=Role.FILER) if role is Role.FILER else rows.exclude(role=Role.FILER)
    if rows.count() >= settings.ATTACHMENTS_PER_CASE:
        raise QuotaReached("files-per-case", settings.ATTACHMENTS_PER_CASE)
    total = rows.aggregate(total=Sum(F("size") + F("original_size")))["total"] or 0
    if total + more > settings.ATTACHMENT_BYTES_PER_CASE:
        raise QuotaReached("bytes-per-case", settings.ATTACHMENT_BYTES_PER_CASE)


def count_attempt(user_id: UUID | None, size: int, *, at: datetime) -> None:
    """Count an upload that begins, whatever becomes of it: a refused one has cost as much."""
    sender = index.keyed("uploads", (user_id or NOBODY).bytes)
    UploadCount.objects.get_or_create(sender=sender, on=at.date())
    day = UploadCount.objects.select_for_update().get(sender=sender, on=at.date())
    if day.files >= settings.ATTACHMENTS_PER_DAY:
        raise QuotaReached("files-per-day", settings.ATTACHMENTS_PER_DAY)
    if day.size + size > settings.ATTACHMENT_BYTES_PER_DAY:
        raise QuotaReached("bytes-per-day", settings.ATTACHMENT_BYTES_PER_DAY)
    UploadCount.objects.filter(pk=day.pk).update(files=F("files") + 1, size=F("size") + size)


@recurring("uploads:forgotten", every=timedelta(days=1))
def forget_counts(at: datetime) -> int:
    """Delete the counts of days that are over; return how many."""
    return int(UploadCount.objects.filter(on__lt=at.date() - timedelta(days=1)).delete()[0])
