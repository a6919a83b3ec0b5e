"""Steps of a protection measure of one child, in the order of domain.md §2.6.

Each step done while the case is in ``admin_offer`` or ``protected_*`` brings T29 along, so that the case
shows what its measures are. A term that passes without an act is a breach, never an automatic end.
"""

from typing import Any

from accounts.roles import Role
from referrals.coming_of_age.steps import (
    agreement_is_of_the_right_person,
    young_adult_support_ends_at_21,
    young_adult_was_looked_after,
)
from referrals.decisions import effects as decisions_effects
from referrals.justice import effects as justice_effects
from referrals.justice.silence import silence_counts_for_a_child_in_care, silence_has_lasted
from referrals.measures import inputs as measures_inputs
from referrals.measures import terms
from referrals.models import Measure
from referrals.parents import guards as parents_guards
from referrals.vocabulary.answers import EndReason
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.states import DecisionCode, Machine, State
from referrals.vocabulary.states import MeasureState as M
from referrals.workflow import case_guards, decision_inputs, decision_records, inputs, measure_types, times
from referrals.workflow.case import Case
from referrals.workflow.measure_catalogue import variants_are_of_the_authority
from referrals.workflow.step import SAME, StepDecorator

step = StepDecorator(Machine.MEASURE, Measure)
INSPECTOR = (Role.ASE_INSPECTOR,)
WITH_REFERENT = (Role.ASE_INSPECTOR, Role.CASE_REFERENT)
FIELD_WORK = (Role.CASE_REFERENT, Role.MEASURE_SERVICE)
UNDER_WAY = (M.ACTIVE, M.SUSPENDED)
ORDERED_OR_LATER = (M.ORDERED, M.AWAITING_START, M.ACTIVE, M.SUSPENDED)
ITS_CLOCKS = (
    C.C9,
    C.C10,
    C.C11,
    C.C12,
    C.C13,
    C.C14,
    C.C14B,
    C.C15,
    C.C15B,
    C.C16,
    C.C17,
    C.C17B,
)
AFTER_REPORT = (
    State.REPORT_SUBMITTED,
    State.ADMIN_OFFER,
    State.JUDICIAL_PENDING,
    State.PROTECTED_ADMIN,
    State.PROTECTED_JUDICIAL,
)


# --- Guards of this machine ---------------------------------------------------------------------------


def report_was_delivered(case: Case, given: Any) -> str | None:
    """A measure is offered from the delivered report on (M01)."""
    if case.referral.state not in AFTER_REPORT:
        return "Une mesure se propose à partir de la remise du rapport."
    return None


def is_administrative(case: Case, given: Any) -> str | None:
    """Only an administrative measure is refused or cancelled; a judicial one is lifted by the judge (M03, M04)."""
    return "Une mesure judiciaire ne peut qu'être levée par décision du juge." if case.part.judicial else None


def order_comes_by_hand(case: Case, given: Any) -> str | None:
    """An order is recorded by hand only where no referral of ours awaits it (M05; J04 else)."""
    if case.referral.state == State.JUDICIAL_PENDING or case.judicial_open():
        return "Cette ordonnance répond à une saisine : elle s'enregistre avec sa suite."
    return None


def judge_is_told(case: Case, given: Any) -> str | None:
    """The judge is told of what happens to a judicial measure (M09, M15)."""
    if given is not None and case.part.judicial and not given.judge_told:
        return "Le juge doit être informé."
    return None


def shelter_end_is_said(case: Case, given: Any) -> str | None:
    """The end of an emergency shelter says whether the child went home, was admitted, or the judge seized (M12)."""
    if given is not None and case.part.type_id.startswith("shelter_") and not given.shelter:
        return "La fin d'un accueil d'urgence précise le retour, l'admission ou la saisine du juge."
    return None


def judge_lifted_it(case: Case, given: Any) -> str | None:
    """A judicial measure is lifted by the judge's decision (M13; CC 375-6)."""
    if given is not None and case.part.judicial and not given.decision:
        return "La mainlevée d'une mesure judiciaire suppose la décision du juge."
    return None


