"""Steps of a protection measure of one child, in the order of domain.md §2.6.

Each step done while the case is in ``admin_offer`` or ``protected_*`` brings T29 along, so that the case
shows what its measures are. A term that passes without an act is a breach, never an automatic end.
"""

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from referrals.coming_of_age.checks import (
    agreement_is_of_the_right_person,
    measure_may_bind_an_adult,
    no_new_term_for_an_adult,
    support_of_an_adult_ends_at_21,
    young_adult_was_looked_after,
)
from referrals.justice.silence import silence_counts_for_a_child_in_care, silence_has_lasted
from referrals.measures import checks, effects, guards, orders, terms
from referrals.measures import inputs as measures_inputs
from referrals.models import Measure
from referrals.parents import guards as parents_guards
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.decision_answers import EndReason
from referrals.vocabulary.states import Machine
from referrals.vocabulary.states import MeasureState as M
from referrals.workflow import case_guards, decision_inputs, inputs, measure_types
from referrals.workflow.case import Case
from referrals.workflow.deadlines import OF_A_MEASURE
from referrals.workflow.measure_types import variants_are_of_the_authority
from referrals.workflow.step import SAME, StepDecorator
from referrals.workflow.usual import Usual

step = StepDecorator(Machine.MEASURE, Measure)
INSPECTOR = (Role.ASE_INSPECTOR,)
WITH_REFERENT = (Role.ASE_INSPECTOR, Role.CASE_REFERENT)
FIELD_WORK = (Role.CASE_REFERENT, Role.MEASURE_SERVICE)
ORDERED_OR_LATER = (M.ORDERED, M.AWAITING_START, M.ACTIVE, M.SUSPENDED)


@step(
    "propose",
    number="M01",
    label=_("Proposer"),
    creates=True,
    source=[],
    target=M.PROPOSED,
    roles=INSPECTOR,
    guards=[guards.report_was_delivered],
    checks=[
        case_guards.children_belong,
        measure_types.measure_types_exist,
        variants_are_of_the_authority,
        silence_counts_for_a_child_in_care,
        young_adult_was_looked_after,
    ],
    effects=[effects.offer, effects.follow],
    takes=measures_inputs.Offer,
    starts=[C.C9],
    law="CASF L222-3, L223-2",
    data_class="J",
)
def propose(measure: Measure, step_input: measures_inputs.Offer, case: Case) -> None:
    """Offer an administrative measure."""


@step(
    "agree",
    number="M02",
    label=_("Recueillir l'accord"),
    source=[M.PROPOSED],
    target=M.AGREED,
    roles=WITH_REFERENT,
    checks=[silence_has_lasted, agreement_is_of_the_right_person],
    effects=[effects.take_agreement, effects.follow],
    takes=decision_inputs.Agreement,
    starts=[C.C16, C.C24, C.C26],
    stops=[C.C9],
    law="CASF L223-2",
    data_class="J",
    usual=[Usual(_("La mesure est proposée : recueillez l'accord de la famille."), rank=2)],
)
def agree(measure: Measure, step_input: decision_inputs.Agreement, case: Case) -> None:
    """Record the holders' written agreement."""


@step(
    "refuse",
    number="M03",
    label=_("Constater le refus"),
    source=[M.PROPOSED, M.AGREED, M.AWAITING_START],
    target=M.CANCELLED,
    roles=WITH_REFERENT,
    guards=[guards.is_administrative],
    checks=[parents_guards.every_holder_is_traced],
    effects=[effects.give_up, effects.follow],
    takes=decision_inputs.Refusal,
    starts=[C.C8],
    stops=[C.C9, C.C16, C.C24],
    tells=["ase_inspector"],
    law="CASF L223-2",
    data_class="J",
)
def refuse(measure: Measure, step_input: decision_inputs.Refusal, case: Case) -> None:
    """Record that the family refuses."""


@step(
    "cancel",
    number="M04",
    label=_("Annuler"),
    source=[M.PROPOSED, M.AGREED, M.AWAITING_START],
    target=M.CANCELLED,
    roles=INSPECTOR,
    guards=[guards.is_administrative],
    effects=[effects.give_up, effects.follow],
    takes=inputs.Reasoned,
    starts=[C.C8],
    stops=[C.C9, C.C16, C.C24],
    tells=["ase_inspector"],
    law="CASF L223-2",
    data_class="J",
)
def cancel(measure: Measure, step_input: inputs.Reasoned, case: Case) -> None:
    """Cancel what was offered by mistake, or is replaced."""


