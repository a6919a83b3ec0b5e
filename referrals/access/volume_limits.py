"""Hourly caps on what one person opens, is shown and files: bounds the harm of a stolen account (SEC-AZ14).

The caps count cases: the same one again within the hour costs nothing, so that a person with thirty cases may go back
and forth between their pages, while one who opens case after case reaches the cap. Pages and API count together, in the
shared database: no cache is asked, so a cache that is out lifts no cap (SEC-FT16). An hour is the last sixty minutes,
not that of the clock.

Danger comes first. A filing that is urgent or says that a child is in danger now is never refused: above the cap it is
accepted, and a later pass records that about the person; at the filing's own instant it would reveal who filed
(SEC-AL20). A case whose glass the reader has broken, and one whose urgent alert nobody has answered yet, open whatever
was opened before.
"""

import math
import struct
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from accounts.actor import SYSTEM, Actor
from accounts.models import Membership, User
from accounts.roles import PROGRAMS
from audit import journal
from audit.events import Purpose, register
from encryption import bearer, index
from encryption.errors import Unreadable
from outbox.scheduler import recurring
from referrals.errors import TooManyFetches, TooManyFilings, TooManyLines, TooManyOpenings
from referrals.models.volume import UseCount

if TYPE_CHECKING:
    from referrals.models import Referral

PASSED: Final = "cap:passed"
register(PASSED)

WINDOW: Final = timedelta(hours=1)
#: One use: when (seconds since 1970), and of which case (eight bytes of a keyed value).
_USE: Final = struct.Struct(">I8s")


class Cap(StrEnum):
    """Kinds of cap; the settings hold the figures."""

    OPENINGS = "openings"
    LINES = "lines"
    FILINGS = "filings"
    FETCHES = "fetches"


REFUSALS: Final = {
    Cap.OPENINGS: TooManyOpenings,
    Cap.LINES: TooManyLines,
    Cap.FILINGS: TooManyFilings,
    Cap.FETCHES: TooManyFetches,
}

#: Under what the filings above the cap are kept until they are told of, and how long they may wait for it.
_PASSED: Final = "passed"
_TOLD_WITHIN: Final = timedelta(days=2)

type Use = tuple[int, bytes]


def most(cap: Cap, actor: Actor) -> int:
    """Return the cap's figure for an actor; 0 is none."""
    if cap is Cap.FILINGS and any(position.role in PROGRAMS for position in actor.positions):
        return int(settings.FILINGS_PER_HOUR_OF_PROGRAM)
    return int(
        {
            Cap.OPENINGS: settings.OPENINGS_PER_HOUR,
            Cap.LINES: settings.LINES_PER_HOUR,
            Cap.FILINGS: settings.FILINGS_PER_HOUR,
            Cap.FETCHES: settings.CALENDAR_FETCHES_PER_HOUR,
        }[cap]
    )


def count_opening(referral: "Referral", *, actor: Actor, at: datetime, urgent: bool) -> None:
    """Count that a case is opened; ``urgent``: it opens whatever was opened before.

    Raises:
        TooManyOpenings: the hour is full.
    """
    # Danger opens above the cap. The entry is written at once, unlike that of a filing, whose instant would name the
    # filer (SEC-AL20).
    if not _count(Cap.OPENINGS, [referral.pk], actor=actor, at=at, urgent=urgent):
        record_passed(Cap.OPENINGS, referral, actor=actor, at=at)


def count_lines(cases: Iterable["Referral"], *, actor: Actor, at: datetime) -> None:
    """Count the cases of a page of a list; an urgent one is shown, whatever was shown before.

    Raises:
        TooManyLines: the hour is full.
    """
    # Urgent lines aren't counted at all: a night of them must not use up the room for the rest.
    counted = [case.pk for case in cases if not case.in_danger]
    _count(Cap.LINES, counted, actor=actor, at=at)


