"""Effects of passing a case on."""

from typing import TYPE_CHECKING

from referrals.staffing.checks import assignments_passed, field_of
from referrals.workflow import people as workflow_people

if TYPE_CHECKING:
    from referrals.workflow.context import StepContext


def pass_case_on(act: "StepContext") -> None:
    """End the leaver's assignments in this role, and put the other person on the case for the same (X07)."""
    step_input, case = act.step_input, act.case
    field, theirs = field_of(case, step_input), assignments_passed(case, step_input)
    for assignment in theirs:
        act.change(assignment, until_at=act.at)
    case.forget("assignments")
    for assignment in theirs:
        workflow_people.put_on_case(
            act,
            step_input.user,
            step_input.role,
            field=field,
            waiver=step_input.waiver,
            child=assignment.child_id,
        )