def nothing_was_ever_done(case: Case, given: Any) -> str | None:
    """A measure begun counts as not carried out only if nothing was ever done (M15)."""
    if given is not None and case.part.state == M.ACTIVE and not given.nothing_was_done:
        return "Une mesure commencée n'est pas « non exécutée »."
    return None


def term_is_said(case: Case, given: Any) -> str | None:
    """A new term comes with its date (M18)."""
    if given is not None and given.effect == "new_term" and given.term_on is None:
        return "La nouvelle échéance doit être datée."
    return None


# --- Effects of this machine --------------------------------------------------------------------------


def follow(act: Any) -> None:
    """Let the case show what its measures are (⇒ T29)."""
    shown = (State.ADMIN_OFFER, State.PROTECTED_ADMIN, State.PROTECTED_JUDICIAL)
    if act.case.referral.state in shown:
        act.case.forget("measures")
        act.fire(Machine.REFERRAL, "measure_event", child=act.case.part.child_id)


def offer(act: Any) -> None:
    """Offer the measure to the family (M01)."""
    row = act.new(
        "measures",
        child_id=act.given.child,
        type_id=act.given.type,
        judicial=False,
        proposed_at=act.at,
        duration_months=act.given.duration_months,
        service_id=act.given.service,
        aim=act.given.aim,
        variant=act.given.variant,
        notified_on=act.given.notified_on,
        sent_on=act.given.sent_on,
    )
    act.start(C.C9, part=row)
    act.case.forget("measures")
    act.case.part = act.made = row


def take_agreement(act: Any) -> None:
    """Record the agreement; the first one of an offer moves the case (M02 ⇒ T24)."""
    decisions_effects.take_agreement(act, act.case.part)
    act.case.part.save()
    if act.case.referral.state == State.ADMIN_OFFER:
        act.fire(Machine.REFERRAL, "record_agreement", child=act.case.part.child_id)


def give_up(act: Any) -> None:
    """Stop its clocks; a child for whom nothing else is alive is undecided again (M03, M04)."""
    act.stop(*ITS_CLOCKS, part=act.case.part)
    act.case.forget("measures")
    child = act.case.child(act.case.part.child_id)
    if child is not None and not act.case.measures_alive(child) and child.decision == DecisionCode.ADMIN:
        decision_records.undecide(act, child)


def record_order(act: Any) -> None:
    """Record a measure ordered without a referral of ours (M05)."""
    row = act.new(
        "measures",
        state=M.ORDERED,
        child_id=act.given.child,
        type_id=act.given.type,
        judicial=True,
        proposed_at=act.at,
        ordered_on=act.given.ordered_on,
        term_on=act.given.term_on,
        service_id=act.given.service,
        ordered_by=act.given.ordered_by,
        order_copy=act.given.order_copy,
        place=act.given.place,
        variant=act.given.variant,
    )
    justice_effects.start_order_clocks(act, row, act.given)
    act.case.forget("measures")
    justice_effects.settle_by_order(act, row)
    act.case.part = act.made = row


def hand_measure_over(act: Any) -> None:
    """Confide the measure to its service (M06)."""
    decisions_effects.hand_over(act, act.case.part)
    act.case.part.save()


def begin(act: Any) -> None:
    """Start the clocks of a measure that begins (M07)."""
    row = act.case.part
    since = times.local_noon(act, act.given.started_on)
    act.start(C.C15 if row.judicial else C.C10, part=row, since=since)
    act.start(C.C17, part=row, since=since)
    if row.judicial:
        act.start(C.C16, part=row, since=since)


def renew_measure(act: Any) -> None:
    """Start the measure's term again (M11)."""
    act.start(C.C15 if act.case.part.judicial else C.C10, part=act.case.part)


def stop_its_clocks(act: Any) -> None:
    """Stop the measure's clocks (M12 to M15)."""
    act.stop(*ITS_CLOCKS, part=act.case.part)
    act.case.forget("measures")


