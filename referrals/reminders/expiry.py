"""Expiry: an unanswered question expires, and owed feedback becomes overdue.

Each is a step by the service itself, under the lock of its case and in a transaction of its own, so that it may be
interrupted and resumed. Neither blocks anything (domain.md §2.8 no. 11).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from accounts.actor import SYSTEM
from outbox.scheduler import recurring
from referrals.access import row_level_security
from referrals.execution.runner import run_step
from referrals.models import Clock, FeedbackTask, Referral
from referrals.vocabulary.deadlines import ClockCode
from referrals.vocabulary.states import OPENED, FeedbackState, Machine, RequestState
from referrals.workflow.case import Case
from referrals.workflow.context import StepInput
from referrals.workflow.machines import MACHINES
from referrals.workflow.step import steps


@contextmanager
def _locked(referral_id: UUID, at: datetime) -> Iterator[Case]:
    with row_level_security.for_the_service():
        referral = Referral.objects.select_for_update().get(pk=referral_id)
        yield Case(referral, actor=SYSTEM, at=at)


@recurring("requests:expired", every=timedelta(minutes=5))
def expire_requests(at: datetime) -> int:
    """Let every open request whose delay is over expire (T09, by the system); return how many did."""
    with row_level_security.for_the_service():
        over = Clock.objects.filter(code=ClockCode.C6, stopped_at=None, due_at__lt=at)
        waiting = list(over.values_list("referral_id", "part"))
    return sum(_expire(referral_id, part, at) for referral_id, part in waiting if part is not None)


def _expire(referral_id: UUID, request: UUID, at: datetime) -> bool:
    with _locked(referral_id, at) as case:
        still = case.referral.information_requests.filter(pk=request, state=RequestState.OPEN).exists()
        if not still or case.referral.state not in OPENED:
            return False
        case.step_name = "info_expired"
        run_step(steps.get(Machine.REFERRAL, case.step_name), case, StepInput(request=request, reason=""))
        return True


@recurring("feedbacks:overdue", every=timedelta(minutes=5))
def mark_overdue(at: datetime) -> int:
    """Let every answer owed whose delay is over fall overdue (F03); return how many did."""
    with row_level_security.for_the_service():
        late = FeedbackTask.objects.filter(state=FeedbackState.DUE, due_at__lt=at)
        waiting = list(late.values_list("referral_id", "pk"))
    return sum(_fall_overdue(referral_id, task, at) for referral_id, task in waiting)


def _fall_overdue(referral_id: UUID, task: UUID, at: datetime) -> bool:
    with _locked(referral_id, at) as case:
        case.part = case.referral.feedback_tasks.filter(pk=task, state=FeedbackState.DUE).first()
        if case.part is None or case.referral.state not in MACHINES[Machine.FEEDBACK].while_in:
            return False
        case.step_name = "fall_overdue"
        run_step(steps.get(Machine.FEEDBACK, case.step_name), case, StepInput())
        return True
