"""Guards of decisions: what may be decided for a child, which decision is the strongest."""

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from core.languages import Text
from referrals.decisions.inputs import (
    AgreementOfCase,
    DecideAdmin,
    DecideChild,
    DecideClose,
    DecideContinue,
    DecideJudicial,
)
from referrals.vocabulary.assessment_answers import DangerLevel
from referrals.vocabulary.decision_answers import CloseGround
from referrals.vocabulary.states import AFTER_DECISION, EXPLOITED, STRENGTH, DecisionCode, MeasureState, State
from referrals.workflow.case import Case
from referrals.workflow.case_guards import told_by_service
from referrals.workflow.decision_inputs import Deciding
from referrals.workflow.decision_records import prostitution_rule
from referrals.workflow.rules import answers, rule

if TYPE_CHECKING:
    from referrals.models import Child


NOT_MET: Final = _("L'enfant n'a pas été rencontré : seule la saisine de l'autorité judiciaire est possible.")
DANGER_NOT_RULED_OUT: Final = _("Le rapport n'écarte pas le danger pour cet enfant.")
CHILD_AWAITS_JUSTICE: Final = _(
    "Une saisine de l'autorité judiciaire est en attente de suite pour cet enfant."
)
CHILD_HAS_A_MEASURE: Final = _("Une mesure n'est pas encore terminée pour cet enfant.")
CLOSED_BY_AGE_OR_DEATH: Final = _("Le motif du classement est la majorité ou le décès.")
EXPLOITATION_STANDS: Final = _(
    "Une situation suspectée ou avérée doit d'abord être écartée, motifs et seconde signature à l'appui."
)
NO_DANGER_FOUND: Final = _("Le rapport ne confirme ni danger ni risque de danger pour cet enfant.")
CHILD_HAS_NO_MEASURE: Final = _("Aucune mesure n'est en cours pour cet enfant.")
#: Why a decision isn't open to a child.
NOT_FOR_THE_CHILD: Final = (
    NOT_MET,
    DANGER_NOT_RULED_OUT,
    CHILD_AWAITS_JUSTICE,
    CHILD_HAS_A_MEASURE,
    CLOSED_BY_AGE_OR_DEATH,
    EXPLOITATION_STANDS,
    NO_DANGER_FOUND,
    CHILD_HAS_NO_MEASURE,
    *prostitution_rule.sentences,
)
UNDECIDED_CHILD: Final = _("Chaque enfant du dossier doit avoir une décision.")
NOT_THE_STRONGEST: Final = _(
    "La décision la plus forte prise pour les enfants ne correspond pas à cette étape."
)
#: Why the strongest decision among the children isn't the one of the step.
NOT_THIS_STEP: Final = (UNDECIDED_CHILD, NOT_THE_STRONGEST, *NOT_FOR_THE_CHILD)


def child_may_be_decided(case: Case, child: "Child", code: str, ground: str = "") -> Text | None:
    """Ask the guards of T22, T23, T26, T27 for one child (domain.md T43)."""
    if code == DecisionCode.JUDICIAL:
        return None
    if not case.beyond_childhood(child):
        if not case.was_met(child) and not (code == DecisionCode.CONTINUE and told_by_service(case)):
            return NOT_MET
        if code != DecisionCode.CLOSE and (reason := prostitution_rule(case, child)):
            return reason
    return {
        DecisionCode.CLOSE: _may_close,
        DecisionCode.ADMIN: _may_protect,
        DecisionCode.CONTINUE: _may_continue,
    }[DecisionCode(code)](case, child, ground)


def _may_close(case: Case, child: "Child", ground: str) -> Text | None:
    if case.judicial_open(child):
        return CHILD_AWAITS_JUSTICE
    if case.measures_alive(child):
        return CHILD_HAS_A_MEASURE
    if case.beyond_childhood(child):
        return None if ground in (CloseGround.MAJORITY, CloseGround.DEATH) else CLOSED_BY_AGE_OR_DEATH
    if child.prostitution_status in EXPLOITED:
        return EXPLOITATION_STANDS
    conclusion = case.conclusions.get(child.pk)
    level = conclusion.danger_level if conclusion else ""
    if level == DangerLevel.NO_DANGER or (level == DangerLevel.RISK and ground == CloseGround.RISK_LEFT):
        return None
    return DANGER_NOT_RULED_OUT


def _may_protect(case: Case, child: "Child", ground: str) -> Text | None:
    conclusion = case.conclusions.get(child.pk)
    if conclusion is None or conclusion.danger_level in ("", DangerLevel.NO_DANGER):
        return NO_DANGER_FOUND
    return None


