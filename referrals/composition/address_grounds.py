"""Tells the directory which case may need a secret address, and of another person's approval (SEC-AZ26)."""

from datetime import datetime
from uuid import UUID

from accounts.actor import Actor
from directory.grounds import grounds
from referrals.access import case_ties, visibility
from referrals.emergency_search import approvals
from referrals.vocabulary import formats
from referrals.vocabulary.states import ACTIVE


def case_of(actor: Actor, reference: str, authority: UUID, at: datetime) -> UUID | None:
    """Return the pseudonym of an active case of an authority of which the actor reads the place of care (class K)."""
    meant = formats.read_reference(reference) or reference
    seen = visibility.visible_to(actor, at=at, drafts=False)
    cases = seen.filter(reference=meant, authority=authority, state__in=ACTIVE).values_list("pk", flat=True)
    pk = cases.first()
    case = visibility.one_case(actor, pk, at=at) if pk is not None else None
    if case is None or "K" not in case_ties.ties_of(case, actor).reads:
        return None
    return case.pseudonym


def use_approval(actor: Actor, authority: UUID, place: UUID, at: datetime) -> bool:
    """Use the approval that the officer on duty at an authority has, if any."""
    return approvals.use_for_address(authority, place, actor=actor, at=at)


grounds.case_of = case_of
grounds.use_approval = use_approval
