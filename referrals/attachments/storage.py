"""Reference counting of stored objects: an object is deleted when its last attachment releases it.

A name is recorded before its first byte (``expect``), so that the store holds no forgotten object, even after a crash
or a restore. Two rows may hold one object: a case that was taken over holds those of its stub, each row with the key
sealed under its own case (docs/decisions/0020-attachments.md).
"""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Q

from core.clock import instant
from referrals.access.row_level_security import for_the_service
from referrals.attachments import store
from referrals.errors import StoreUnavailable
from referrals.models import Attachment, StoredObject

if TYPE_CHECKING:
    from referrals.models import Referral

_log = structlog.get_logger("referrals")


def expect(names: Iterable[UUID], *, at: datetime) -> None:
    """Write down the names of objects that are about to come."""
    StoredObject.objects.bulk_create([StoredObject(pk=name, begun_at=at) for name in names])


def hold(names: Iterable[UUID], *, at: datetime) -> None:
    """Note that an attachment holds these objects now."""
    StoredObject.objects.filter(pk__in=list(names)).update(held_at=at)


def release(names: Iterable[UUID | None], *, at: datetime) -> None:
    """Delete objects that no attachment holds any more, once the transaction has committed."""
    gone = [name for name in names if name is not None]
    if gone:
        StoredObject.objects.filter(pk__in=gone).update(doomed_at=at)
        transaction.on_commit(partial(delete_doomed, gone), robust=True)


def release_all(referral: "Referral") -> None:
    """Let all objects of a case go that is destroyed (SEC-CR11): what only it holds is deleted after the commit."""
    rows = Attachment.objects.filter(referral=referral)
    named = rows.values_list("object", "original")
    release((name for pair in named for name in pair), at=instant())


def delete_doomed(names: Iterable[UUID]) -> int:
    """Delete those objects from the store; one that is still held stays. Return how many went.

    What the store doesn't delete now is left to the sweep.
    """
    return sum(_delete(name) for name in names)


def _delete(name: UUID) -> bool:
    with for_the_service():
        row = StoredObject.objects.select_for_update().filter(pk=name).first()
        if row is None:
            return False
        if Attachment.objects.filter(Q(object=name) | Q(original=name)).exists():
            row.doomed_at = None
            row.save(update_fields=["doomed_at"])
            return False
        try:
            store.configured().delete(name)
        except StoreUnavailable:
            _log.warning("attachment:left", code="store-unavailable")
            return False
        row.delete()
        return True
