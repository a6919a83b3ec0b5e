"""The reviews of closings: those of one case, and those on a reviewer's list."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from accounts.actor import Actor
from accounts.roles import Role
from encryption.sealed import OpenScope
from referrals.access import hanging_rows, visibility
from referrals.access.relations import CaseAccess
from referrals.models import ClosureReview, Referral
from referrals.reading.fields import readable
from referrals.vocabulary.formats import labelled, moment
from referrals.vocabulary.states import ReviewState


def closure_reviews(referral: Referral, ties: CaseAccess, scope: OpenScope) -> list[dict[str, Any]]:
    """Return the reviews of the closings of a case; what a reviewer noted is for readers of D."""
    if "A" not in ties.reads:
        return []
    return [
        review_line(row) | readable(row, ties.reads & {"D"}, scope) for row in referral.closure_reviews.all()
    ]


def review_line(row: ClosureReview) -> dict[str, Any]:
    """Return a review of a closing, without what was noted."""
    return {
        "id": str(row.pk),
        "step": row.step,
        "state": labelled(ReviewState(row.state)),
        "opened_at": moment(row.opened_at),
        "due_at": moment(row.due_at),
        "decided_at": moment(row.decided_at),
        "closed_by": str(row.closed_by) if row.closed_by else None,
        "decided_by": str(row.decided_by) if row.decided_by else None,
    }


def reviews(actor: Actor, *, state: str, overdue: bool | None, at: datetime) -> "QuerySet[ClosureReview]":
    """Return the reviews on an actor's list: a supervisor's all, a coordinator's those of withdrawals (§2.2)."""
    as_supervisor = visibility.visible_as(actor, Role.SUPERVISOR, at=at)
    as_coordinator = visibility.visible_as(actor, Role.CRIP_COORDINATOR, at=at)
    rows = ClosureReview.objects.filter(
        Q(referral__in=as_supervisor.values("pk"))
        | Q(step="withdraw", referral__in=as_coordinator.values("pk")),
        state=state,
    )
    if overdue is not None:
        rows = rows.filter(due_at__lt=at) if overdue else rows.filter(due_at__gte=at)
    return hanging_rows.shown_with(rows, actor, at=at)
