"""The deadlines that an actor reads, of one case and of all: each clock with its standing."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, override
from uuid import UUID

from django.db.models import Q, QuerySet, UUIDField

from accounts.actor import Actor
from accounts.roles import Role
from core.compiled_queries import AmongGiven, CompiledQuery, Given, rows_of
from encryption.authentic import CheckedRows
from referrals.access import hanging_rows, matrix, visibility
from referrals.access.child_sight import Sight
from referrals.access.exceptions import exceptional
from referrals.access.matrix import Relation
from referrals.access.relations import possible_ties
from referrals.access.rule import NARROWED
from referrals.models import Clock, Referral
from referrals.policy.definitions import protocol_of
from referrals.policy.working_time import Calendar, calendar_of
from referrals.reading.seen_rows import hanging_on
from referrals.vocabulary.deadlines import ClockCode
from referrals.vocabulary.formats import labelled, moment
from referrals.workflow import clocks, deadlines


def clock_line(clock: Clock, calendar: Calendar, *, at: datetime, runs: bool = False) -> dict[str, Any]:
    """Return one clock with its standing at ``at``, and the last working day before an end on a day off.

    ``runs`` shows it as running, whatever stopped it: to whoever filed, an answer withheld looks like one that is
    awaited, for the stop would tell them of the reason. Of a birthday no day is told.
    """
    if runs:
        clock.stopped_at = None
    return {
        "code": clock.code,
        "label": ClockCode(clock.code).labels_by_language,
        "started_at": moment(clock.started_at),
        "due_at": None if clock.on_birthday else moment(clock.due_at),
        "working_day_before": moment(clocks.working_day_before(clock, calendar)),
        "stopped_at": moment(clock.stopped_at),
        "state": labelled(clocks.state_of(clock, at)),
        "statutory": clock.statutory,
        "child": str(clock.child) if clock.child else None,
        "part": str(clock.part) if clock.part else None,
    }


def clocks_of(referral: Referral, sight: Sight, *, at: datetime) -> list[dict[str, Any]]:
    """Return the clocks that the actor may read; a filer sees C5 alone (domain.md §4.8)."""
    ties = sight.ties
    wanted: Iterable[Clock]
    if ties.coarse:
        wanted, runs = _of_filing(referral), not referral.filer_answered
        if referral.withdrawn_at:
            wanted = referral.clocks.filter(code=ClockCode.C5, stopped_at=referral.withdrawn_at)
            runs = False
    else:
        wanted = [one for one in rows_of(referral, "clocks") if one.access_class in ties.reads]
        runs = False
    calendar = calendar_in_force(referral, at=at)
    seen = hanging_on(referral, sight)
    return [
        clock_line(clock, calendar, at=at, runs=runs)
        for clock in wanted
        if seen(clock.access_class, clock.child, clock.part)
    ]


def _to_filer() -> "QuerySet[Clock]":
    return Clock.objects.filter(referral=Given("case", UUIDField()), code=ClockCode.C5)


_TO_FILER: Final = CompiledQuery(_to_filer)


def _of_filing(referral: Referral) -> list[Clock]:
    if "clocks" in getattr(referral, "_prefetched_objects_cache", {}):  # it was filed right now
        return [clock for clock in referral.clocks.all() if clock.code == ClockCode.C5]
    return _TO_FILER.rows(case=referral.pk)


def calendar_in_force(referral: Referral, *, at: datetime) -> Calendar:
    """Return when the authority of a case works, by its settings at ``at``."""
    return calendar_of(referral.authority, protocol_of(referral.authority, at))


def running_clocks(actor: Actor, *, state: str | None, code: str | None, at: datetime) -> "QuerySet[Clock]":
    """Return the running clocks that the actor may read, each by the class and the child of what it times."""
    filed = visibility.own_filings(actor, at=at).filter(withdrawn_at=None)
    running = Q(stopped_at=None)
    seen = own = Q(code="C5", referral__in=filed.values("pk"))
    if actor.holding(matrix.FILERS):  # see clock_line: what is withheld looks like what is awaited
        running |= own & Q(referral__filer_answered=False)
    for relation, cases, classes in visibility.readable_by_class(actor, at=at):
        rule = Q(access_class__in=sorted(classes), referral__in=cases.values("pk"))
        if relation is Relation.EXECUTING:
            rule &= hanging_rows.confided_to(actor)
        seen |= rule & hanging_rows.not_hidden(actor, at=at)
    rows = Clock.objects.filter(seen & running).select_related("referral__authority")
    if code:
        rows = rows.filter(code=code)
    if state == clocks.ClockState.OVERDUE:
        rows = rows.filter(_over(at))
    elif state == clocks.ClockState.DUE_SOON:
        rows = rows.filter(due_at__gte=at, warn_at__lte=at).exclude(_reduced(at))
    elif state == clocks.ClockState.ON_TIME:
        # What is late isn't on time whenever it warned; and so the index begins behind it.
        rows = rows.filter(due_at__gte=at, warn_at__gt=at).exclude(_reduced(at))
    unlocked = exceptional(actor, at=at).unlocked

    class Rows(CheckedRows):
        @staticmethod
        @override
        def keeps(row: Any) -> bool:
            hangs = row.child is not None or row.part is not None
            return not hangs or row.referral_id in unlocked or hanging_rows.restrictions_hold(row)

    hanging = Q(child__isnull=False) | Q(part__isnull=False)
    return hanging_rows.shown_with(Rows.of(hanging_rows.with_children(rows, hanging)), actor, at=at)


def _over(before: datetime | Given) -> Q:
    """Return the condition of clocks that are over before an instant (``clocks.counts_until``)."""
    return Q(due_at__lt=before) | _reduced(before)


def _reduced(before: datetime | Given) -> Q:
    return Q(code=ClockCode.C4, referral__target_due_at__lt=before)


def tells_its_day(at: datetime | Given) -> Q:
    """Return the condition of clocks whose end may be told: a birthday isn't until it is over (§2.3 Birthdays)."""
    return Q(on_birthday=False) | Q(due_at__lt=at)


