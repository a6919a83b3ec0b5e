"""Limit on concurrent uploads: per process, and per person over all processes.

Each holds a thread of its process for as long as its sender takes, so a process accepts no more than its threads allow.
A person's are counted in the shared database: a count per process would multiply the limit by the number of processes
(SEC-CF1). A slot there expires once an upload can't continue, because a process that dies releases nothing.
"""

import math
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Lock
from typing import Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DatabaseError

from encryption.errors import EncryptionError
from referrals.access.row_level_security import for_the_service
from referrals.access.volume_limits import person_of
from referrals.errors import UploadsBusy
from referrals.models import UseCount

#: Under what the places of one person are kept, beside the caps of an hour (``referrals/access/volume_limits.py``).
ARRIVING: Final = "arriving"
NOBODY: Final = UUID(int=0)
#: One place: until when at most (seconds since 1970), and of which upload (eight of its random bytes).
_PLACE: Final = struct.Struct(">I8s")
_lock: Final = Lock()
_taken = 0
_log = structlog.get_logger("referrals")


def begin(user_id: UUID | None, upload: UUID, *, until: datetime, at: datetime) -> None:
    """Take one of a person's places for an upload that may last ``until`` then; it counts once this has committed.

    Raises:
        UploadsBusy: all of them are taken.
    """
    counts = UseCount.objects.select_for_update()
    row, _ = counts.get_or_create(person=_person(user_id), cap=ARRIVING, defaults={"until": until})
    taken = [place for place in _PLACE.iter_unpack(bytes(row.used)) if place[0] > at.timestamp()]
    if len(taken) >= settings.UPLOADS_AT_ONCE_OF_ONE:
        raise UploadsBusy
    row.used = _packed([*taken, (math.ceil(until.timestamp()), upload.bytes[:8])])
    row.until = max(row.until, until)
    row.save(update_fields=["used", "until"])


def end(user_id: UUID | None, upload: UUID) -> None:
    """Give a place back, in a transaction of its own; where the databases are out it ends by itself."""
    try:
        with for_the_service():
            row = UseCount.objects.select_for_update().filter(person=_person(user_id), cap=ARRIVING).first()
            if row is not None:
                places = _PLACE.iter_unpack(bytes(row.used))
                row.used = _packed(place for place in places if place[1] != upload.bytes[:8])
                row.save(update_fields=["used"])
    except (DatabaseError, EncryptionError):
        _log.warning("attachment:place-kept")


@contextmanager
def taken() -> Iterator[None]:
    """Hold a place among the uploads of this process during the block.

    Raises:
        UploadsBusy: all places are taken.
    """
    global _taken
    with _lock:
        if _taken >= settings.UPLOADS_AT_ONCE:
            raise UploadsBusy
        _taken += 1
    try:
        yield
    finally:
        with _lock:
            _taken -= 1


def _person(user_id: UUID | None) -> bytes:
    return person_of(user_id or NOBODY, ARRIVING)


def _packed(places: Iterable[tuple[int, bytes]]) -> bytes:
    return b"".join(_PLACE.pack(*place) for place in places)
