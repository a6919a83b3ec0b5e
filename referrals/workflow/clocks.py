"""Clocks: the deadlines that run on a case, from their start to their stop, and how each stands (domain.md §2.3)."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from referrals.policy.working_time import Calendar, end_of
from referrals.vocabulary.deadlines import ClockCode
from referrals.vocabulary.states import Coded
from referrals.workflow import deadlines
from referrals.workflow.about_children import rows_among
from referrals.workflow.case import Case

if TYPE_CHECKING:
    from referrals.models import Clock


class ClockState(Coded):
    """How a clock stands."""

    ON_TIME = "on_time", _("Dans les délais")
    DUE_SOON = "due_soon", _("Échéance proche")
    OVERDUE = "overdue", _("En retard")
    STOPPED = "stopped", _("Arrêté")


def start(
    case: Case,
    code: ClockCode,
    *,
    since: datetime | None = None,
    child: UUID | None = None,
    part: Model | None = None,
    until: date | None = None,
    on_birthday: bool = False,
) -> "Clock":
    """Start a clock at ``since`` (the instant of the act if None); one that runs for the same thing starts again.

    ``until``: the last day, where a person has chosen it. ``on_birthday``: the day is a birthday, which no column may
    tell; ``until`` is then the latest that it can be, and the daily look at birthdays warns (C25, C26; C10 and C15 cut
    at 18).
    """
    deadline, begun = deadlines.DEADLINES[code], since or case.at
    # Two clocks for one thing would be reminded of twice (SEC-FT10).
    stop(case, [code], child=child, part=part)
    # Never before it starts: a day chosen in the past is due at once.
    due = max(end_of(until, case.zone) if until else deadlines.due_at(case, code, begun, part), begun)
    clock: Clock = case.referral.clocks.model(
        referral=case.referral,
        code=code,
        access_class=deadline.access_class,
        child=child,
        part=part.pk if part is not None else None,
        started_at=begun,
        warn_at=due if on_birthday else deadline.warns(case, begun, due, part),
        again_at=deadline.again(case, begun, part) if deadline.again else None,
        due_at=due.astimezone(UTC),  # as it is read back
        statutory=deadline.statutory,
        on_birthday=on_birthday,
        # Marked as told: no round of reminders picks it up.
        **(dict.fromkeys(("soon_told_at", "late_told_at"), case.at) if deadline.silent else {}),
    )
    case.insert(clock)
    case.open_clocks.append(clock)
    return clock


def stop(
    case: Case, codes: Iterable[ClockCode], *, child: UUID | None = None, part: Model | None = None
) -> None:
    """Stop the running clocks of these codes; of one child or part when it is named, else of all."""
    # A generator may come in, and is asked once for each clock.
    wanted = set(codes)
    if not wanted:
        return
    # A case that is being filed has no clock to be read.
    if "open_clocks" not in case.__dict__ and case.referral._state.adding:
        case.__dict__["open_clocks"] = []
    for clock in list(case.open_clocks):
        if clock.code not in wanted:
            continue
        if child is not None and clock.child != child:
            continue
        if part is not None and clock.part != part.pk:
            continue
        halt(case, clock)


def start_again(case: Case, code: ClockCode, part: Model, *, since: datetime, rested: timedelta) -> None:
    """Let the last clock of a part run again, which rested for some days: what it had left, it has left.

    Where there was none it starts at ``since``; one that runs goes on as it is.
    """
    clock = case.referral.clocks.filter(code=code, part=part.pk).order_by("started_at").last()
    if clock is None:
        start(case, code, since=since, part=part)
    elif clock.stopped_at is not None:
        # By the clock on the wall: a delay ends at the end of a day, in summer and in winter.
        clock.due_at = (clock.due_at.astimezone(case.zone) + rested).astimezone(UTC)
        clock.warn_at = (clock.warn_at.astimezone(case.zone) + rested).astimezone(UTC)
        clock.stopped_at = None
        clock.save(update_fields=["due_at", "warn_at", "stopped_at"])
        case.open_clocks.append(clock)


def halt(case: Case, clock: "Clock") -> None:
    """Stop one running clock of the case."""
    clock.stopped_at = case.at
    # Within `together` a clock may stop before it was inserted.
    if not clock._state.adding:
        clock.save(update_fields=["stopped_at"])
    case.open_clocks.remove(clock)


def reset_target(case: Case) -> None:
    """Count the assessment's reduced date anew; the legal one never moves (D226-2-4)."""
    case.referral.target_due_at = deadlines.target_due(case)


def next_dues(case: Case) -> tuple[datetime | None, datetime | None, datetime | None]:
    """Return the earliest end among the running clocks: of the shell (A), with the measures' (J), with justice's (I).

    A queue is sorted by the one whose clocks its reader may read. The last two leave out what hangs on restricted
    children alone: an order would tell of them (SEC-AZ20).
    """
    hidden = frozenset(child.pk for child in case.recorded if child.restricted)
    parts = {clock.part for clock in case.open_clocks if clock.part} if hidden else set()
    rows = rows_among(case.referral, parts)
    dues: dict[str, list[datetime]] = {"A": [], "J": [], "I": []}
    for clock in case.open_clocks:
        about = rows[clock.part].children if clock.part in rows else frozenset()
        hangs = clock.child in hidden or (bool(about) and about <= hidden)
        if clock.access_class == "A" or not hangs:
            dues[clock.access_class].append(clock.due_at)
    # The reduced date comes before the legal one: a queue goes by it (D226-2-4).
    if any(clock.code == ClockCode.C4 for clock in case.open_clocks) and case.referral.target_due_at:
        dues["A"].append(case.referral.target_due_at)
    measures = dues["A"] + dues["J"]
    return min(dues["A"], default=None), min(measures, default=None), min(measures + dues["I"], default=None)


def counts_until(clock: "Clock") -> datetime:
    """Return when a clock is over: its end; of an assessment the reduced date, where it comes before (D226-2-4)."""
    due: datetime = clock.due_at
    reduced = clock.referral.target_due_at if clock.code == ClockCode.C4 else None
    return min(due, reduced) if reduced else due


def working_day_before(clock: "Clock", calendar: Calendar) -> date | None:
    """Return the last working day on which one can still act, where a delay ends on a day off (*ouvré précédent*).

    None where it ends on a working day, where the authority hasn't worked since it began, and for immediate danger,
    which waits for no working day; nor of a birthday, whose day isn't told.
    """
    if clock.code == ClockCode.C3 or clock.on_birthday:
        return None
    day = calendar.working_day_before(clock.due_at)
    began = clock.started_at.astimezone(calendar.zone).date()
    return day if day is not None and day >= began else None


def state_of(clock: "Clock", at: datetime) -> ClockState:
    """Tell how a clock stands at ``at``."""
    if clock.stopped_at is not None:
        return ClockState.STOPPED
    if at > counts_until(clock):
        return ClockState.OVERDUE
    return ClockState.DUE_SOON if at >= clock.warn_at else ClockState.ON_TIME