def last_measure_over(act: Any) -> None:
    """Let an inspector decide again for a child whose last measure is over (domain.md §2.2 Decisions)."""
    child = act.case.child(act.case.part.child_id)
    if child is not None and act.given.get("danger_remains") and not act.case.measures_alive(child):
        decision_records.undecide(act, child)


def plan_is_signed(act: Any) -> None:
    """The child's plan is signed: C16 stops (M16; L223-1-1)."""
    act.stop(C.C16, part=act.case.part)


def next_report(act: Any) -> None:
    """A report starts the next one's clock, and ends that of an investigation measure (M17)."""
    act.stop(C.C15B, part=act.case.part)
    act.start(C.C17, part=act.case.part)


def heard(act: Any) -> None:
    """A ruling stops the hearing's clocks; a new term starts the measure's again (M18)."""
    act.stop(C.C14, C.C14B, part=act.case.part)
    if act.given.term_on and act.case.part.state in UNDER_WAY:
        act.start(C.C15, part=act.case.part)


@step(
    "propose",
    number="M01",
    label="Proposer",
    en="Propose",
    creates=True,
    source=[],
    target=M.PROPOSED,
    roles=INSPECTOR,
    guards=[report_was_delivered],
    checks=[
        case_guards.children_belong,
        measure_types.measure_types_exist,
        variants_are_of_the_authority,
        silence_counts_for_a_child_in_care,
        young_adult_was_looked_after,
    ],
    effects=[offer, follow],
    takes=measures_inputs.Offer,
    starts=[C.C9],
    law="CASF L222-3, L223-2",
    data_class="J",
)
def propose(measure: Measure, given: Any, case: Case) -> None:
    """Offer an administrative measure."""


@step(
    "agree",
    number="M02",
    label="Recueillir l'accord",
    en="Record the agreement",
    source=[M.PROPOSED],
    target=M.AGREED,
    roles=WITH_REFERENT,
    checks=[silence_has_lasted, agreement_is_of_the_right_person],
    effects=[take_agreement, follow],
    takes=decision_inputs.Agreement,
    starts=[C.C16],
    stops=[C.C9],
    law="CASF L223-2",
    data_class="J",
)
def agree(measure: Measure, given: Any, case: Case) -> None:
    """Record the holders' written agreement."""


@step(
    "refuse",
    number="M03",
    label="Constater le refus",
    en="Record the refusal",
    source=[M.PROPOSED, M.AGREED, M.AWAITING_START],
    target=M.CANCELLED,
    roles=WITH_REFERENT,
    guards=[is_administrative],
    checks=[parents_guards.every_holder_is_traced],
    effects=[give_up, follow],
    takes=decision_inputs.Refusal,
    stops=[C.C9, C.C16],
    tells=["ase_inspector"],
    law="CASF L223-2",
    data_class="J",
)
def refuse(measure: Measure, given: Any, case: Case) -> None:
    """Record that the family refuses."""


@step(
    "cancel",
    number="M04",
    label="Annuler",
    en="Cancel",
    source=[M.PROPOSED, M.AGREED, M.AWAITING_START],
    target=M.CANCELLED,
    roles=INSPECTOR,
    guards=[is_administrative],
    effects=[give_up, follow],
    takes=inputs.Reasoned,
    stops=[C.C9, C.C16],
    law="CASF L223-2",
    data_class="J",
)
def cancel(measure: Measure, given: Any, case: Case) -> None:
    """Cancel what was offered by mistake, or is replaced."""


@step(
    "order",
    number="M05",
    label="Enregistrer l'ordonnance",
    en="Record the order",
    creates=True,
    source=[],
    target=M.ORDERED,
    roles=[Role.CRIP_COORDINATOR, Role.ASE_INSPECTOR],
    guards=[order_comes_by_hand],
    checks=[case_guards.children_belong, measure_types.judicial_type_exists, variants_are_of_the_authority],
    effects=[record_order, follow],
    takes=decision_inputs.OrderedMeasure,
    starts=[C.C13, C.C14, C.C14B, C.C15B, C.C17B],
    law="CC 375-3, 375-5",
    data_class="I",
)
def order(measure: Measure, given: Any, case: Case) -> None:
    """Record a measure that justice ordered."""


