"""Recurring work: scans files in quarantine for the antivirus, deletes abandoned uploads (SEC-FI6, SEC-FT7)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from time import monotonic
from typing import Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import F, Q

from accounts.actor import SYSTEM
from audit import journal
from audit.disclosure import disclosure
from audit.events import Purpose, register
from encryption.errors import EncryptionError
from encryption.objects import ObjectKey
from outbox.scheduler import recurring
from referrals.access.row_level_security import for_the_service
from referrals.attachments import scanning, storage, store
from referrals.errors import ObjectMissing, StoreUnavailable
from referrals.models import Attachment, StoredObject
from referrals.vocabulary.attachments import Scan

SCANNED: Final = "attachment:scanned"
JUDGED: Final = "attachment:judged"
LAPSED: Final = "attachment:lapsed"
register(SCANNED, JUDGED, LAPSED)
#: How long a file sent after the filing waits for the complement that it was meant for.
WAITS: Final = timedelta(hours=24)
_AT_ONCE: Final = 50
#: How long a file rests of which the antivirus said neither yes nor no, so that it stands in nobody's way.
RESTS: Final = timedelta(minutes=15)
#: After so many seconds of one run no further file is begun.
RUN_SECONDS: Final = 120.0
_log = structlog.get_logger("referrals")


@recurring("attachments:scanned", every=timedelta(minutes=1), lease=timedelta(hours=1))
def rescan(at: datetime) -> int:
    """Have the files scanned that came while no scanner answered; return how many were judged.

    Those never tried come first, then those whose last try is longest ago: some never get a verdict.
    """
    until = monotonic() + RUN_SECONDS
    with for_the_service():
        rested = Q(scan_tried_at=None) | Q(scan_tried_at__lte=at - RESTS)
        waiting = Attachment.objects.filter(rested, scan=Scan.WAITING, barred_at=None)
        ordered = waiting.order_by(F("scan_tried_at").asc(nulls_first=True), "at", "id")
        ids = list(ordered.values_list("pk", flat=True)[:_AT_ONCE])
    if not ids or not scanning.answers():
        return 0
    return sum(_rescan(pk, at) for pk in ids if monotonic() < until)


def _rescan(pk: UUID, at: datetime) -> bool:
    """Scan one file outside of any transaction; its key is opened in a disclosure by the service itself."""
    opened = _opened(pk, at)
    if opened is None:
        return False
    key, name = opened
    try:
        verdict = scanning.verdict(_pieces(key, name))
    except (EncryptionError, ObjectMissing, StoreUnavailable):
        _log.exception("attachment:broken", code="unreadable")
        return False
    return verdict in (Scan.CLEAN, Scan.INFECTED) and _judge(pk, verdict, at)


def _opened(pk: UUID, at: datetime) -> tuple[ObjectKey, UUID] | None:
    with for_the_service():
        waiting = Attachment.objects.filter(pk=pk, scan=Scan.WAITING, barred_at=None)
        waiting.update(scan_tried_at=at)
        row = waiting.select_related("referral").first()
        if row is None or row.key is None or row.original is None:
            return None
        try:
            with disclosure(
                actor=SYSTEM,
                purpose=Purpose.MAINTENANCE,
                at=at,
                objects=[journal.subject(row.referral_id)],
                tenant=row.referral.authority_id,
                act=SCANNED,
            ) as scope:
                return row.key.open(scope), row.original
        except EncryptionError:
            return None


def _pieces(key: ObjectKey, name: UUID) -> Iterator[bytes]:
    return key.opened(name, store.configured().reading(name))


def _judge(pk: UUID, verdict: Scan, at: datetime) -> bool:
    """Let a clean file be served; of an infected one nothing stays but that it came."""
    with for_the_service():
        waiting = Attachment.objects.filter(pk=pk, scan=Scan.WAITING, barred_at=None)
        row = waiting.select_for_update().first()
        if row is None:
            return False
        row.scan = verdict
        if verdict is Scan.INFECTED:
            storage.release([row.object, row.original], at=at)
            row.object = row.original = row.key = row.digest = row.original_digest = None
            row.size = row.original_size = 0
            row.evidence = False
        elif not row.evidence:
            storage.release([row.original], at=at)
            row.original, row.original_digest, row.original_size = None, None, 0
        row.save()
        _journal(JUDGED, row, at=at, rule=str(verdict))
        return True


@recurring("attachments:swept", every=timedelta(hours=1))
def sweep(at: datetime) -> int:
    """Delete files that nobody laid to a complement, and objects that nothing holds; return how many of either."""
    return _lapse(at) + storage.delete_doomed(_left(at))


def _lapse(at: datetime) -> int:
    with for_the_service():
        late = Attachment.objects.filter(waiting_since__lt=at - WAITS)
        rows = list(late.select_for_update().order_by("id"))
        for row in rows:
            _journal(LAPSED, row, at=at)
            storage.release([row.object, row.original], at=at)
            row.delete()
        return len(rows)


def _left(at: datetime) -> list[UUID]:
    """Return the names that came to nothing, or were let go and not deleted yet."""
    late = Q(held_at=None, begun_at__lt=at - timedelta(hours=settings.ATTACHMENT_ORPHAN_HOURS))
    with for_the_service():
        rows = StoredObject.objects.filter(late | Q(doomed_at__isnull=False))
        return list(rows.values_list("pk", flat=True))


def _journal(act: str, row: Attachment, *, at: datetime, rule: str = "") -> None:
    journal.record(
        act,
        actor=SYSTEM,
        at=at,
        objects=[journal.subject(row.referral_id)],
        tenant=row.referral.authority_id,
        purpose=Purpose.MAINTENANCE,
        rule=rule,
    )
