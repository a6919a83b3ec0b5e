"""Hand-over of a case: one person's assignments on it go to another, when somebody leaves (domain.md T13, T47, T48).

The hand-over of a leaver's cases is this step, case by case; the guards of T47 and T48 on the new person apply to each,
and a refused case keeps its people.
"""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from referrals.models import Referral
from referrals.staffing import checks, inputs
from referrals.staffing.checks import assignments_passed, field_of
from referrals.vocabulary.states import ANY, Machine
from referrals.workflow import people as workflow_people
from referrals.workflow.case import Case
from referrals.workflow.step import SAME, StepDecorator, Theme

if TYPE_CHECKING:
    from referrals.workflow.context import StepContext


step = StepDecorator(Machine.REFERRAL, Referral)


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


@step(
    "pass_on",
    number="X07",
    label=_("Transmettre à un collègue"),
    source=ANY,
    target=SAME,
    roles=[Role.SUPERVISOR, Role.ASSESSMENT_LEAD],
    guards=[checks.leaver_is_on_the_case],
    checks=[
        checks.taker_is_habilitated,
        checks.taker_has_no_conflict,
        checks.team_stays_multidisciplinary,
    ],
    effects=[pass_case_on],
    takes=inputs.PassOn,
    tells=["named"],
    law="CASF R221-8, D226-2-5",
    theme=Theme.PEOPLE,
    changes_rights=True,
)
def pass_on(referral: Referral, step_input: inputs.PassOn, case: Case) -> None:
    """Let one person take over what another was named for; what the leaver wrote stays."""