@step(
    "hand_over",
    number="M06",
    label="Confier au service",
    en="Hand over to the service",
    source=[M.AGREED, M.ORDERED],
    target=M.AWAITING_START,
    roles=INSPECTOR,
    checks=[measure_types.service_is_habilitated, measure_types.service_is_not_the_deciders],
    effects=[hand_measure_over, follow],
    takes=measures_inputs.HandOver,
    tells=["service"],
    law="CASF L223-1",
    data_class="J",
)
def hand_over(measure: Measure, given: Any, case: Case) -> None:
    """Confide the measure to the service that will carry it out."""


@step(
    "start",
    number="M07",
    label="Démarrer",
    en="Start",
    source=[M.AGREED, M.ORDERED, M.AWAITING_START],
    target=M.ACTIVE,
    roles=[Role.MEASURE_SERVICE, Role.CASE_REFERENT, Role.ASE_INSPECTOR],
    checks=[terms.term_is_within_the_law, terms.referent_may_follow, young_adult_support_ends_at_21],
    effects=[begin, terms.name_referent, follow],
    takes=measures_inputs.Start,
    starts=[C.C10, C.C15, C.C16, C.C17],
    law="CASF L223-1-1, L223-5",
    data_class="J",
)
def start(measure: Measure, given: Any, case: Case) -> None:
    """Begin the measure."""
    measure.started_on = given.started_on
    measure.term_on = given.term_on or measure.term_on


