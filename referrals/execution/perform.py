"""Performs one declared step: the one entry point for the API, the pages and the service itself.

The order is that of ``preconditions.CHECKS``; then the second signature, or the step itself with its effects,
deadlines, record and entry. ``at`` is the instant of the act (UTC), read once at the edge: nothing here reads a clock.
"""

from contextlib import nullcontext
from datetime import datetime

from accounts.actor import Actor
from referrals.access import row_level_security
from referrals.execution.approvals import ask_approval
from referrals.execution.preconditions import CHECKS, Attempt, StepRequest, second_signature
from referrals.execution.runner import StepResult, run_step
from referrals.execution.signatories import require_another
from referrals.workflow.step import RECEIVER


def perform(request: StepRequest, *, actor: Actor, at: datetime) -> StepResult:
    """Carry out one declared step: lock, check, do, record. All of it, or nothing.

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
    step, attempt = request.step, Attempt(request, actor, at)
    # An authority that was asked to take a case over decides on rows that are another's: all of the act is done beyond
    # the rule that keeps them apart, and the act alone; its answer is given within it.
    with row_level_security.beyond() if RECEIVER in step.sides else nullcontext():
        for check in CHECKS:
            check(attempt)
        case, step_input = attempt.case, attempt.step_input
        # A second person is asked only for what could be done now. When they sign, all of it is asked again.
        if (reason := second_signature(step, case, step_input)) is not None:
            opened = ask_approval(request, case, step_input, reason=reason)
            return StepResult(referral=case.referral, approval=opened.pk)
        require_another(step_input, case.actor)
        act = run_step(step, case, step_input)
        row_id = act.made.pk if act.made is not None else None
        return StepResult(referral=case.referral, made=row_id, warnings=tuple(act.warnings))
