"""Steps that decide on a case or a child: T22 to T27, T43, T48 (decider)."""

from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from core.languages import Text
from referrals.closing.effects import open_review
from referrals.coming_of_age.checks import agreement_is_of_the_right_person, young_adult_was_looked_after
from referrals.decisions import checks, effects, guards
from referrals.decisions import inputs as decisions_inputs
from referrals.decisions.inputs import DecideChild, DecideClose
from referrals.justice import effects as justice_effects
from referrals.justice import guards as justice_guards
from referrals.justice import letter_guards, silence
from referrals.models import Referral
from referrals.parents import guards as parents_guards
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.states import GRAVITY, OPENED, DecisionCode, Exploitation, MeasureState, State
from referrals.workflow import case_guards, decision_inputs, measure_types
from referrals.workflow import people as workflow_people
from referrals.workflow.case import Case
from referrals.workflow.case_guards import history_calls_for_two
from referrals.workflow.measure_types import variants_are_of_the_authority
from referrals.workflow.referral_machine import step
from referrals.workflow.rules import answers
from referrals.workflow.step import SAME, Theme
from referrals.workflow.usual import Usual

AT_RISK = GRAVITY.index(Exploitation.AT_RISK)
#: Less than justice for a suspected child: proposed by an inspector, signed by a supervisor (§2.5).
OVERRIDE: Final = _(
    "Décision autre que judiciaire pour une situation suspectée : une seconde signature est requise."
)
OVERRIDE_SIGNERS = ((OVERRIDE, (Role.SUPERVISOR,)),)
GRAVE_PAST: Final = _(
    "Classement pour un enfant dont la situation a été préoccupante : une seconde signature est requise."
)


def needs_override(case: Case, child_id: UUID, decision: str) -> bool:
    """Tell whether a decision departs from the judicial default for a suspected child (§2.5)."""
    child = case.child(child_id)
    return (
        child is not None
        and not case.beyond_childhood(child)
        and child.prostitution_status == Exploitation.SUSPECTED
        and decision in (DecisionCode.ADMIN, DecisionCode.CONTINUE)
    )


def decision_calls_for_two(case: Case, child_id: UUID, decision: str) -> Text | None:
    """Closing for a child once at risk or in immediate danger, for majority or death, or overriding §2.5 (T43)."""
    child = case.child(child_id)
    if child is None:
        return None
    if needs_override(case, child.pk, decision):
        return OVERRIDE
    past = GRAVITY.index(Exploitation(child.status_ever)) >= AT_RISK or child.danger_ever
    if decision == DecisionCode.CLOSE and (past or case.beyond_childhood(child)):
        return GRAVE_PAST
    return None


@answers(OVERRIDE, GRAVE_PAST)
def child_decision_calls_for_two(case: Case, step_input: DecideChild) -> Text | None:
    """The decision for one child is signed by two where its past or §2.5 says so (T43)."""
    return decision_calls_for_two(case, step_input.child, step_input.decision)


@answers(OVERRIDE, GRAVE_PAST)
def carried_decisions_call_for_two(
    case: Case, step_input: decision_inputs.Deciding | decisions_inputs.DecideJudicial
) -> Text | None:
    """One signature covers a step and its T43s, so the step asks for what they ask; less than justice is §2.5.

    A decision on record that was signed as it stands isn't signed again; one that was taken by a single
    person before the child was suspected is.
    """
    reasons = [decision_calls_for_two(case, item.child, item.decision) for item in step_input.decisions]
    carried = {item.child for item in step_input.decisions}
    if OVERRIDE in reasons or any(
        needs_override(case, child.pk, child.decision) and not case.decision_is_signed(child)
        for child in case.children
        if child.pk not in carried
    ):
        return OVERRIDE
    return next((reason for reason in reasons if reason is not None), None)


@answers(*history_calls_for_two.sentences, *carried_decisions_call_for_two.sentences)
def closing_calls_for_two(case: Case, step_input: DecideClose) -> Text | None:
    """As the history of the case calls for (2S?), and for decisions that T43 alone would have signed by two (T22)."""
    return history_calls_for_two(case, step_input) or carried_decisions_call_for_two(case, step_input)


@step(
    "decide_close",
    number="T22",
    label=_("Classer"),
    source=[State.REPORT_SUBMITTED],
    target=State.CLOSED_NO_ACTION,
    roles=[Role.ASE_INSPECTOR],
    guards=[
        guards.strongest_is_close,
        guards.recorded_decisions_still_hold,
        case_guards.no_judicial_referral_open,
        case_guards.no_measure_alive,
    ],
    checks=[case_guards.children_belong, guards.carried_decisions_hold],
    carries=[effects.record_decisions],
    effects=[open_review],
    signed_when=closing_calls_for_two,
    takes=decisions_inputs.DecideClose,
    starts=[C.C20],
    stops=[C.C3, C.C6, C.C8],
    tells=["holders", "child", "filer"],
    law="CASF D226-2-7",
    data_class="J",
    usual=[Usual(_("Ni danger ni risque de danger : aucune mesure n'est nécessaire."))],
    on_report=True,
)
def decide_close(referral: Referral, step_input: decisions_inputs.DecideClose, case: Case) -> None:
    """Close the case after a report that rules out danger for each child."""
    referral.closed_at = case.at


