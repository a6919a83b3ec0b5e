"""Who may give a second signature, once the authority has said who holds the delegation (SIGNATORIES; 2S)."""

from typing import Final

from accounts.roles import Role
from referrals.workflow.case import Case
from referrals.workflow.declare import Step
from referrals.workflow.states import Machine

#: Who signs where a step names nobody else (domain.md §2.2 Approver).
USUAL: Final = (Role.SUPERVISOR, Role.ASE_INSPECTOR)
#: Closings of the first analysis; the others are decisions.
FIRST_ANALYSIS: Final = ("reorient", "attach_existing")


def signers(step: Step, case: Case, reason: str | None) -> tuple[Role, ...]:
    """Return the roles that may sign a step for this reason: those that it names, else the authority's signatories."""
    named = step.signers(reason)
    if named != USUAL:
        return named
    first = step.machine is Machine.REFERRAL and step.name in FIRST_ANALYSIS
    chosen = case.protocol.signatories_first_analysis if first else case.protocol.signatories_decisions
    return tuple(role for role in named if role in chosen)