def require_room_to_search(*, actor: Actor, at: datetime) -> None:
    """Refuse to look for anything, for whoever has been shown an hour's cases; before, so that this tells of no hit.

    Raises:
        TooManyLines: the hour is full.
    """
    allowed = most(Cap.LINES, actor)
    if not allowed or actor.user_id is None:
        return
    person = person_of(actor.user_id, Cap.LINES)
    used = UseCount.objects.filter(person=person, cap=Cap.LINES).values_list("used", flat=True).first()
    recent = _recent(person, used or b"", at)
    if len(recent) >= allowed:
        raise REFUSALS[Cap.LINES](allowed, wait=_wait(recent, 1, allowed, at))


def count_results(cases: Iterable["Referral"], *, actor: Actor, at: datetime) -> None:
    """Count the cases that a search shows: they take the room of those in lists, and refuse only what comes after."""
    _count(Cap.LINES, [case.pk for case in cases], actor=actor, at=at, urgent=True)


def count_filing(referral: "Referral", *, actor: Actor, at: datetime, urgent: bool) -> bool:
    """Count that a concern is filed; return whether that stays within the cap, as only an urgent one need not.

    ``keep_passed`` is for the caller then.

    Raises:
        TooManyFilings: the hour is full.
    """
    return _count(Cap.FILINGS, [referral.pk], actor=actor, at=at, urgent=urgent)


def count_fetch(*, actor: Actor, at: datetime) -> None:
    """Count that a calendar reads one of the actor's feeds; all of them count together, and each reading anew.

    What a feed shows takes no room in lists: it is bounded by itself (``CALENDAR_FEED_EVENTS``), and is always the
    same.

    Raises:
        TooManyFetches: the hour is full.
    """
    _count(Cap.FETCHES, [uuid4()], actor=actor, at=at)


def _count(cap: Cap, cases: Sequence[UUID], *, actor: Actor, at: datetime, urgent: bool = False) -> bool:
    """Count cases that weren't in the last hour; return whether that stays within the cap.

    Who does two things at once waits for the first to end, where either is new.
    """
    allowed = most(cap, actor)
    if not allowed or actor.user_id is None or not cases:
        return True
    person = person_of(actor.user_id, cap)
    # Eight bytes of a value keyed by person: the row names no case, and of two people no equal value (SEC-CR20).
    wanted = {index.keyed("caps.case", person + case.bytes)[:8] for case in cases}
    rows = UseCount.objects.filter(person=person, cap=cap)
    used = rows.values_list("used", flat=True).first()
    # Nothing new: neither lock nor write. Going back and forth between thirty cases stays cheap.
    if used is not None and wanted <= {case for _, case in _recent(person, used, at)}:
        return True
    # Rounded up, so that no use counts for less than its hour.
    now = math.ceil(at.timestamp())
    first = _packed(person, ((now, case) for case in sorted(wanted))) if len(wanted) <= allowed else b""
    row = rows.select_for_update().first() if used is not None else None
    if row is None:  # none yet, or cleared meanwhile
        defaults = {"used": first, "until": at + WINDOW}
        # The insert holds the first use: of two requests at once one inserts, the other finds the row and waits for
        # its lock.
        row, created = UseCount.objects.get_or_create(person=person, cap=cap, defaults=defaults)
        if created and first:
            return True
        row = rows.select_for_update().get(pk=row.pk)
    recent = _recent(person, row.used, at)
    new = wanted - {case for _, case in recent}
    within = len(recent) + len(new) <= allowed
    # Before the row is written: a refused request takes no room.
    if not within and not urgent:
        raise REFUSALS[cap](allowed, wait=_wait(recent, len(new), allowed, at))
    row.used = _packed(person, [*recent, *((now, case) for case in sorted(new))])
    row.until = at + WINDOW
    row.save(update_fields=["used", "until"])
    return within or not new


def person_of(user_id: UUID, cap: str) -> bytes:
    """Return an account as the rows of one cap name it: those of two can't be matched (SEC-CR20)."""
    return index.keyed(f"caps.{cap}", user_id.bytes)


def sealed(person: bytes, used: bytes) -> bytes:
    """Return what a row holds: who has the database and no key doesn't learn when a person filed, or was refused."""
    return bearer.sealed(index.keyed("caps.used", person), "caps", used)


def opened(person: bytes, used: bytes | memoryview) -> bytes:
    """Return what was sealed; nothing where there is nothing, or nothing that the service wrote for this person."""
    try:
        return bearer.opened(index.keyed("caps.used", person), "caps", bytes(used)) if used else b""
    except Unreadable:
        return b""