@step(
    "order",
    number="M05",
    label=_("Enregistrer l'ordonnance"),
    creates=True,
    source=[],
    target=M.ORDERED,
    roles=[Role.CRIP_COORDINATOR, Role.ASE_INSPECTOR],
    guards=[guards.order_comes_by_hand],
    checks=[case_guards.children_belong, measure_types.judicial_type_exists, variants_are_of_the_authority],
    effects=[effects.record_order, effects.follow],
    takes=decision_inputs.OrderedMeasure,
    starts=[C.C13, C.C14, C.C14B, C.C15B, C.C17B, C.C24, C.C26],
    law="CC 375-3, 375-5",
    data_class="I",
)
def order(measure: Measure, step_input: decision_inputs.OrderedMeasure, case: Case) -> None:
    """Record a measure that justice ordered."""


@step(
    "hand_over",
    number="M06",
    label=_("Confier au service"),
    source=[M.AGREED, M.ORDERED],
    target=M.AWAITING_START,
    roles=INSPECTOR,
    checks=[
        measure_types.service_is_habilitated,
        measure_types.service_is_not_the_deciders,
        measure_types.may_be_entrusted,
    ],
    effects=[effects.hand_measure_over, effects.follow],
    takes=measures_inputs.HandOver,
    tells=["service"],
    law="CASF L223-1",
    data_class="J",
    usual=[Usual(_("La mesure est décidée : confiez-la à un service."))],
)
def hand_over(measure: Measure, step_input: measures_inputs.HandOver, case: Case) -> None:
    """Confide the measure to the service that will carry it out."""


@step(
    "start",
    number="M07",
    label=_("Démarrer"),
    source=[M.AGREED, M.ORDERED, M.AWAITING_START],
    target=M.ACTIVE,
    roles=[Role.MEASURE_SERVICE, Role.CASE_REFERENT, Role.ASE_INSPECTOR],
    guards=[measure_may_bind_an_adult],
    checks=[
        terms.term_is_within_the_law,
        terms.referent_may_follow,
        support_of_an_adult_ends_at_21,
        measure_types.may_be_entrusted,
    ],
    effects=[effects.begin, terms.name_referent, effects.follow],
    takes=measures_inputs.Start,
    starts=[C.C10, C.C15, C.C16, C.C17, C.C25, C.C26],
    stops=[C.C24],
    law="CASF L223-1-1, L223-5",
    data_class="J",
    usual=[Usual(_("La mesure est confiée : enregistrez son début."))],
)
def start(measure: Measure, step_input: measures_inputs.Start, case: Case) -> None:
    """Begin the measure."""
    measure.started_on = step_input.started_on
    measure.term_on = step_input.term_on or measure.term_on


@step(
    "shelter",
    number="M08",
    label=_("Mettre à l'abri"),
    internal=True,
    creates=True,
    source=[],
    target=M.ACTIVE,
    roles=[],
    takes=inputs.Nothing,
    starts=[C.C11, C.C12],
    law="CASF L223-2",
    data_class="J",
)
def shelter(measure: Measure, step_input: inputs.Nothing, case: Case) -> None:
    """Take a child in at once (by T37, T38)."""


@step(
    "suspend",
    number="M09",
    label=_("Suspendre"),
    source=[M.ACTIVE],
    target=M.SUSPENDED,
    roles=FIELD_WORK,
    checks=[checks.judge_is_told],
    effects=[effects.follow],
    takes=measures_inputs.Pause,
    law="CASF L223-5",
    data_class="J",
)
def suspend(measure: Measure, step_input: measures_inputs.Pause, case: Case) -> None:
    """Suspend the measure: runaway, hospital."""


