"""Counts beside the list of cases: how many of each kind, and how many await a signature.

Counts name no case. Both follow the same visibility rule as the list itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from django.db.models import DateTimeField, Exists, IntegerField, OuterRef, QuerySet, Subquery

from accounts.actor import Actor
from accounts.models import User
from core.compiled_queries import Given
from referrals.access import case_ties, child_sight, hanging_rows, visibility
from referrals.models import Approval, Child, Referral
from referrals.reading import approvals, clocks
from referrals.vocabulary.states import ACTIVE, ApprovalState, State, Urgency

#: So far cases are counted: who has more reads "1000+". What an index finds first takes a millisecond; to count all
#: cases of a large authority took longer than the rest of the page.
MOST: Final = 1_000
#: What is counted by itself.
STATES: Final = (
    State.SUBMITTED,
    State.TRIAGE,
    State.QUALIFIED,
    State.IN_ASSESSMENT,
    State.REPORT_SUBMITTED,
)
URGENCIES: Final = (Urgency.U3, Urgency.U2)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many cases are open, in some states, of some urgency: each up to ``MOST`` + 1; and all called about in vain.

    ``overdue``: how many have a deadline that is over, closed ones too: some clocks outlive the closing.
    """

    total: int
    overdue: int
    calls: int
    by_state: Mapping[str, int]
    by_urgency: Mapping[str, int]


def counts(actor: Actor, *, at: datetime) -> Counts:
    """Count the open cases that the actor reads the shell of; a filer's own filings are none of these."""
    row = next(iter(_COUNTED.rows(actor, at=at, now=at)), {})
    return Counts(
        total=row.get("total", 0),
        overdue=row.get("overdue", 0),
        calls=row.get("calls", 0),
        by_state={state: row.get(state, 0) for state in STATES},
        by_urgency={urgency: row.get(urgency, 0) for urgency in URGENCIES},
    )


class _RowsOf(Subquery):
    """How many rows a query has; of a sliced one no more are read than it asks for."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()
    empty_result_set_value: Any = 0


def _counted(actor: Actor, *, at: datetime) -> "QuerySet[User, dict[str, Any]]":
    cases = Referral.objects.filter(visibility.counted_with(actor, "A", at=at)).order_by()
    active = cases.filter(state__in=ACTIVE)
    bounded: dict[str, QuerySet[Referral]] = {
        "total": active,
        "overdue": cases.filter(clocks.is_due(actor, before=Given("now", DateTimeField()), at=at)),
        **{str(state): cases.filter(state=state) for state in STATES},
        **{str(urgency): active.filter(urgency=urgency) for urgency in URGENCIES},
    }
    numbers = {name: _RowsOf(rows.values("pk")[: MOST + 1]) for name, rows in bounded.items()}
    numbers["calls"] = _RowsOf(active.filter(alert_open=True).values("pk"))
    people: Any = User.objects  # its row stands for the one that SQL needs
    return cast(
        "QuerySet[User, dict[str, Any]]", people.filter(pk=actor.user_id).order_by().values(**numbers)
    )


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
