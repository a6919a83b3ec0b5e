"""The deadlines that an actor reads, of one case and of all: each clock with its standing."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, override
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.actor import Actor
from encryption.authentic import CheckedRows
from referrals.access import hanging_rows, matrix, visibility
from referrals.access.child_sight import Sight
from referrals.access.exceptions import exceptional
from referrals.access.matrix import Relation
from referrals.models import Clock, Referral
from referrals.policy.definitions import protocol_of
from referrals.policy.working_time import Calendar, calendar_of
from referrals.reading.seen_rows import hanging_on
from referrals.vocabulary.deadlines import ClockCode
from referrals.vocabulary.labels import labelled, moment
from referrals.workflow import deadlines


def clock_line(clock: Clock, calendar: Calendar, *, at: datetime, runs: bool = False) -> dict[str, Any]:
    """Return one clock with its standing at ``at``, and the last working day before an end on a day off.

    ``runs`` shows it as running, whatever stopped it: to whoever filed, an answer withheld looks like one that is
    awaited, for the stop would tell them of the reason.
    """
    if runs:
        clock.stopped_at = None
    return {
        "code": clock.code,
        "label": ClockCode(clock.code).labels_by_language,
        "started_at": moment(clock.started_at),
        "due_at": moment(clock.due_at),
        "working_day_before": moment(deadlines.working_day_before(clock, calendar)),
        "stopped_at": moment(clock.stopped_at),
        "state": labelled(deadlines.state_of(clock, at)),
        "statutory": clock.statutory,
        "child": str(clock.child) if clock.child else None,
        "part": str(clock.part) if clock.part else None,
    }


def clocks_of(referral: Referral, sight: Sight, *, at: datetime) -> list[dict[str, Any]]:
    """Return the clocks that the actor may read; a filer sees C5 alone (domain.md §4.8)."""
    ties = sight.ties
    if ties.coarse:
        wanted, runs = referral.clocks.filter(code="C5"), not referral.filer_answered
        if referral.withdrawn_at:
            wanted, runs = wanted.filter(stopped_at=referral.withdrawn_at), False
    else:
        wanted, runs = referral.clocks.filter(access_class__in=ties.reads), False
    calendar = calendar_in_force(referral, at=at)
    seen = hanging_on(referral, sight)
    return [
        clock_line(clock, calendar, at=at, runs=runs)
        for clock in wanted
        if seen(clock.access_class, clock.child, clock.part)
    ]


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
    if state == deadlines.ClockState.OVERDUE:
        rows = rows.filter(due_at__lt=at)
    elif state == deadlines.ClockState.DUE_SOON:
        rows = rows.filter(due_at__gte=at, warn_at__lte=at)
    elif state == deadlines.ClockState.ON_TIME:
        # What is late isn't on time whenever it warned; and so the index begins behind it.
        rows = rows.filter(due_at__gte=at, warn_at__gt=at)
    unlocked = exceptional(actor, at=at).unlocked

    class Rows(CheckedRows):
        @staticmethod
        @override
        def keeps(row: Any) -> bool:
            hangs = row.child is not None or row.part is not None
            return not hangs or row.referral_id in unlocked or hanging_rows.restrictions_hold(row)

    return hanging_rows.shown_with(Rows.of(hanging_rows.with_children(rows)), actor, at=at)


def late_clocks(actor: Actor, *, at: datetime) -> "QuerySet[Clock]":
    """Return those that make a case late to the actor: over, still running, and one on which somebody has to act."""
    over = running_clocks(actor, state=deadlines.ClockState.OVERDUE, code=None, at=at)
    return over.filter(stopped_at=None).exclude(code__in=deadlines.SILENT)


def is_late(actor: Actor, *, at: datetime) -> Q:
    """Return the condition of cases that are late to the actor.

    Their shell counts too: it has the reduced date of an assessment, on which no clock ends (D226-2-4).
    """
    return Q(next_due_at__lt=at) | Q(pk__in=late_clocks(actor, at=at).values("referral"))


def late_since(cases: Collection[UUID], actor: Actor, *, at: datetime) -> dict[UUID, datetime]:
    """Return since when some cases are late by a clock that the actor may read; those that aren't are left out."""
    rows = late_clocks(actor, at=at).filter(referral__in=cases).order_by("-due_at")
    return {clock.referral_id: clock.due_at for clock in rows}