@step(
    "resume",
    number="M10",
    label=_("Reprendre"),
    source=[M.SUSPENDED],
    target=M.ACTIVE,
    roles=FIELD_WORK,
    guards=[guards.order_is_in_force],
    effects=[effects.follow],
    takes=decision_inputs.Beginning,
    law="CASF L223-5",
    data_class="J",
    usual=[Usual(_("La mesure est suspendue : reprenez-la dès que c'est possible."), rank=2)],
)
def resume(measure: Measure, step_input: decision_inputs.Beginning, case: Case) -> None:
    """Take the measure up again."""


@step(
    "renew",
    number="M11",
    label=_("Renouveler"),
    source=effects.UNDER_WAY,
    target=SAME,
    roles=INSPECTOR,
    guards=[guards.order_is_in_force, measure_may_bind_an_adult, terms.report_precedes_renewal],
    checks=[terms.term_is_within_the_law, support_of_an_adult_ends_at_21],
    effects=[effects.renew_measure, effects.follow],
    takes=measures_inputs.Renewal,
    starts=[C.C10, C.C15],
    stops=[C.C10, C.C15],
    law="CASF L223-5; CC 375",
    data_class="J",
    usual=[Usual(_("Le rapport de situation est remis : la mesure peut être renouvelée."), rank=2)],
)
def renew(measure: Measure, step_input: measures_inputs.Renewal, case: Case) -> None:
    """Renew the measure until a new term."""
    measure.term_on = step_input.term_on


@step(
    "end",
    number="M12",
    label=_("Mettre fin à l'échéance"),
    source=effects.UNDER_WAY,
    target=M.ENDED,
    roles=WITH_REFERENT,
    guards=[guards.order_is_in_force],
    checks=[checks.shelter_end_is_said, checks.danger_is_answered, checks.minor_was_heard],
    effects=[effects.hear_child, effects.stop_its_clocks, effects.last_measure_over, effects.follow],
    takes=measures_inputs.EndOfMeasure,
    starts=[C.C8],
    stops=[*OF_A_MEASURE, C.C25],
    tells=["ase_inspector"],
    law="CASF L223-5",
    data_class="J",
)
def end(measure: Measure, step_input: measures_inputs.EndOfMeasure, case: Case) -> None:
    """End the measure at its term, with a report."""
    measure.over_on = getattr(step_input, "on", None) or measure.over_on
    child = case.on_record(measure.child_id)
    measure.over_reason = EndReason.TERM
    if child is not None and case.of_age(child):
        measure.over_reason = EndReason.EMANCIPATION if child.emancipated else EndReason.MAJORITY


@step(
    "lift",
    number="M13",
    label=_("Enregistrer la mainlevée"),
    source=ORDERED_OR_LATER,
    target=M.LIFTED,
    roles=INSPECTOR,
    checks=[checks.judge_lifted_it, checks.danger_is_answered],
    effects=[effects.stop_its_clocks, effects.last_measure_over, effects.follow],
    takes=measures_inputs.Lifting,
    starts=[C.C8],
    stops=[*OF_A_MEASURE, C.C25],
    tells=["ase_inspector"],
    law="CC 375-6",
    data_class="J",
)
def lift(measure: Measure, step_input: measures_inputs.Lifting, case: Case) -> None:
    """Lift the measure before its term."""
    measure.over_on, measure.over_reason = step_input.on, step_input.reason


@step(
    "transfer",
    number="M14",
    label=_("Transférer avec maintien"),
    source=ORDERED_OR_LATER,
    target=M.TRANSFERRED,
    roles=INSPECTOR,
    effects=[effects.stop_its_clocks, effects.follow],
    takes=inputs.Reasoned,
    stops=[*OF_A_MEASURE, C.C25],
    law="CASF L221-3, R221-5",
    data_class="J",
)
def transfer(measure: Measure, step_input: inputs.Reasoned, case: Case) -> None:
    """Hand the measure to another authority, which keeps it going."""
    measure.over_on, measure.over_reason = case.today, EndReason.TRANSFER


