"""Hand-over of a case: one person's assignments on it go to another, when somebody leaves (domain.md T13, T47, T48).

The hand-over of a leaver's cases is this step, case by case; the guards of T47 and T48 on the new person apply to each,
and a refused case keeps its people.
"""

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from referrals.models import Referral
from referrals.staffing import checks, effects, inputs
from referrals.vocabulary.states import ANY, Machine
from referrals.workflow.case import Case
from referrals.workflow.step import SAME, StepDecorator, Theme

step = StepDecorator(Machine.REFERRAL, Referral)


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
    effects=[effects.pass_case_on],
    takes=inputs.PassOn,
    tells=["named"],
    law="CASF R221-8, D226-2-5",
    theme=Theme.PEOPLE,
    changes_rights=True,
)
def pass_on(referral: Referral, step_input: inputs.PassOn, case: Case) -> None:
    """Let one person take over what another was named for; what the leaver wrote stays."""
