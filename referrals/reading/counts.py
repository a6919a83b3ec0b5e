"""Counts beside the list of cases: how many of each kind, and how many await a signature.

Counts name no case. Both follow the same visibility rule as the list itself.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, cast

from django.db.models import Count, DateTimeField, Exists, OuterRef, Q, QuerySet

from accounts.actor import Actor
from core.kept_queries import Given
from referrals.access import case_ties, child_sight, hanging_rows, visibility
from referrals.models import Approval, Child, Referral
from referrals.reading import approvals, clocks
from referrals.vocabulary.states import ACTIVE, ApprovalState, Urgency

#: Urgencies that count as urgent on the queue.
URGENT = (Urgency.U2, Urgency.U3)


@dataclass(slots=True)
class Counts:
    """How many cases are open, urgent, called about without an answer, and how many are in each state.

    ``overdue``: how many have a deadline that is over, closed ones too: some clocks outlive the closing.
    """

    total: int = 0
    overdue: int = 0
    urgent: int = 0
    calls: int = 0
    by_state: Counter[str] = field(default_factory=Counter)
    by_urgency: Counter[str] = field(default_factory=Counter)


def counts(actor: Actor, *, at: datetime) -> Counts:
    """Count the open cases that the actor reads the shell of; a filer's own filings are none of these."""
    totals = Counts()
    for row in _COUNTED.rows(actor, at=at, now=at):
        totals.overdue += row["late"]
        if row["state"] not in ACTIVE:
            continue
        totals.total += row["count"]
        totals.calls += row["calls"]
        totals.urgent += row["count"] if row["urgency"] in URGENT else 0
        totals.by_state[row["state"]] += row["count"]
        totals.by_urgency[row["urgency"]] += row["count"]
    return totals


def _counted(actor: Actor, *, at: datetime) -> "QuerySet[Referral, dict[str, Any]]":
    late = clocks.is_due(actor, before=Given("now", DateTimeField()), at=at)
    cases = Referral.objects.filter(visibility.counted_with(actor, "A", at=at)).order_by()
    counted: Any = (
        cases.filter(Q(state__in=ACTIVE) | late)
        .values("state", "urgency")
        .annotate(
            count=Count("pk"),
            calls=Count("pk", filter=Q(alert_open=True)),
            late=Count("pk", filter=late),
        )
    )
    return cast("QuerySet[Referral, dict[str, Any]]", counted)


_COUNTED: Final = visibility.KeptByRights(_counted)


def awaiting_signature(actor: Actor, *, at: datetime) -> list[Approval]:
    """Return the steps that the actor is asked to sign, the first to lapse first.

    Of cases and children that the actor sees: what hangs on a child who is restricted to others isn't listed.
    """
    cases = visibility.visible_to(actor, at=at, drafts=False)
    rows = hanging_rows.shown_with(
        hanging_rows.with_children(
            Approval.objects.filter(
                approver=actor.user_id,
                state=ApprovalState.REQUESTED,
                expires_at__gt=at,
                referral__in=cases.values("pk"),
            )
        )
        .annotate(hides=Exists(Child.objects.filter(referral=OuterRef("referral"), restricted=True)))
        .select_related("proposer")
        .order_by("expires_at", "id"),
        actor,
        at=at,
    )

    def seen(row: Approval) -> bool:
        case = cases.get(pk=row.referral_id)
        return approvals.approvals_seen(
            case, child_sight.sight_of(case, case_ties.ties_of(case, actor), actor)
        )(row)

    return [row for row in rows if (not row.hides and hanging_rows.restrictions_hold(row)) or seen(row)]
