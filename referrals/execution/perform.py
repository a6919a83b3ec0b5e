"""Performs one declared step: the one entry point for the API, the pages and the service itself.

Order of an unsafe request (design.md): visible (404) → Idempotency-Key → version (428, 412) → role (403) → state and
guards (409) → body (400) → second signature → effects, deadlines, record, entry. ``at`` is the instant of the act
(UTC), read once at the edge: nothing here reads a clock.
"""

from contextlib import nullcontext
from datetime import datetime

from accounts.actor import Actor
from referrals.access import child_sight, row_level_security
from referrals.execution.approvals import ask_approval
from referrals.execution.preconditions import (
    NOT_EXPECTED,
    StepRequest,
    case_for,
    locked,
    parse,
    require_checks,
    require_version,
    resolve_input,
    second_signature,
)
from referrals.execution.results import StepResult
from referrals.execution.runner import run_step
from referrals.execution.signatories import require_another
from referrals.workflow.step import RECEIVER, require_proof


def perform(asked: StepRequest, *, actor: Actor, at: datetime) -> StepResult:
    """Carry out one declared step: lock, ask, do, write down. All of it, or nothing.

    Where the law asks for two persons nothing moves yet: an approval opens, and its id is in the answer.

    Raises:
        NotVisible: absent, or not for this actor's eyes; the two look the same.
        MissingVersion, StaleVersion: see ``require_version``.
        NotAllowed: visible, but this role or relation doesn't perform this step.
        WrongState: the step doesn't start from the present state.
        GuardRefused: a condition of the step isn't met; names the rule and its law.
        ApproverRefused: two must sign, and no fit second person is named.
        StepUpRequired: the step is grave, and the last proof of the session is too old.
        serializers.ValidationError: the body; every fault of it.
    """
    # An authority that was asked to take a case over decides on rows that are another's: all of the act is done beyond
    # the rule that keeps them apart, and the act alone; its answer is given within it.
    with row_level_security.beyond() if RECEIVER in asked.step.sides else nullcontext():
        return _perform(asked, actor=actor, at=at)


def _perform(asked: StepRequest, *, actor: Actor, at: datetime) -> StepResult:
    referral, ties = locked(asked.referral_id, actor=actor, at=at, step=asked.step)
    # After visibility: 412 for a hidden case would tell that it exists (SEC-AZ5). A filer is asked for none, for the
    # version tells how much was written since (SEC-AZ9).
    require_version(referral, NOT_EXPECTED if ties.coarse else asked.version)
    sight = child_sight.sight_of(referral, ties, actor)
    # Role, state and guards before the body: who may not do the step isn't told what its body must hold.
    case = case_for(asked, referral, sight, actor=actor, at=at)
    # A fresh proof is asked of who could do the step, and of nobody who is refused anyway (SEC-AU6).
    require_proof(asked.step, actor, at=at)
    # Hidden ids are replaced in valid data, so that a faulty body gets the same errors whatever it names (SEC-AZ20).
    step_input = resolve_input(asked.step, parse(asked.step, asked.body), referral, sight)
    require_checks(asked.step, case, step_input, ties)
    # Last: a second person is asked only for what could be done now. When they sign, all of it is asked again.
    if (reason := second_signature(asked.step, case, step_input)) is not None:
        opened = ask_approval(asked, case, step_input, reason=reason)
        return StepResult(referral=referral, approval=opened.pk)
    require_another(step_input, case.actor)
    act = run_step(asked.step, case, step_input)
    row_id = act.made.pk if act.made is not None else None
    return StepResult(referral=referral, made=row_id, warnings=tuple(act.warnings))
