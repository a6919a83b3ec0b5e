"""Recurring work of destruction: proposes batches, removes files from them, carries out executed ones (T41).

Each file is a transaction of its own under its lock, so that a fault at one leaves the others done; the work is
idempotent. Nothing is destroyed by its age alone: only what is in a batch that two persons approved.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from django.db.models import F, Q, QuerySet

from accounts.actor import SYSTEM
from accounts.models import Authority
from outbox.scheduler import recurring
from referrals.access.row_level_security import for_the_service
from referrals.execution.runner import run_step
from referrals.models import Clock, Referral, RetentionBatch, RetentionLine
from referrals.policy.definitions import protocol_of
from referrals.retention import batches, elimination
from referrals.retention.batch_leaving import drop, reason_to_drop
from referrals.retention.batches import Paper
from referrals.retention.guards import joined_filings_went_first
from referrals.vocabulary.deadlines import ClockCode
from referrals.vocabulary.oversight import DropReason
from referrals.vocabulary.states import OPEN_BATCH, BatchState, Machine, State
from referrals.workflow.case import Case
from referrals.workflow.context import StepInput
from referrals.workflow.step import steps

LEFT = Q(dropped_at=None, purged_at=None)


@recurring("batches:proposed", every=timedelta(hours=1), lease=timedelta(hours=1))
def propose(at: datetime) -> int:
    """Propose to each authority, once a month of its own calendar, the files whose time is over; return how many."""
    return sum(_propose(authority, at) for authority in Authority.objects.order_by("code"))


def _propose(authority: Authority, at: datetime) -> int:
    month = at.astimezone(ZoneInfo(authority.timezone)).date().replace(day=1)
    with for_the_service():
        if RetentionBatch.objects.filter(authority=authority, month=month).exists():
            return 0
        ids = [pk for pk in _over(authority, month, at) if _is_open(pk, at)]
        if not ids:
            return 0
        batch = RetentionBatch(authority=authority, month=month, proposed_at=at)
        paper = Paper(batch, actor=SYSTEM, at=at, seen=Referral.objects.none())
        batches.runner.run_step(steps.get(Machine.BATCH, "propose"), paper, StepInput())
        RetentionLine.objects.bulk_create([RetentionLine(batch=batch, referral_id=pk) for pk in ids])
        return len(ids)


def _over(authority: Authority, month: date, at: datetime) -> list[UUID]:
    """Return the archived cases whose clock of keeping is over, those of another batch left out.

    What the archives refused to let go isn't put before them again before the authority's delay.
    """
    months = protocol_of(authority, at).retention_refusal_months
    open_ = Q(batch__state__in=(*OPEN_BATCH, BatchState.EXECUTED))
    refused = Q(batch__state=BatchState.REFUSED, batch__refused_on__gt=month - relativedelta(months=months))
    standing = RetentionLine.objects.filter(open_ | refused, dropped_at=None, batch__authority=authority)
    running = Clock.objects.filter(code=ClockCode.C20, stopped_at=None)
    over = Q(pk__in=running.filter(due_at__lt=at).values("referral"))
    # Archived before there was such a clock: its rule is asked of the case itself, as of all others afterwards.
    over |= ~Q(pk__in=running.values("referral"))
    cases = Referral.objects.filter(over, authority=authority, state=State.ARCHIVED, legal_hold=False)
    cases = cases.exclude(pk__in=standing.values("referral"))
    return list(cases.order_by("archived_at", "pk").values_list("pk", flat=True))


def _is_open(pk: UUID, at: datetime) -> bool:
    referral = Referral.objects.select_related("authority").get(pk=pk)
    return reason_to_drop(Case(referral, actor=SYSTEM, at=at)) is None


@recurring("batches:rechecked", every=timedelta(hours=1))
def recheck(at: datetime) -> int:
    """Drop from their batches the files that must stay by now (S11: a new filing about the child); return how many.

    Most leave at once, with the act that makes them stay; here is what no act on the file itself tells of.
    """
    return sum(_recheck(referral, at) for _, referral in _left((*OPEN_BATCH, BatchState.EXECUTED)))


def _recheck(pk: UUID, at: datetime) -> bool:
    with for_the_service():
        case = Case(Referral.objects.select_for_update().get(pk=pk), actor=SYSTEM, at=at)
        return drop(case, reason_to_drop(case))


@recurring("cases:purged", every=timedelta(minutes=1))
def purge_executed(at: datetime) -> int:
    """Destroy the files of executed batches (T41); return how many.

    Filings that were joined to a file go before it, as often round as it takes; a file that is left because one of
    its filings must stay leaves the batch with it.
    """
    left, done = _left([BatchState.EXECUTED]), 0
    while left:
        waiting = [(line, pk) for line, pk in left if _purge(line, pk, at) is False]
        done += len(left) - len(waiting)
        if len(waiting) == len(left):
            for _, pk in waiting:
                _leave_out(pk, at)
            break
        left = waiting
    return done


def _purge(line_id: UUID, pk: UUID, at: datetime) -> bool | None:
    """Destroy one file under its lock, all guards asked again; None: it left its batch, False: a filing goes first."""
    step = steps.get(Machine.REFERRAL, "purge")
    with for_the_service():
        # Committed by itself: what the key store knows of a destruction, this database has announced (SEC-CR12).
        elimination.announce(Referral.objects.get(pk=pk), at=at)
    with for_the_service():
        referral = Referral.objects.select_for_update().get(pk=pk)
        line = RetentionLine.objects.select_for_update().filter(LEFT, pk=line_id).first()
        case = Case(referral, actor=SYSTEM, at=at)
        refused = next((rule for rule in step.guards if rule(case, None)), None)
        if refused is joined_filings_went_first:
            return False
        if refused is not None or line is None or referral.state not in step.source:
            drop(case, reason_to_drop(case))
            return None
        destroy(referral, at=at)
        line.purged_at = referral.purged_at
        line.save(update_fields=["purged_at"])
        return True


def destroy(referral: Referral, *, at: datetime, rule: str = "") -> None:
    """Leave of a case its tombstone alone: rows, keys, name in the journal. Who calls has asked the guards.

    Raises:
        KeysUnavailable, LedgerUnavailable: see ``elimination``.
    """
    step = steps.get(Machine.REFERRAL, "purge")
    elimination.destroy_rows(referral)
    emptied = Case(referral, actor=SYSTEM, at=at)
    emptied.step_name = step.name
    run_step(step, emptied, StepInput())
    elimination.destroy_the_rest(referral, at=at, rule=rule)


def _leave_out(pk: UUID, at: datetime) -> None:
    with for_the_service():
        drop(
            Case(Referral.objects.select_for_update().get(pk=pk), actor=SYSTEM, at=at), DropReason.FILING_LEFT
        )


def _left(states: Iterable[str]) -> list[tuple[UUID, UUID]]:
    with for_the_service():
        rows: QuerySet[RetentionLine] = RetentionLine.objects.filter(LEFT, batch__state__in=list(states))
        return list(rows.order_by(F("referral__archived_at")).values_list("pk", "referral"))