@step(
    "decide_admin",
    number="T23",
    label=_("Proposer une protection administrative"),
    source=[State.REPORT_SUBMITTED],
    target=[State.ADMIN_OFFER, State.PROTECTED_ADMIN, State.PROTECTED_JUDICIAL],
    roles=[Role.ASE_INSPECTOR],
    guards=[guards.strongest_is_admin, guards.recorded_decisions_still_hold],
    checks=[
        case_guards.children_belong,
        guards.carried_decisions_hold,
        guards.measures_fit_the_decision,
        guards.protection_has_a_measure,
        measure_types.measure_types_exist,
        variants_are_of_the_authority,
        silence.silence_counts_for_a_child_in_care,
        young_adult_was_looked_after,
    ],
    carries=[effects.record_decisions],
    effects=[effects.propose_measures],
    signed_when=carried_decisions_call_for_two,
    signers_for=OVERRIDE_SIGNERS,
    takes=decisions_inputs.DecideAdmin,
    starts=[C.C9],
    stops=[C.C8],
    tells=["holders", "child"],
    law="CASF L222-3, L222-5, L223-2",
    data_class="J",
    usual=[Usual(_("La famille peut accepter une aide : proposez-la."))],
    on_report=True,
    finds_service=True,
)
def decide_admin(referral: Referral, step_input: decisions_inputs.DecideAdmin, case: Case) -> State:
    """Offer the family a protection that needs its written agreement."""
    if any(measure.judicial for measure in case.measures_alive()):
        return State.PROTECTED_JUDICIAL
    begun = (
        MeasureState.AGREED,
        MeasureState.AWAITING_START,
        MeasureState.ACTIVE,
        MeasureState.SUSPENDED,
    )
    alive = case.measures_alive()
    if alive and not step_input.measures and all(measure.state in begun for measure in alive):
        return State.PROTECTED_ADMIN
    return State.ADMIN_OFFER


@step(
    "record_agreement",
    number="T24",
    label=_("Enregistrer l'accord"),
    source=[State.ADMIN_OFFER],
    target=State.PROTECTED_ADMIN,
    roles=[Role.ASE_INSPECTOR, Role.CASE_REFERENT],
    guards=[guards.measure_is_proposed],
    checks=[silence.silence_has_lasted, agreement_is_of_the_right_person],
    effects=[effects.agree_to_measure],
    takes=decisions_inputs.AgreementOfCase,
    starts=[C.C16, C.C24, C.C26],
    stops=[C.C9],
    tells=["service"],
    law="CASF L223-2",
    data_class="J",
    usual=[Usual(_("La famille accepte ce qui lui est proposé."))],
)
def record_agreement(referral: Referral, step_input: decisions_inputs.AgreementOfCase, case: Case) -> None:
    """Record the first written agreement of the case."""


@step(
    "record_refusal",
    number="T25",
    label=_("Enregistrer un refus ou une impossibilité de collaborer"),
    source=[State.ADMIN_OFFER, State.PROTECTED_ADMIN],
    target=[State.JUDICIAL_PENDING, State.REPORT_SUBMITTED, SAME],
    roles=[Role.ASE_INSPECTOR],
    checks=[
        case_guards.children_belong,
        parents_guards.every_holder_is_traced,
        justice_guards.persisting_danger_is_referred,
        justice_guards.ground_fits_the_child,
        justice_guards.prepared_referral_is_of_case,
        letter_guards.document_says_the_same,
    ],
    effects=[effects.refuse_measures, effects.refer_after_refusal],
    takes=decisions_inputs.RefusalOfCase,
    starts=[C.C7, C.C8],
    stops=[C.C9, C.C3, C.C24],
    tells=["prosecutor"],
    law="CASF L226-4 I b",
    data_class="J",
    usual=[Usual(_("La famille refuse, ou ne peut pas collaborer."), states=[State.ADMIN_OFFER])],
)
def record_refusal(referral: Referral, step_input: decisions_inputs.RefusalOfCase, case: Case) -> str:
    """Record that the family refuses or can't collaborate; danger that persists goes to justice."""
    if step_input.danger_persists:
        return State.JUDICIAL_PENDING
    others = [m for m in case.measures_alive() if m.child_id != step_input.child or m.judicial]
    return str(referral.state) if others else State.REPORT_SUBMITTED


