"""Deadline reminders: one notice when a deadline comes near, one when it has passed; never a second (SEC-FT10).

The answer of the prosecutor has one more between the two (C7: 2, 8 and 30 days, settings of the authority). The
deadline of a missing child reminds each day, until the child is found or the runaway is recorded again (C19); that of a
measure which doesn't begin every two weeks (C24).

The deadlines' rows record which reminders were sent, in the transaction of the notices and under a lock of the
deadline: whatever the workers do, each is sent once. After a stop of days, all that became due meanwhile is caught up;
a deadline that has passed by then is announced as passed, not as near.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.actor import SYSTEM
from outbox.scheduler import recurring
from outbox.templates import Kind, Template, register
from referrals.access import row_level_security
from referrals.models import Clock, JudicialReferral, Measure
from referrals.notifications import recipients
from referrals.policy.definitions import Protocol
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.workflow.case import Case

register(
    Template("clock.due_soon", Kind.CLOCK, _("Un délai approche.")),
    Template("clock.again", Kind.CLOCK, _("Une réponse se fait attendre.")),
    Template("clock.review", Kind.CLOCK, _("Une situation est à revoir.")),
    Template("clock.overdue", Kind.CLOCK, _("Un délai est dépassé.")),
)

_CELL: Final = ("coordinator",)
_DECISION: Final = ("ase_inspector",)
_FOLLOW_UP: Final = ("case_referent", "ase_inspector")
#: Who is reminded, by clock; of those that stand nowhere here the coordinators are.
PARTIES: Final[Mapping[C, tuple[str, ...]]] = {
    C.C1: ("crip_queue",),
    C.C3: _CELL,  # the ladder calls the others (referrals/urgent_calls/escalation.py)
    C.C4: ("assessment_lead", "team"),
    C.C4B_MEETING: ("assessment_lead", "team"),
    C.C4B_VISIT: ("assessment_lead", "team"),
    C.C7: ("coordinator", "ase_inspector"),
    C.C8: _DECISION,
    C.C9: _DECISION,
    C.C13: ("coordinator", "ase_inspector"),
    C.R_HOLDERS: ("coordinator", "ase_inspector"),
    C.R_RESTRICTION: ("supervisors",),
    C.C24: (*_FOLLOW_UP, "service"),
    C.C25: _FOLLOW_UP,
    C.C26: (*_FOLLOW_UP, "service"),
    **dict.fromkeys((C.C10, C.C11, C.C12, C.C14, C.C14B, C.C15, C.C15B, C.C16, C.C17, C.C17B), _FOLLOW_UP),
}
#: Who is told too once a clock is over, beside the supervisor of those that the law sets (domain.md §2.3).
TOLD_LATE: Final[Mapping[C, tuple[str, ...]]] = {
    C.R_HOLDERS: ("supervisor",),
    C.C24: ("coordinator", "supervisor"),
}
#: Clocks that go on reminding once they are over, and how long after each reminder.
REPEATED: Final[Mapping[C, Callable[[Protocol], timedelta]]] = {
    C.C19: lambda protocol: timedelta(hours=protocol.runaway_review_hours),
    C.C24: lambda protocol: timedelta(days=protocol.execution_review_days),
}
BATCH: Final = 50


def due_soon(at: datetime) -> Q:
    """Return the condition of clocks that warn and of which nobody was told."""
    return Q(stopped_at=None, soon_told_at=None, warn_at__lte=at)


def again(at: datetime) -> Q:
    """Return the condition of clocks that remind a second time and of which nobody was told so."""
    return Q(stopped_at=None, again_told_at=None, again_at__lte=at)


def overdue(at: datetime) -> Q:
    """Return the condition of clocks that are over and of which nobody was told so."""
    return Q(stopped_at=None, late_told_at=None, due_at__lt=at)


@dataclass(frozen=True, slots=True)
class Round:
    """One kind of reminder: which clocks, by which words, and what it marks as told, earlier kinds included."""

    pending: Callable[[datetime], Q]
    template: str
    marks: tuple[str, ...]
    late: bool = False


#: The last kind first: a clock that is over by now is told of as over, and no more as anything before.
ROUNDS: Final = (
    Round(overdue, "clock.overdue", ("late_told_at", "again_told_at", "soon_told_at"), late=True),
    Round(again, "clock.again", ("again_told_at", "soon_told_at")),
    Round(due_soon, "clock.due_soon", ("soon_told_at",)),
)


@recurring("clocks:reminded", every=timedelta(minutes=1))
def remind(at: datetime) -> int:
    """Write the reminders that are due; return of how many clocks."""
    return sum(sum(_remind_batches(kind, at)) for kind in ROUNDS)


def _remind_batches(kind: Round, at: datetime) -> list[int]:
    counts = []
    while count := _remind(kind, at):
        counts.append(count)
    return counts


def _remind(kind: Round, at: datetime) -> int:
    """Tell of one batch and mark it, in one transaction; clocks that another worker or a step holds are passed."""
    with row_level_security.for_the_service():
        locked = Clock.objects.filter(kind.pending(at)).select_for_update(skip_locked=True, of=("self",))
        clocks = list(locked.select_related("referral__authority").order_by("due_at", "id")[:BATCH])
        rows = Clock.objects.filter(pk__in=[clock.pk for clock in clocks])
        rows.update(**{mark: _in_force_or(mark, at) for mark in kind.marks})
        for clock in clocks:
            case = Case(clock.referral, actor=SYSTEM, at=at)
            _tell(clock, case, kind)
            _remind_again(clock, case, kind)
    return len(clocks)


def _remind_again(clock: Clock, case: Case, kind: Round) -> None:
    """Set the next reminder of a clock that was just told of as over, where it has one."""
    repeated = REPEATED.get(C(clock.code))
    if repeated is not None and kind.template != "clock.due_soon":
        again_at = case.at + repeated(case.protocol)
        Clock.objects.filter(pk=clock.pk).update(again_at=again_at, again_told_at=None)


def _in_force_or(mark: str, at: datetime) -> Coalesce:
    return Coalesce(F(mark), Value(at))


def _tell(clock: Clock, case: Case, kind: Round) -> None:
    code = C(clock.code)
    words = "clock.review" if code in REPEATED and kind.template == "clock.again" else kind.template
    parties = PARTIES.get(code, _CELL)
    if clock.due_at < case.at:
        parties = (*parties, *TOLD_LATE.get(code, ()))
    if kind.late and clock.statutory and code is not C.C3:
        parties = (*parties, "supervisor")
    case.part = _timed(clock)  # its service is told as the measure names it
    withheld = case.withheld(child=clock.child, part=case.part)
    # Where nobody is on the case yet, the cell must know; one who isn't told can't act.
    if not recipients.tell_parties(case, parties, words, withheld=withheld):
        recipients.tell_parties(case, _CELL, words, withheld=withheld)


def _timed(clock: Clock) -> Measure | JudicialReferral | None:
    """Return the measure or referral to justice that a clock times."""
    measure = Measure.objects.filter(pk=clock.part).first() if clock.part else None
    return measure or (JudicialReferral.objects.filter(pk=clock.part).first() if clock.part else None)
