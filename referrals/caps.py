"""How much one person opens, is shown and files within an hour (SEC-AZ14): what a stolen account can take.

What is counted are cases: the same one again within the hour costs nothing, so that whoever works on thirty cases may
go back and forth between their pages, and whoever takes one after the other comes to an end. Counted are all ways to
the same doors, pages and API alike, in the shared database: no cache is asked, and none that is out lifts a cap
(SEC-FT16). An hour is the last sixty minutes, not that of the clock.

Danger comes first. A filing that is urgent or says that a child is in danger now is never refused: above the cap it is
taken, and the journal says so. A case whose glass the reader has broken, and one whose urgent alert nobody has
answered yet, open whatever was opened before.
"""

import math
import struct
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.conf import settings

from accounts.actor import Actor
from accounts.roles import PROGRAMS
from audit import journal
from audit.events import Purpose, register
from encryption import index
from outbox.tick import recurring
from referrals.errors import TooManyFilings, TooManyLines, TooManyOpenings
from referrals.models.usecount import UseCount

if TYPE_CHECKING:
    from referrals.models import Referral

PASSED: Final = "cap:passed"
register(PASSED)

WINDOW: Final = timedelta(hours=1)
#: One use: when (seconds since 1970), and of which case (eight bytes of a keyed value).
_USE: Final = struct.Struct(">I8s")


class Cap(StrEnum):
    """What is capped; the settings hold the figures."""

    OPENINGS = "openings"
    LINES = "lines"
    FILINGS = "filings"


REFUSALS: Final = {
    Cap.OPENINGS: TooManyOpenings,
    Cap.LINES: TooManyLines,
    Cap.FILINGS: TooManyFilings,
}

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
        }[cap]
    )


def count_opening(referral: "Referral", *, actor: Actor, at: datetime, urgent: bool) -> None:
    """Count that a case is opened; ``urgent``: it opens whatever was opened before.

    Raises:
        TooManyOpenings: the hour is full.
    """
    if not _count(Cap.OPENINGS, [referral.pk], actor=actor, at=at, urgent=urgent):
        write_down_passed(Cap.OPENINGS, referral, actor=actor, at=at)


def count_lines(cases: Iterable["Referral"], *, actor: Actor, at: datetime) -> None:
    """Count the cases of a page of a list; an urgent one is shown, whatever was shown before.

    Raises:
        TooManyLines: the hour is full.
    """
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
    person = _person(actor.user_id)
    held = UseCount.objects.filter(person=person, cap=Cap.LINES).values_list("used", flat=True).first()
    recent = _recent(held or b"", at)
    if len(recent) >= allowed:
        raise REFUSALS[Cap.LINES](allowed, wait=_wait(recent, 1, allowed, at))


def count_found(cases: Iterable["Referral"], *, actor: Actor, at: datetime) -> None:
    """Count the cases that a search shows: they take the room of those in lists, and refuse only what comes after."""
    _count(Cap.LINES, [case.pk for case in cases], actor=actor, at=at, urgent=True)


def count_filing(referral: "Referral", *, actor: Actor, at: datetime, urgent: bool) -> bool:
    """Count that a concern is filed; return whether that stays within the cap, as only an urgent one need not.

    ``write_down_passed`` is for the caller then, once it is known to which authority the concern goes.

    Raises:
        TooManyFilings: the hour is full.
    """
    return _count(Cap.FILINGS, [referral.pk], actor=actor, at=at, urgent=urgent)


def _count(cap: Cap, cases: Sequence[UUID], *, actor: Actor, at: datetime, urgent: bool = False) -> bool:
    """Count cases that weren't in the last hour; return whether that stays within the cap.

    Who does two things at once waits for the first to end, where either is new.
    """
    allowed = most(cap, actor)
    if not allowed or actor.user_id is None or not cases:
        return True
    person = _person(actor.user_id)
    wanted = {index.keyed("caps.case", person + case.bytes)[:8] for case in cases}
    rows = UseCount.objects.filter(person=person, cap=cap)
    held = rows.values_list("used", flat=True).first()
    if held is not None and wanted <= {case for _, case in _recent(held, at)}:
        return True
    now = math.ceil(at.timestamp())
    first = _packed((now, case) for case in sorted(wanted)) if len(wanted) <= allowed else b""
    defaults = {"used": first, "until": at + WINDOW}
    row, made = UseCount.objects.get_or_create(person=person, cap=cap, defaults=defaults)
    if made and first:
        return True
    row = rows.select_for_update().get(pk=row.pk)
    recent = _recent(row.used, at)
    new = wanted - {case for _, case in recent}
    within = len(recent) + len(new) <= allowed
    if not within and not urgent:
        raise REFUSALS[cap](allowed, wait=_wait(recent, len(new), allowed, at))
    row.used = _packed([*recent, *((now, case) for case in sorted(new))])
    row.until = at + WINDOW
    row.save(update_fields=["used", "until"])
    return within or not new


def _person(user_id: UUID) -> bytes:
    return index.keyed("caps.person", user_id.bytes)


def _recent(used: bytes | memoryview, at: datetime) -> list[Use]:
    """Return the uses that still count, oldest first."""
    since = (at - WINDOW).timestamp()
    return [(when, case) for when, case in _USE.iter_unpack(bytes(used)) if when > since]


def _packed(uses: Iterable[Use]) -> bytes:
    return b"".join(_USE.pack(*use) for use in uses)


def _wait(recent: Sequence[Use], new: int, allowed: int, at: datetime) -> int:
    """Return after how many seconds there is room for as many; after the whole hour where there never is."""
    leaving = len(recent) + new - allowed
    last = recent[leaving - 1][0] if leaving <= len(recent) else at.timestamp()
    return max(1, math.ceil(last + WINDOW.total_seconds() - at.timestamp()))


def write_down_passed(cap: Cap, referral: "Referral", *, actor: Actor, at: datetime) -> None:
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


@recurring("caps:forgotten", every=timedelta(hours=1))
def forget_counts(at: datetime) -> int:
    """Delete what counts no more; return how many rows."""
    return int(UseCount.objects.filter(until__lte=at).delete()[0])
