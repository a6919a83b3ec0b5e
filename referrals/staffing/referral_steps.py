"""Steps that say who looks after a case: T48 (referent, executing service), X13 (within the cell)."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from referrals.decisions import checks as decisions_checks
from referrals.decisions import effects as decisions_effects
from referrals.decisions import inputs as decisions_inputs
from referrals.models import Referral
from referrals.staffing import checks
from referrals.vocabulary.role_sets import IN_CELL
from referrals.vocabulary.states import ACTIVE, OPENED
from referrals.workflow import case_guards, decision_inputs, measure_types
from referrals.workflow import people as workflow_people
from referrals.workflow.case import Case
from referrals.workflow.inputs import Nothing
from referrals.workflow.referral_machine import step
from referrals.workflow.step import SAME, Theme

if TYPE_CHECKING:
    from referrals.workflow.context import StepContext


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


def take_in_charge(act: "StepContext") -> None:
    """Put the actor in charge for the cell, in the role in which they act; a colleague of the cell is so no more."""
    for assignment in act.case.assignments:
        if assignment.role in IN_CELL:
            act.change(assignment, until_at=act.at)
    act.case.forget("assignments")
    if act.actor.user_id is not None:
        workflow_people.put_on_case(act, act.actor.user_id, act.actor.role)


@step(
    "take_charge",
    number="X13",
    label=_("Prendre le dossier en charge"),
    source=ACTIVE,
    target=SAME,
    roles=IN_CELL,
    guards=[checks.is_not_in_charge_yet],
    effects=[take_in_charge],
    takes=Nothing,
    law="CASF L226-3",
    data_class="A",
    theme=Theme.PEOPLE,
)
def take_charge(referral: Referral, step_input: Nothing, case: Case) -> None:
    """Say that one looks after the case for the cell: colleagues see who does, and nobody reads more or less by it."""