def _may_continue(case: Case, child: "Child", ground: str) -> Text | None:
    return None if case.measures_alive(child) else CHILD_HAS_NO_MEASURE


@answers(*NOT_FOR_THE_CHILD, fact_class="DHIJ")
def carried_decisions_hold(case: Case, step_input: Deciding | DecideJudicial | None) -> Text | None:
    """Each decision that the step carries satisfies the guards of its child."""
    if step_input is None:
        return None
    for item in step_input.decisions:
        child = case.child(item.child)
        if child is not None and (reason := child_may_be_decided(case, child, item.decision, item.ground)):
            return reason
    return None


@answers(*NOT_FOR_THE_CHILD, fact_class="DHIJ")
def recorded_decisions_still_hold(case: Case, step_input: object) -> Text | None:
    """Decisions taken earlier are asked again when the case moves: facts may have changed since."""
    for child in case.children:
        if child.pk in case.carried or child.decision == DecisionCode.UNDECIDED:
            continue
        ground = case.recorded_ground(child)
        if reason := child_may_be_decided(case, child, child.decision, ground):
            return reason
    return None


def _strongest_is(case: Case, step_input: object, wanted: DecisionCode) -> Text | None:
    if step_input is None:
        return _reachable(case, wanted)
    decided = [DecisionCode(case.decision_of(child)) for child in case.children]
    if DecisionCode.UNDECIDED in decided or not decided:
        return UNDECIDED_CHILD
    if max(decided, key=STRENGTH.index) != wanted:
        return NOT_THE_STRONGEST
    return None


def _reachable(case: Case, wanted: DecisionCode) -> Text | None:
    """Say what already bars the step before any input: a stronger decision, or guards no child can pass."""
    decisions = [DecisionCode(c.decision) for c in case.children if c.decision != DecisionCode.UNDECIDED]
    if any(STRENGTH.index(decided) > STRENGTH.index(wanted) for decided in decisions):
        return NOT_THE_STRONGEST
    undecided = [child for child in case.children if child.decision == DecisionCode.UNDECIDED]
    for child in undecided:
        weaker = STRENGTH[: STRENGTH.index(wanted) + 1]
        reasons = [_first_refusal(case, child, code) for code in weaker]
        if all(reasons):
            return reasons[-1]
    return None


def _first_refusal(case: Case, child: "Child", code: DecisionCode) -> Text | None:
    grounds = ("", CloseGround.RISK_LEFT, CloseGround.MAJORITY) if code == DecisionCode.CLOSE else ("",)
    reasons = [child_may_be_decided(case, child, code, ground) for ground in grounds]
    return None if None in reasons else reasons[0]


@answers(*NOT_THIS_STEP, fact_class="DHIJ")
def strongest_is_close(case: Case, step_input: DecideClose | None) -> Text | None:
    """The strongest decision among the children is to close (T22)."""
    return _strongest_is(case, step_input, DecisionCode.CLOSE)


@answers(*NOT_THIS_STEP, fact_class="DHIJ")
def strongest_is_admin(case: Case, step_input: DecideAdmin | None) -> Text | None:
    """The strongest decision among the children is an administrative protection (T23)."""
    return _strongest_is(case, step_input, DecisionCode.ADMIN)


@answers(*NOT_THIS_STEP, fact_class="DHIJ")
def strongest_is_continue(case: Case, step_input: DecideContinue | None) -> Text | None:
    """The strongest decision among the children is to continue (T27)."""
    return _strongest_is(case, step_input, DecisionCode.CONTINUE)


@answers(*NOT_THIS_STEP, fact_class="DHIJ")
def strongest_is_judicial_after_report(case: Case, step_input: DecideJudicial | None) -> Text | None:
    """From the report, the strongest decision is judicial (T26)."""
    if case.referral.state != State.REPORT_SUBMITTED or step_input is None:
        return None
    return _strongest_is(case, step_input, DecisionCode.JUDICIAL)


@rule(
    _("Chaque enfant de la saisine doit avoir une décision judiciaire, avec ce qu'il en dit."), fact_class="J"
)
def referred_children_are_decided(case: Case, step_input: DecideJudicial | None) -> bool:
    """Each child referred has a judicial decision, carried or on record: nobody is referred unheard (T26; L223-4)."""
    return step_input is None or all(
        case.decision_of(child) == DecisionCode.JUDICIAL for child in case.of_case(step_input.children)
    )