@step(
    "shelter",
    number="M08",
    label="Mettre à l'abri",
    en="Shelter",
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
def shelter(measure: Measure, given: Any, case: Case) -> None:
    """Take a child in at once (by T37, T38)."""


@step(
    "suspend",
    number="M09",
    label="Suspendre",
    en="Suspend",
    source=[M.ACTIVE],
    target=M.SUSPENDED,
    roles=FIELD_WORK,
    checks=[judge_is_told],
    effects=[follow],
    takes=measures_inputs.Pause,
    law="CASF L223-5",
    data_class="J",
)
def suspend(measure: Measure, given: Any, case: Case) -> None:
    """Suspend the measure: runaway, hospital."""


@step(
    "resume",
    number="M10",
    label="Reprendre",
    en="Resume",
    source=[M.SUSPENDED],
    target=M.ACTIVE,
    roles=FIELD_WORK,
    effects=[follow],
    takes=decision_inputs.Beginning,
    law="CASF L223-5",
    data_class="J",
)
def resume(measure: Measure, given: Any, case: Case) -> None:
    """Take the measure up again."""


@step(
    "renew",
    number="M11",
    label="Renouveler",
    en="Renew",
    source=UNDER_WAY,
    target=SAME,
    roles=INSPECTOR,
    guards=[terms.report_precedes_renewal],
    checks=[terms.term_is_within_the_law, young_adult_support_ends_at_21],
    effects=[renew_measure, follow],
    takes=measures_inputs.Renewal,
    starts=[C.C10, C.C15],
    stops=[C.C10, C.C15],
    law="CASF L223-5; CC 375",
    data_class="J",
)
def renew(measure: Measure, given: Any, case: Case) -> None:
    """Renew the measure until a new term."""
    measure.term_on = given.term_on


@step(
    "end",
    number="M12",
    label="Mettre fin à l'échéance",
    en="End",
    source=UNDER_WAY,
    target=M.ENDED,
    roles=WITH_REFERENT,
    checks=[shelter_end_is_said],
    effects=[stop_its_clocks, last_measure_over, follow],
    takes=measures_inputs.EndOfMeasure,
    stops=ITS_CLOCKS,
    law="CASF L223-5",
    data_class="J",
)
def end(measure: Measure, given: Any, case: Case) -> None:
    """End the measure at its term, with a report."""
    measure.over_on = given.get("on") or measure.over_on
    measure.over_reason = "term"


@step(
    "lift",
    number="M13",
    label="Enregistrer la mainlevée",
    en="Lift",
    source=ORDERED_OR_LATER,
    target=M.LIFTED,
    roles=INSPECTOR,
    checks=[judge_lifted_it],
    effects=[stop_its_clocks, last_measure_over, follow],
    takes=measures_inputs.Lifting,
    stops=ITS_CLOCKS,
    law="CC 375-6",
    data_class="J",
)
def lift(measure: Measure, given: Any, case: Case) -> None:
    """Lift the measure before its term."""
    measure.over_on, measure.over_reason = given.on, given.reason


@step(
    "transfer",
    number="M14",
    label="Transférer avec maintien",
    en="Transfer",
    source=ORDERED_OR_LATER,
    target=M.TRANSFERRED,
    roles=INSPECTOR,
    effects=[stop_its_clocks, follow],
    takes=inputs.Reasoned,
    stops=ITS_CLOCKS,
    law="CASF L221-3, R221-5",
    data_class="J",
)
def transfer(measure: Measure, given: Any, case: Case) -> None:
    """Hand the measure to another authority, which keeps it going."""
    measure.over_on, measure.over_reason = case.today, EndReason.TRANSFER


@step(
    "not_executed",
    number="M15",
    label="Constater la non-exécution",
    en="Record as not carried out",
    source=[M.AGREED, M.ORDERED, M.AWAITING_START, M.ACTIVE],
    target=M.NOT_EXECUTED,
    roles=INSPECTOR,
    checks=[nothing_was_ever_done, judge_is_told],
    effects=[stop_its_clocks, follow],
    takes=measures_inputs.NotExecuted,
    stops=ITS_CLOCKS,
    tells=["supervisor"],
    law="CASF L223-5",
    data_class="J",
)
def not_executed(measure: Measure, given: Any, case: Case) -> None:
    """Record that a measure was decided and never carried out."""
    measure.over_on = case.today


@step(
    "sign_plan",
    number="M16",
    label="Signer le PPE",
    en="Sign the child's plan",
    source=[M.AGREED, M.AWAITING_START, M.ACTIVE, M.SUSPENDED],
    target=SAME,
    roles=WITH_REFERENT,
    effects=[plan_is_signed, follow],
    takes=measures_inputs.PlanSigned,
    stops=[C.C16],
    law="CASF L223-1-1, D223-13",
    data_class="J",
)
def sign_plan(measure: Measure, given: Any, case: Case) -> None:
    """Sign the *projet pour l'enfant*."""
    measure.plan_signed_on = given.on


@step(
    "situation_report",
    number="M17",
    label="Remettre le rapport de situation",
    en="Give a situation report",
    source=UNDER_WAY,
    target=SAME,
    roles=FIELD_WORK,
    checks=[terms.report_was_shown],
    effects=[next_report, follow],
    takes=measures_inputs.Situation,
    starts=[C.C17],
    stops=[C.C17, C.C15B],
    law="CASF L223-5",
    data_class="J",
)
def situation_report(measure: Measure, given: Any, case: Case) -> None:
    """Report on the child's situation, shown beforehand to parents and child."""


@step(
    "ruling",
    number="M18",
    label="Enregistrer une décision du juge",
    en="Record a ruling",
    source=ORDERED_OR_LATER,
    target=SAME,
    roles=[Role.CRIP_COORDINATOR, Role.ASE_INSPECTOR],
    checks=[term_is_said],
    effects=[heard, follow],
    takes=measures_inputs.Ruling,
    starts=[C.C15],
    stops=[C.C14, C.C14B],
    law="CC 375-6; CPC 1185",
    data_class="I",
)
def ruling(measure: Measure, given: Any, case: Case) -> None:
    """Record what the judge ruled on a measure: kept, changed, a new term."""
    if given.term_on:
        measure.term_on = given.term_on
