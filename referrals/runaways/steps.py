"""Steps of a runaway, a return and an emergency shelter: T36–T38.

The emergency sheet says what the person who finds the child must know; the authorities named in the step read it while
the child is missing, and nothing else of the case (domain.md §2.2, note 3).
"""

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from referrals.models import Referral
from referrals.runaways import checks, effects, guards, inputs
from referrals.urgent_calls import effects as urgent_calls_effects
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.role_sets import HOLDING
from referrals.vocabulary.states import ACTIVE, Machine
from referrals.workflow import case_guards, measure_types
from referrals.workflow.case import Case
from referrals.workflow.step import SAME, StepDecorator, Theme
from referrals.workflow.usual import Usual

step = StepDecorator(Machine.REFERRAL, Referral)


@step(
    "record_runaway",
    number="T36",
    label=_("Enregistrer une fugue"),
    source=ACTIVE,
    target=SAME,
    roles=HOLDING,
    holding=True,
    checks=[
        case_guards.children_belong,
        checks.times_are_past,
        checks.police_know_or_why_not,
        checks.sheet_readers_exist,
    ],
    effects=[effects.send_away, urgent_calls_effects.answer],
    takes=inputs.Runaway,
    starts=[C.C19],
    tells=["on_call", "prosecutor"],
    law="CASF L223-2; CP 434-4-1",
    data_class="B",
    theme=Theme.DANGER,
)
def record_runaway(referral: Referral, step_input: inputs.Runaway, case: Case) -> None:
    """Record that a child is away, with what whoever finds it must know."""


@step(
    "record_found",
    number="T36",
    label=_("Enregistrer que l'enfant a été retrouvé"),
    source=ACTIVE,
    target=SAME,
    roles=HOLDING,
    holding=True,
    guards=[guards.child_is_away],
    checks=[case_guards.children_belong, checks.times_are_past],
    effects=[effects.bring_back, urgent_calls_effects.answer],
    takes=inputs.Found,
    stops=[C.C19],
    tells=["on_call", "prosecutor"],
    law="CASF L223-2",
    data_class="B",
    usual=[Usual(_("Un enfant est en fugue : dites-le ici dès qu'il est retrouvé."), rank=2)],
    theme=Theme.DANGER,
)
def record_found(referral: Referral, step_input: inputs.Found, case: Case) -> None:
    """Record that a child was found, where and in which condition."""


@step(
    "shelter_72h",
    number="T37",
    label=_("Accueil 72 heures"),
    source=ACTIVE,
    target=SAME,
    roles=[Role.ON_CALL, Role.ASE_INSPECTOR],
    guards=[guards.shelter_has_its_ground],
    checks=[
        case_guards.children_belong,
        checks.times_are_past,
        checks.not_sheltered_yet,
        checks.holders_wait_where_they_must,
        measure_types.service_exists,
    ],
    effects=[effects.take_in, urgent_calls_effects.answer],
    takes=inputs.Shelter72h,
    starts=[C.C11],
    tells=["prosecutor", "holders"],
    law="CASF L223-2 al. 5",
    data_class="J",
    theme=Theme.DANGER,
    finds_service=True,
)
def shelter_72h(referral: Referral, step_input: inputs.Shelter72h, case: Case) -> None:
    """Take a child in for 72 hours at most, without waiting for an agreement."""


@step(
    "shelter_5d",
    number="T38",
    label=_("Recueil provisoire 5 jours"),
    source=ACTIVE,
    target=SAME,
    roles=[Role.ON_CALL, Role.ASE_INSPECTOR],
    checks=[
        case_guards.children_belong,
        checks.times_are_past,
        checks.not_sheltered_yet,
        checks.refusal_goes_to_the_judge,
        measure_types.service_exists,
    ],
    effects=[effects.take_in, urgent_calls_effects.answer],
    takes=inputs.Shelter5d,
    starts=[C.C12],
    tells=["prosecutor"],
    law="CASF L223-2 al. 2",
    data_class="J",
    theme=Theme.DANGER,
    finds_service=True,
)
def shelter_5d(referral: Referral, step_input: inputs.Shelter5d, case: Case) -> None:
    """Take a child in for five days at most while its legal representative can't agree."""
