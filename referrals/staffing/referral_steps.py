"""Step that names the referent or the executing service: T48."""

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from referrals.decisions import checks as decisions_checks
from referrals.decisions import effects as decisions_effects
from referrals.decisions import inputs as decisions_inputs
from referrals.models import Referral
from referrals.staffing import checks
from referrals.vocabulary.states import OPENED
from referrals.workflow import case_guards, decision_inputs, measure_types
from referrals.workflow import people as workflow_people
from referrals.workflow.case import Case
from referrals.workflow.referral_machine import step
from referrals.workflow.step import SAME, Theme


@step(
    "name_referent",
    number="T48",
    label=_("Désigner la ou le référent ASE"),
    source=OPENED,
    target=SAME,
    roles=[Role.CRIP_COORDINATOR, Role.ASE_INSPECTOR],
    checks=[
        case_guards.children_belong,
        workflow_people.people_may_be_named,
        checks.referent_is_not_of_team,
        measure_types.may_be_entrusted,
    ],
    effects=[workflow_people.name_referent],
    takes=decision_inputs.Naming,
    tells=["named"],
    law="CASF L223-1",
    theme=Theme.PEOPLE,
    changes_rights=True,
)
def name_referent(referral: Referral, step_input: decision_inputs.Naming, case: Case) -> None:
    """Name the social worker who follows the child."""


@step(
    "name_service",
    number="T48",
    label=_("Désigner le service"),
    source=OPENED,
    target=SAME,
    roles=[Role.CRIP_COORDINATOR, Role.ASE_INSPECTOR],
    guards=[decisions_checks.measure_may_be_handed_over],
    checks=[
        measure_types.service_is_habilitated,
        measure_types.service_is_not_the_deciders,
        measure_types.may_be_entrusted,
    ],
    effects=[decisions_effects.name_service],
    takes=decisions_inputs.NamingService,
    tells=["named"],
    law="CASF L223-1",
    data_class="J",
    theme=Theme.PEOPLE,
    changes_rights=True,
)
def name_service(referral: Referral, step_input: decisions_inputs.NamingService, case: Case) -> None:
    """Name the service that executes a measure."""