NO_JUDICIAL_MEASURE: Final = _(
    "Sans rapport, la poursuite suppose une mesure judiciaire en cours pour chaque enfant."
)
NO_NOTE_OF_THE_SERVICE: Final = _(
    "La note du service chargé de la mesure est attendue : elle dit quand l'enfant a été rencontré."
)


@answers(NO_JUDICIAL_MEASURE, NO_NOTE_OF_THE_SERVICE, fact_class="J")
def triage_may_continue(case: Case, step_input: DecideContinue | None) -> Text | None:
    """From the first analysis one continues only if each child has a judicial measure (T27).

    Where the authority lets the service in charge assess, any measure will do, with the service's note.
    """
    if case.referral.state != State.TRIAGE:
        return None
    alive = [case.measures_alive(child) for child in case.children]
    if alive and all(any(measure.judicial for measure in own) for own in alive):
        return None
    if not (alive and all(alive) and told_by_service(case)):
        return NO_JUDICIAL_MEASURE
    if step_input is not None and not step_input.met_on_note:
        return NO_NOTE_OF_THE_SERVICE
    return None


DECIDED_ALREADY: Final = _(
    "Cet enfant a déjà une décision ; elle ne peut être revue qu'après un refus ou une suite judiciaire."
)
JUSTICE_BY_ITS_OWN_STEP: Final = _("La saisine de l'autorité judiciaire passe par sa propre étape.")


@answers(DECIDED_ALREADY, JUSTICE_BY_ITS_OWN_STEP, fact_class="J")
def child_decision_is_open(case: Case, step_input: DecideChild | None) -> Text | None:
    """After the report phase a child is decided in place only when undecided again (T43)."""
    if step_input is None or case.referral.state == State.REPORT_SUBMITTED:
        return None
    child = case.child(step_input.child)
    if child is not None and child.decision != DecisionCode.UNDECIDED:
        return DECIDED_ALREADY
    if step_input.decision == DecisionCode.JUDICIAL:
        return JUSTICE_BY_ITS_OWN_STEP
    return None


@answers(*NOT_FOR_THE_CHILD, fact_class="DHIJ")
def child_decision_holds(case: Case, step_input: DecideChild | None) -> Text | None:
    """The decision satisfies the guards of its child (T43)."""
    if step_input is None or (child := case.child(step_input.child)) is None:
        return None
    return child_may_be_decided(case, child, step_input.decision, step_input.ground)


@rule(_("Une mesure administrative ne se propose qu'à un enfant pour qui elle est décidée."), fact_class="J")
def measures_fit_the_decision(case: Case, step_input: DecideAdmin | DecideChild | None) -> bool:
    """Measures proposed with a decision are for a child whose decision is administrative (M01)."""
    if step_input is None:
        return True
    for item in step_input.measures:
        child = case.child(item.child)
        code = getattr(step_input, "decision", None) or (case.decision_of(child) if child else "")
        if child is None or code != DecisionCode.ADMIN:
            return False
    return True


@rule(
    _("Une protection administrative se décide avec la mesure proposée, ou déjà en place, pour l'enfant."),
    fact_class="J",
)
def protection_has_a_measure(case: Case, step_input: DecideAdmin | DecideChild | None) -> bool:
    """Whoever the case is to protect has a measure, offered with the decision or alive (T23, T43 in place).

    Up to the report a decision may come first, and its measure with the step that moves the case.
    """
    if step_input is None:
        return True
    code, children = getattr(step_input, "decision", None), case.children
    if code is None:
        children = [one for one in children if case.decision_of(one) == DecisionCode.ADMIN]
    elif code == DecisionCode.ADMIN and case.referral.state in AFTER_DECISION:
        children = [one for one in children if one.pk == getattr(step_input, "child", None)]
    else:
        children = []
    offered = {item.child for item in step_input.measures}
    return all(one.pk in offered or case.measures_alive(one) for one in children)


NONE_AWAITS_AGREEMENT: Final = _("Aucune mesure proposée n'attend d'accord.")
NOT_AWAITING_AGREEMENT: Final = _("Cette mesure n'est pas en attente d'accord.")


@answers(NONE_AWAITS_AGREEMENT, NOT_AWAITING_AGREEMENT, fact_class="J")
def measure_is_proposed(case: Case, step_input: AgreementOfCase | None) -> Text | None:
    """The agreement is about an administrative measure proposed in this case (T24, M02)."""
    proposed = {measure.pk for measure in case.measures if measure.state == MeasureState.PROPOSED}
    if step_input is None:
        return None if proposed else NONE_AWAITS_AGREEMENT
    return None if step_input.measure in proposed else NOT_AWAITING_AGREEMENT
