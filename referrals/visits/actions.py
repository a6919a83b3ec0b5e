"""Remembers when a reader opened a case."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from accounts.actor import Actor
from encryption import index
from referrals.models import LastVisit, Referral
from referrals.vocabulary.states import State

#: Openings within this time of the last one are one visit: what was new to it stays marked on the pages of the case.
ONE_VISIT: Final = timedelta(minutes=30)
#: A page that is loaded again within this time writes nothing.
AGAIN: Final = timedelta(minutes=1)


def reader_of(case: UUID, user_id: UUID) -> bytes:
    """Return the keyed value of one account and one case: rows of one person aren't alike (SEC-CR20)."""
    return index.keyed("visit.reader", user_id.bytes + case.bytes)


def mark(referral: Referral, last: LastVisit | None, *, actor: Actor, at: datetime) -> None:
    """Note that the actor opens the page of a case now; ``last`` is the row that was read of the time before."""
    over = referral.state == State.PURGED  # nothing would erase the row any more
    if actor.user_id is None or over or (last is not None and at - last.at < AGAIN):
        return
    before = None if last is None else last.since if at - last.at < ONE_VISIT else last.at
    LastVisit.objects.bulk_create(
        [LastVisit(referral=referral, reader=reader_of(referral.pk, actor.user_id), at=at, since=before)],
        update_conflicts=True,
        unique_fields=["reader"],
        update_fields=["at", "since"],
    )
