"""Rate limit on refused requests about cases (SEC-AZ23): nobody enumerates ids.

Answers 403 and 404 about cases are counted per account, sessions and tokens together, in the shared database
(SEC-FT16). The first within ten minutes are free. Each after them delays the account's addresses of cases by 2, 4, 8 …
seconds, a minute at most; nothing is looked up meanwhile, so that the delay is the same whatever was asked for.
``config/probing.py`` lists these addresses, and those that never wait.

Each free refusal is one entry. Later ones, and requests during a delay, are one entry a minute, whose ``n`` counts
them: thousands of requests don't fill the journal.
"""

import math
import struct
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from accounts.actor import Actor
from accounts.throttling import delay
from encryption.errors import EncryptionError
from referrals.access.row_level_security import NOTHING, Question
from referrals.access.volume_limits import opened, person_of, sealed
from referrals.models.volume import UseCount

#: Under what they are kept, beside the caps of an hour (``referrals/access/volume_limits.py``, which also deletes
#: what counts no more).
REFUSALS: Final = "refusals"
#: In which minute (since 1970) an entry was last written for several, and how many wait for the next.
_WRITTEN: Final = struct.Struct(">II")
#: One refusal: when (seconds since 1970).
_REFUSAL: Final = struct.Struct(">d")
#: How many are kept beyond the free ones: fewer let an account wait the longest already.
_DELAYING: Final = 20
#: What a row in force holds, as a question; it has one place for the person, one for the kind and one for the instant.
_USED: Final = f'(SELECT used FROM "{UseCount._meta.db_table}" WHERE person = %s AND cap = %s AND until > %s)'  # noqa: S608 - our table
_log = structlog.get_logger("referrals")


def question(actor: Actor, *, at: datetime) -> Question:
    """Return what is asked of the database for ``wait_of``."""
    try:
        if actor.user_id is not None:
            now = connection.ops.adapt_datetimefield_value(at)
            return _USED, [person_of(actor.user_id, REFUSALS), REFUSALS, now]
    except EncryptionError:  # no case is opened then either; a filer still sees how far a filing is
        pass
    return NOTHING


def wait_of(actor: Actor, used: bytes | memoryview | None, *, at: datetime) -> int:
    """Return for how many seconds an account's addresses of cases wait; 0 where they needn't.

    ``used`` is what the database answered.
    """
    if used is None or actor.user_id is None:
        return 0
    recent = _recent(opened(person_of(actor.user_id, REFUSALS), used), at)
    wait = _delay(recent).total_seconds()
    if not wait:
        return 0
    since = max(0.0, at.timestamp() - recent[-1])  # a clock that was set back makes nobody wait for longer
    return max(0, math.ceil(wait - since))


def note(actor: Actor, *, refused: bool, at: datetime) -> int | None:
    """Count an answer about a case; return for how many the entry stands that is to be written now.

    None is an entry of its own, as free refusals have; 0 is none: the minute has its entry, a later one counts this.
    ``refused``: it was 403 or 404; else the account was waiting. To be called when the request's transaction is over.
    """
    if actor.user_id is None:
        return None
    try:
        # A transaction of its own: that of the refused request is over, mostly rolled back, and the count must stay
        # (SEC-AZ23).
        with transaction.atomic():
            return _noted(actor.user_id, refused=refused, at=at)
    except (DatabaseError, EncryptionError):
        # To fail here would make a 503 of a 404: all reasons for not finding a case are one answer (SEC-AZ5).
        _log.warning("refusal:uncounted")
        return None


def _noted(user_id: UUID, *, refused: bool, at: datetime) -> int | None:
    until = at + timedelta(minutes=settings.CASE_REFUSALS_MINUTES)
    # As many statements for the first refusal as for each later one (SEC-AZ5).
    person = person_of(user_id, REFUSALS)
    UseCount.objects.bulk_create([UseCount(person=person, cap=REFUSALS, until=until)], ignore_conflicts=True)
    row = UseCount.objects.select_for_update().get(person=person, cap=REFUSALS)
    used = opened(person, row.used)
    recent = _recent(used, at)
    if refused:
        recent.append(at.timestamp())
        del recent[: -(settings.CASE_REFUSALS_FREE + _DELAYING)]
    minute, waiting = _WRITTEN.unpack_from(used) if used else (0, 0)
    due: int | None = None
    if not refused or _delay(recent):
        now, due, waiting = int(at.timestamp()) // 60, 0, waiting + 1
        if now > minute:
            minute, due, waiting = now, waiting, 0
    row.used = sealed(person, _WRITTEN.pack(minute, waiting) + b"".join(map(_REFUSAL.pack, recent)))
    row.until = until
    row.save(update_fields=["used", "until"])
    return due


def _delay(recent: Sequence[float]) -> timedelta:
    return delay(len(recent), settings.CASE_REFUSALS_FREE, settings.CASE_REFUSALS_DELAY_MAX_SECONDS)


def _recent(used: bytes, at: datetime) -> list[float]:
    """Return when refusals were that still count, oldest first."""
    since = (at - timedelta(minutes=settings.CASE_REFUSALS_MINUTES)).timestamp()
    return [when for (when,) in _REFUSAL.iter_unpack(used[_WRITTEN.size :]) if when > since]