@step(
    "not_executed",
    number="M15",
    label=_("Constater la non-exécution"),
    source=[M.AGREED, M.ORDERED, M.AWAITING_START, M.ACTIVE],
    target=M.NOT_EXECUTED,
    roles=INSPECTOR,
    guards=[guards.judge_was_informed],
    checks=[checks.nothing_was_ever_done, checks.danger_is_answered],
    effects=[effects.stop_its_clocks, effects.last_measure_over, effects.follow],
    signed_when=checks.danger_excluded_by_two,
    takes=measures_inputs.NotExecuted,
    starts=[C.C8],
    stops=[*OF_A_MEASURE, C.C25],
    tells=["coordinator", "supervisor", "ase_inspector"],
    law="CASF L223-5",
    data_class="J",
)
def not_executed(measure: Measure, step_input: measures_inputs.NotExecuted, case: Case) -> None:
    """Record that a measure was decided and never carried out."""
    measure.over_on = case.today


@step(
    "sign_plan",
    number="M16",
    label=_("Signer le PPE"),
    source=[M.AGREED, M.AWAITING_START, M.ACTIVE, M.SUSPENDED],
    target=SAME,
    roles=WITH_REFERENT,
    effects=[effects.plan_is_signed, effects.follow],
    takes=measures_inputs.PlanSigned,
    stops=[C.C16],
    law="CASF L223-1-1, L223-1-3, D223-13",
    data_class="J",
    usual=[Usual(_("Le projet pour l'enfant accompagne la mesure dès son début."), rank=3)],
)
def sign_plan(measure: Measure, step_input: measures_inputs.PlanSigned, case: Case) -> None:
    """Sign the *projet pour l'enfant*."""
    measure.plan_signed_on = step_input.on


@step(
    "situation_report",
    number="M17",
    label=_("Remettre le rapport de situation"),
    source=effects.UNDER_WAY,
    target=SAME,
    roles=FIELD_WORK,
    checks=[terms.report_was_shown, checks.minor_was_heard],
    effects=[effects.hear_child, effects.next_report, effects.follow],
    takes=measures_inputs.Situation,
    starts=[C.C17],
    stops=[C.C17, C.C15B],
    law="CASF L223-5",
    data_class="J",
    usual=[Usual(_("Un rapport de situation est dû chaque année et avant l'échéance de la mesure."), rank=2)],
)
def situation_report(measure: Measure, step_input: measures_inputs.Situation, case: Case) -> None:
    """Report on the child's situation, shown beforehand to parents and child."""


@step(
    "ruling",
    number="M18",
    label=_("Enregistrer une décision du juge"),
    source=ORDERED_OR_LATER,
    target=[SAME, M.LIFTED],
    roles=[Role.CRIP_COORDINATOR, Role.ASE_INSPECTOR],
    guards=[guards.is_judicial],
    checks=[
        checks.ruling_follows_the_order,
        checks.term_is_said,
        checks.danger_after_quashing_is_answered,
        no_new_term_for_an_adult,
    ],
    carries=[orders.let_execution_rest_or_go_on],
    effects=[orders.follow_ruling, effects.follow],
    takes=measures_inputs.Ruling,
    # As a page tells it beforehand; what rests while an order is suspended, or ends with it, is in ``orders.py``.
    starts=[C.C8, C.C15],
    stops=[C.C14, C.C14B],
    tells=["coordinator", "ase_inspector", "case_referent", "service"],
    law="CC 375-6; CPC 1185",
    data_class="I",
)
def ruling(measure: Measure, step_input: measures_inputs.Ruling, case: Case) -> M:
    """Record what the judge ruled on a measure, an appeal, and what became of the order."""
    if step_input.term_on:
        measure.term_on = step_input.term_on
    return orders.state_after(measure, step_input)


@step(
    "inform_judge",
    number="M19",
    label=_("Informer le juge de la non-exécution"),
    source=[M.ORDERED, M.AWAITING_START, M.ACTIVE],
    target=SAME,
    roles=[Role.CRIP_COORDINATOR, Role.ASE_INSPECTOR],
    guards=[guards.is_judicial],
    checks=[checks.nothing_was_ever_done, checks.told_and_seen_already, checks.danger_is_answered],
    effects=[effects.remind_again, effects.follow],
    takes=measures_inputs.JudgeInformed,
    tells=["supervisor"],
    # No duty to tell was found in it: the judge can change the measure, and practice is to say why.
    law="CC 375-6",
    data_class="I",
)
def inform_judge(measure: Measure, step_input: measures_inputs.JudgeInformed, case: Case) -> None:
    """Record that the judge was told of a measure never carried out; by practice, no article demands it."""
