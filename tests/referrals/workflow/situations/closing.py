"""Situations of closings: their review by another person, and opening a case again."""

from datetime import timedelta
from typing import Any

from referrals.models import ClosureReview
from tests.referrals.workflow.kit import AT, Kit
from tests.referrals.workflow.situations.saying import Body, case_is, said, situation

EARLIER = (AT - timedelta(days=1)).isoformat()


@situation(
    "referral", "reopen",
    withdrawal_was_one=said(ground="withdrawal", learnt_at=None),
    archived_from_a_closing=case_is(state="archived", archived_from="transferred"),
    fact_is_new=said(learnt_at=(AT - timedelta(days=3)).isoformat()),
)  # fmt: skip
def _reopen(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "not_qualified")
    kit.put(closed_at=AT - timedelta(days=2))
    return kit, {"reason": "Nouvel appel de l'école.", "ground": "new_fact", "learnt_at": EARLIER}


def _reviewed_by_who_closed(kit: Kit, body: Body) -> None:
    kit.case.closure_reviews.update(closed_by=kit.user("supervisor"))


def _reviewed_by_a_coordinator(kit: Kit, body: Body) -> None:
    kit.who = "crip_coordinator"


@situation(
    "review", "confirm",
    another_than_who_closed=_reviewed_by_who_closed, coordinators_review_withdrawals=_reviewed_by_a_coordinator,
)  # fmt: skip
def _confirm(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "not_qualified", who="supervisor")
    kit.put(closed_at=AT)
    kit.part = kit.fill.row(
        ClosureReview,
        step="reorient",
        closed_by=kit.user("crip_coordinator_2"),
        opened_at=AT,
        due_at=AT,
        reason=None,
    )
    return kit, {"note": "Vu."}


@situation("referral", "hold", no_hold=case_is(legal_hold=True))
def _hold(world: Any) -> tuple[Kit, Body]:
    return Kit(world, "ended", who="dpo"), {"reason": "Procédure en cours."}


@situation("referral", "release_hold", is_on_hold=case_is(legal_hold=False))
def _release(world: Any) -> tuple[Kit, Body]:
    kit = Kit(world, "archived", who="supervisor")
    kit.put(legal_hold=True)
    return kit, {"reason": "Procédure terminée."}
