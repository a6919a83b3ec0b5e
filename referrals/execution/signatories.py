"""Authorised second signatories, where the authority has said who holds the delegation (SIGNATORIES; 2S)."""

from typing import Final
from uuid import UUID

from accounts.actor import Actor
from accounts.models import Membership
from accounts.roles import Role
from core.languages import Text
from referrals.errors import InvalidInput
from referrals.workflow.case import Case
from referrals.workflow.context import StepInput
from referrals.workflow.step import Step

#: Who changes a restriction (T46).
RESTRICTING = (Role.CRIP_COORDINATOR, Role.ASE_INSPECTOR, Role.SUPERVISOR)


def list_changes_itself(case: Case, *, adding: frozenset[UUID] = frozenset()) -> bool:
    """Tell whether two of a restriction's list, and of those to be added, may still change it together (T46).

    Accounts are closed, roles end, people are excluded from the case.
    """
    barred = case.referral.exclusions.filter(lifted_at=None).values("user_id")
    memberships = Membership.objects.in_force(case.at).filter(
        authority_id=case.authority_id, role__in=RESTRICTING, user_id__in=case.on_list() | adding
    )
    left = set(memberships.exclude(user_id__in=barred).values_list("user_id", "role"))
    signing = set(USUAL) & set(case.protocol.signatories_decisions)
    signers = {user for user, role in left if role in signing}
    # Two people: one person in two roles isn't two (SEC-AZ12).
    return any(user != signer for user, _ in left for signer in signers)


#: Who signs where a step names nobody else (domain.md §2.2 Approver).
USUAL: Final = (Role.SUPERVISOR, Role.ASE_INSPECTOR)


def signers(step: Step, case: Case, reason: Text | None) -> tuple[Role, ...]:
    """Return the roles that may sign a step for this reason: those that it names, else the authority's signatories."""
    named = step.signers(reason)
    # Signers that a step names are the law's choice, and no setting of an authority changes them.
    if named != USUAL:
        return named
    chosen = getattr(case.protocol, step.signatories)
    return tuple(role for role in named if role in chosen)


def require_another(step_input: StepInput, actor: Actor) -> None:
    """Refuse who names themself, or whom they stand in for, as the second person where no signature is called for.

    One signature was asked for as two, and would read as such (SEC-AZ12).

    Raises:
        InvalidInput: names the field.
    """
    if step_input.get("approver") in {actor.user_id, actor.obo} - {None}:
        raise InvalidInput("approver")
