"""Recurring work of retention: archives closed cases, deletes drafts that nobody submits (domain.md §7.3).

Each case is a transaction of its own, so that a fault at one leaves the others done; the work is idempotent. Each
function takes the instant and returns how many cases it moved: the signature of recurring work.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from accounts import replays
from accounts.actor import SYSTEM
from audit import journal
from audit.events import Purpose, register
from outbox.scheduler import recurring
from referrals.access.row_level_security import for_the_service
from referrals.attachments import storage
from referrals.execution.runner import run_step
from referrals.models import PARTS, Concern, Referral
from referrals.policy.definitions import protocol_of
from referrals.retention import elimination
from referrals.vocabulary.states import CLOSED, Machine, State
from referrals.workflow.case import Case
from referrals.workflow.context import StepInput
from referrals.workflow.step import steps

EXPIRED = "draft:expired"
register(EXPIRED)
#: No authority keeps less than this in its active base; younger closings need no look (``retention_…_months``).
SHORTEST = timedelta(days=180)


@recurring("cases:archived", every=timedelta(hours=1))
def archive_due(at: datetime) -> int:
    """Archive the closed cases whose time in the active base is over (T39)."""
    closed = Referral.objects.filter(state__in=CLOSED, legal_hold=False, closed_at__lt=at - SHORTEST)
    return sum(_archive(pk, at) for pk in _ids(closed.values_list("pk", flat=True)))


def _archive(pk: UUID, at: datetime) -> bool:
    step = steps.get(Machine.REFERRAL, "archive")
    with for_the_service():
        referral = Referral.objects.select_for_update().get(pk=pk)
        case = Case(referral, actor=SYSTEM, at=at)
        case.step_name = step.name
        if str(referral.state) not in step.source or any(guard(case, None) for guard in step.guards):
            return False
        run_step(step, case, StepInput())
        return True


@recurring("drafts:expired", every=timedelta(hours=1))
def expire_drafts(at: datetime) -> int:
    """Delete the drafts that nobody submitted in time, their keys first (DRAFT_DAYS)."""
    oldest = at - timedelta(days=protocol_of(None, at).draft_days)
    over = Q(draft_expires_at__lt=at) | Q(draft_expires_at=None, created_at__lt=oldest)
    drafts = Referral.objects.filter(over, state=State.DRAFT)
    return sum(_expire(pk, at) for pk in _ids(drafts.values_list("pk", flat=True)))


def _expire(pk: UUID, at: datetime) -> bool:
    drafts = Referral.objects.filter(pk=pk, state=State.DRAFT)
    with for_the_service():
        if (waiting := drafts.first()) is not None:
            elimination.announce(waiting, at=at)
    with for_the_service():
        draft = drafts.select_for_update().first()
        if draft is None:
            return False
        journal.record(EXPIRED, actor=SYSTEM, at=at, objects=[draft.pseudonym], purpose=Purpose.MAINTENANCE)
        destroy_draft(draft, at=at)
        return True


def destroy_draft(draft: Referral, *, at: datetime, rule: str = "") -> None:
    """Destroy a draft whole: rows, files, keys, what is remembered of requests, name in the journal.

    Raises:
        KeysUnavailable, LedgerUnavailable: see ``elimination``.
    """
    storage.release_all(draft)
    draft.attachments.all().delete()
    for name in PARTS:
        getattr(draft, name).all().delete()
    Concern.objects.filter(referral=draft).delete()
    draft.steps.all().delete()
    replays.forget(draft.pk)
    elimination.shred_keys(draft, at=at, rule=rule)
    draft.delete()


def _ids(found: Iterable[UUID]) -> list[UUID]:
    with for_the_service():
        return list(found)
