"""How many uploads a process takes at once, and of one person: each holds a thread for as long as its sender takes."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final
from uuid import UUID

from django.conf import settings

from referrals.errors import UploadsBusy

#: Of one person, in one process.
OF_ONE: Final = 2
_lock: Final = Lock()
_senders: Final[Counter[UUID | None]] = Counter()


@contextmanager
def taken(user_id: UUID | None) -> Iterator[None]:
    """Hold a place among the uploads of this process during the block.

    Raises:
        UploadsBusy: all places are taken, or two by this person.
    """
    with _lock:
        if _senders.total() >= settings.UPLOADS_AT_ONCE or _senders[user_id] >= OF_ONE:
            raise UploadsBusy
        _senders[user_id] += 1
    try:
        yield
    finally:
        with _lock:
            _senders[user_id] -= 1
            if not _senders[user_id]:
                del _senders[user_id]