def _recent(person: bytes, used: bytes | memoryview, at: datetime) -> list[Use]:
    """Return the uses that still count, oldest first."""
    since = (at - WINDOW).timestamp()
    return [(when, case) for when, case in _USE.iter_unpack(opened(person, used)) if when > since]


def _packed(person: bytes, uses: Iterable[Use]) -> bytes:
    return sealed(person, b"".join(_USE.pack(*use) for use in uses))


def _wait(recent: Sequence[Use], new: int, allowed: int, at: datetime) -> int:
    """Return after how many seconds there is room for as many; after the whole hour where there never is."""
    leaving = len(recent) + new - allowed
    last = recent[leaving - 1][0] if leaving <= len(recent) else at.timestamp()
    return max(1, math.ceil(last + WINDOW.total_seconds() - at.timestamp()))


def record_passed(cap: Cap, referral: "Referral", *, actor: Actor, at: datetime) -> None:
    """Write down that danger came before a cap, so that whoever cries danger to take more is seen."""
    journal.record(
        PASSED,
        actor=actor,
        at=at,
        objects=[referral.pseudonym],
        tenant=referral.authority_id,
        purpose=Purpose.EMERGENCY,
        rule=f"cap:{cap}",
    )


def keep_passed(actor: Actor, *, at: datetime) -> None:
    """Keep that danger came before the cap of filings once more, until ``tell_passed`` says it of the person."""
    if actor.user_id is None:
        return
    person = person_of(actor.user_id, _PASSED)
    # `until` is that of the first and isn't moved by later ones, or a steady stream would never be told.
    UseCount.objects.bulk_create(
        [UseCount(person=person, cap=_PASSED, until=at + _TOLD_WITHIN)], ignore_conflicts=True
    )
    row = UseCount.objects.select_for_update().get(person=person, cap=_PASSED)
    row.used = sealed(person, (int.from_bytes(opened(person, row.used)) + 1).to_bytes(4))
    row.save(update_fields=["used"])


@recurring("caps:told", every=timedelta(hours=1))
def tell_passed(at: datetime) -> int:
    """Write of each person how many filings above the cap danger took, an hour after the first; return of how many.

    To the auditors of all authorities where the person files: the entry says nothing of the filings themselves.
    """
    with transaction.atomic():
        late = UseCount.objects.filter(cap=_PASSED, until__lte=at + _TOLD_WITHIN - WINDOW)
        rows = {bytes(row.person): row for row in late.select_for_update()}
        if not rows:
            return 0
        # The row is keyed by person: whose it is can only be computed, over all accounts (0040).
        for user in User.objects.order_by().values_list("pk", flat=True).iterator():
            if (row := rows.get(person_of(user, _PASSED))) is not None:
                _tell_passed(user, int.from_bytes(opened(bytes(row.person), row.used)), at)
        UseCount.objects.filter(pk__in=[row.pk for row in rows.values()]).delete()
        return len(rows)


def _tell_passed(user: UUID, count: int, at: datetime) -> None:
    # Ended memberships too: the filings may be of the time when they were in force.
    memberships = Membership.objects.filter(user=user).order_by("authority_id")
    for authority in memberships.values_list("authority_id", flat=True).distinct():
        journal.record(
            PASSED,
            actor=Actor(user_id=user, positions=(), origin=SYSTEM.origin),
            at=at,
            tenant=authority,
            purpose=Purpose.EMERGENCY,
            rule=f"cap:{Cap.FILINGS}",
            count=count,
        )


@recurring("caps:forgotten", every=timedelta(hours=1))
def forget_counts(at: datetime) -> int:
    """Delete what counts no more; return how many rows."""
    return int(UseCount.objects.filter(until__lte=at).delete()[0])


def wait_within_day(times: Sequence[datetime], most: int, *, at: datetime) -> int:
    """Return for how many seconds somebody waits who may do something ``most`` times in 24 hours; 0 means now.

    ``times``: when they did it within the last 24 hours, oldest first.
    """
    if len(times) < most:
        return 0
    return max(1, int((times[-most] + timedelta(days=1) - at).total_seconds()))