def is_due(actor: Actor, *, before: datetime | Given, at: datetime) -> Q:
    """Return the condition of cases with a running clock that the actor may read and that is over before an instant."""
    running = running_clocks(actor, state=None, code=None, at=at).filter(_over(before), stopped_at=None)
    column, alike = _column(actor)
    if not alike:
        return Q(pk__in=running.values("referral"))
    due = Q(**{f"{column}__lt": before})
    # Single cases in which the actor reads more: named there, asked to sign, standing in.
    ties = exceptional(actor, at=at)
    more = ties.unlocked | ties.granted | ties.approver | {case for _, case, _ in ties.standing}
    return due | Q(pk__in=running.filter(referral__in=sorted(more)).values("referral")) if more else due


def is_late(actor: Actor, *, at: datetime) -> Q:
    """Return the condition of cases that are late to the actor: the list of deadlines has one of theirs as late."""
    return is_due(actor, before=at, at=at)


@dataclass(frozen=True, slots=True)
class Due:
    """The next deadline of a case: which, when; ``reduced``: the reduced date of the assessment (D226-2-4)."""

    code: ClockCode
    at: datetime
    reduced: bool = False


def next_of(cases: Collection[UUID], actor: Actor, *, at: datetime) -> dict[UUID, Due]:
    """Return the next deadline of each of some cases, among the clocks that the actor may read; one query."""
    next_by_case: dict[UUID, Due] = {}
    for clock in _NEXT.rows(actor, at=at, cases=list(cases)):
        until = clocks.counts_until(clock)
        earlier = next_by_case.get(clock.referral_id)
        if earlier is None or until < earlier.at:
            next_by_case[clock.referral_id] = Due(ClockCode(clock.code), until, reduced=until != clock.due_at)
    return next_by_case


def _next(actor: Actor, *, at: datetime) -> "QuerySet[Clock]":
    rows = running_clocks(actor, state=None, code=None, at=at)
    rows = rows.filter(AmongGiven("referral", "cases"), tells_its_day(at), stopped_at=None)
    rows = rows.order_by("due_at", "id")
    # No line tells when its authority works, nor more of its case than what is signed and when it is due.
    of_case = (f"referral__{name}" for name in (*Referral.counted(), "target_due_at"))
    return (
        rows.select_related(None).select_related("referral").only("code", "child", "part", "due_at", *of_case)
    )


_NEXT: Final = visibility.KeptByRights(_next)


def due_column(actor: Actor) -> str:
    """Return the column of a case by which a queue of the actor is sorted: of the clocks that all its ties may read.

    What one tie reads in its own cases must not be told by the order of another's (SEC-AZ21).
    """
    return _column(actor)[0]


def _column(actor: Actor) -> tuple[str, bool]:
    """Return that column, and whether it tells all: the actor reads the same clocks by each ordinary tie."""
    ordinary = [tie for tie in possible_ties(actor) if tie.relation is matrix.ORDINARY.get(tie.role)]
    whole: dict[UUID, frozenset[str]] = {}
    others: list[frozenset[str]] = []
    for tie in sorted(ordinary, key=lambda tie: not _is_whole(tie.role, tie.relation)):
        # Who executes measures knows nothing of those of others.
        serves = tie.relation is Relation.EXECUTING
        read = frozenset("A") if serves else matrix.reads_by(tie.role, tie.relation) & _CLOCKED
        for authority in {position.authority_id for position in actor.holding([tie.role])}:
            if _is_whole(tie.role, tie.relation):
                whole[authority] = whole.get(authority, frozenset()) | read
            elif serves or not read <= whole.get(authority, frozenset()):
                others.append(read)
    kinds = {*whole.values(), *others}
    common = frozenset.intersection(*kinds) if kinds else frozenset()
    column = "next_due_at"
    if "J" in common:
        column = "due_with_justice_at" if "I" in common else "due_with_measures_at"
    return column, len(kinds) == 1 and Relation.EXECUTING not in {tie.relation for tie in ordinary}


#: The classes of clocks.
_CLOCKED: Final = frozenset(one.access_class for one in deadlines.DEADLINES.values())


def _is_whole(role: Role, relation: Relation) -> bool:
    """Tell whether a relation gives a role all cases of an authority."""
    return relation is Relation.TERRITORY and role not in NARROWED