@step(
    "decide_judicial",
    number="T26",
    label=_("Saisir l'autorité judiciaire"),
    source=[State.REPORT_SUBMITTED, State.ADMIN_OFFER, State.PROTECTED_ADMIN],
    target=State.JUDICIAL_PENDING,
    roles=[Role.ASE_INSPECTOR],
    guards=[guards.strongest_is_judicial_after_report],
    checks=[
        case_guards.children_belong,
        guards.carried_decisions_hold,
        guards.referred_children_are_decided,
        justice_guards.referral_is_argued,
        justice_guards.ground_fits_the_child,
        justice_guards.prepared_referral_is_of_case,
        letter_guards.document_says_the_same,
    ],
    carries=[effects.record_decisions],
    effects=[justice_effects.send_argued_to_justice],
    signed_when=carried_decisions_call_for_two,
    signers_for=OVERRIDE_SIGNERS,
    takes=decisions_inputs.DecideJudicial,
    starts=[C.C7],
    stops=[C.C8, C.C3],
    tells=["prosecutor", "holders"],
    law="CASF D226-2-7, L226-4",
    data_class="I",
    usual=[
        Usual(
            _("L'accord de la famille est impossible, ou ne suffit pas à protéger l'enfant."),
            states=[State.REPORT_SUBMITTED],
        )
    ],
    on_report=True,
    finds_service=True,
)
def decide_judicial(referral: Referral, step_input: decisions_inputs.DecideJudicial, case: Case) -> None:
    """Refer the case to justice as its outcome, with an argued report."""


@step(
    "decide_continue",
    number="T27",
    label=_("Poursuite de la mesure en cours"),
    source=[State.REPORT_SUBMITTED, State.TRIAGE],
    target=[State.PROTECTED_ADMIN, State.PROTECTED_JUDICIAL],
    roles=[Role.ASE_INSPECTOR],
    guards=[guards.triage_may_continue, guards.strongest_is_continue, guards.recorded_decisions_still_hold],
    checks=[case_guards.children_belong, guards.carried_decisions_hold],
    # After the move: from the first analysis T43 has no place before it.
    effects=[effects.record_decisions],
    signed_when=carried_decisions_call_for_two,
    signers_for=OVERRIDE_SIGNERS,
    takes=decisions_inputs.DecideContinue,
    stops=[C.C2, C.C4, C.C8],
    tells=["case_referent"],
    law="CASF D226-2-7",
    data_class="J",
    usual=[
        Usual(
            _("Une mesure protège déjà l'enfant : elle se poursuit."), states=[State.REPORT_SUBMITTED], rank=2
        )
    ],
    on_report=True,
    finds_service=True,
)
def decide_continue(referral: Referral, step_input: decisions_inputs.DecideContinue, case: Case) -> State:
    """Keep the measure that already protects the child."""
    judicial = any(measure.judicial for measure in case.measures_alive())
    return State.PROTECTED_JUDICIAL if judicial else State.PROTECTED_ADMIN


@step(
    "decide_child",
    number="T43",
    label=_("Décider pour un enfant"),
    source=[
        State.REPORT_SUBMITTED,
        State.ADMIN_OFFER,
        State.JUDICIAL_PENDING,
        State.PROTECTED_ADMIN,
        State.PROTECTED_JUDICIAL,
    ],
    target=SAME,
    roles=[Role.ASE_INSPECTOR],
    checks=[
        case_guards.children_belong,
        guards.child_decision_is_open,
        guards.child_decision_holds,
        guards.measures_fit_the_decision,
        guards.protection_has_a_measure,
        measure_types.measure_types_exist,
        variants_are_of_the_authority,
        silence.silence_counts_for_a_child_in_care,
        young_adult_was_looked_after,
    ],
    effects=[effects.decide_one_child, effects.propose_measures],
    signed_when=child_decision_calls_for_two,
    signers_for=OVERRIDE_SIGNERS,
    takes=decisions_inputs.DecideChild,
    starts=[C.C9],
    stops=[C.C8],
    law="CASF D226-2-7",
    data_class="J",
    times_itself=True,
    on_report=True,
    finds_service=True,
)
def decide_child(referral: Referral, step_input: decisions_inputs.DecideChild, case: Case) -> None:
    """Decide for one child; the case moves when each child is decided."""


@step(
    "name_decider",
    number="T48",
    label=_("Désigner le décideur"),
    source=OPENED,
    target=SAME,
    roles=[Role.CRIP_COORDINATOR, Role.ASE_INSPECTOR],
    checks=[workflow_people.people_may_be_named, checks.decider_is_not_of_service],
    effects=[workflow_people.name_inspector],
    takes=decision_inputs.Naming,
    tells=["named"],
    law="CASF L226-3",
    theme=Theme.PEOPLE,
    changes_rights=True,
)
def name_decider(referral: Referral, step_input: decision_inputs.Naming, case: Case) -> None:
    """Name the inspector who decides."""
