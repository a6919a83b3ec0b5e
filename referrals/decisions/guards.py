"""Guards of decisions: what may be decided for a child, which decision is the strongest."""

from typing import TYPE_CHECKING

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
from referrals.vocabulary.states import EXPLOITED, STRENGTH, DecisionCode, MeasureState, State
from referrals.workflow.case import Case
from referrals.workflow.case_guards import told_by_service
from referrals.workflow.decision_inputs import Deciding
from referrals.workflow.decision_records import prostitution_rule

if TYPE_CHECKING:
    from referrals.models import Child


def child_may_be_decided(case: Case, child: "Child", code: str, ground: str = "") -> str | None:
    """Ask the guards of T22, T23, T26, T27 for one child (domain.md T43)."""
    if code == DecisionCode.JUDICIAL:
        return None
    if not case.beyond_childhood(child):
        if not case.was_met(child) and not (code == DecisionCode.CONTINUE and told_by_service(case)):
            return "L'enfant n'a pas été rencontré : seule la saisine de l'autorité judiciaire est possible."
        if code != DecisionCode.CLOSE and (reason := prostitution_rule(case, child)):
            return reason
    return {
        DecisionCode.CLOSE: _may_close,
        DecisionCode.ADMIN: _may_protect,
        DecisionCode.CONTINUE: _may_continue,
    }[DecisionCode(code)](case, child, ground)


def _may_close(case: Case, child: "Child", ground: str) -> str | None:
    if case.judicial_open(child):
        return "Une saisine de l'autorité judiciaire est en attente de suite pour cet enfant."
    if case.measures_alive(child):
        return "Une mesure est encore vivante pour cet enfant."
    if case.beyond_childhood(child):
        ends = (CloseGround.MAJORITY, CloseGround.DEATH)
        return None if ground in ends else "Le motif du classement est la majorité ou le décès."
    if child.prostitution_status in EXPLOITED:
        return "Une situation suspectée ou avérée doit d'abord être écartée, motifs et seconde signature à l'appui."
    conclusion = case.conclusions.get(child.pk)
    level = conclusion.danger_level if conclusion else ""
    if level == DangerLevel.NO_DANGER or (level == DangerLevel.RISK and ground == CloseGround.RISK_LEFT):
        return None
    return "Le rapport n'écarte pas le danger pour cet enfant."


def _may_protect(case: Case, child: "Child", ground: str) -> str | None:
    conclusion = case.conclusions.get(child.pk)
    if conclusion is None or conclusion.danger_level in ("", DangerLevel.NO_DANGER):
        return "Le rapport ne confirme ni danger ni risque de danger pour cet enfant."
    return None


def _may_continue(case: Case, child: "Child", ground: str) -> str | None:
    if not case.measures_alive(child):
        return "Aucune mesure n'est en cours pour cet enfant."
    return None


def carried_decisions_hold(case: Case, step_input: Deciding | DecideJudicial | None) -> str | None:
    """Each decision that the step carries satisfies the guards of its child."""
    if step_input is None:
        return None
    for item in step_input.decisions:
        child = case.child(item.child)
        if child is not None and (reason := child_may_be_decided(case, child, item.decision, item.ground)):
            return reason
    return None


def recorded_decisions_still_hold(case: Case, step_input: object) -> str | None:
    """Decisions taken earlier are asked again when the case moves: facts may have changed since."""
    for child in case.children:
        if child.pk in case.carried or child.decision == DecisionCode.UNDECIDED:
            continue
        ground = case.recorded_ground(child)
        if reason := child_may_be_decided(case, child, child.decision, ground):
            return reason
    return None


def _strongest_is(case: Case, step_input: object, wanted: DecisionCode) -> str | None:
    if step_input is None:
        return _reachable(case, wanted)
    decided = [DecisionCode(case.decision_of(child)) for child in case.children]
    if DecisionCode.UNDECIDED in decided or not decided:
        return "Chaque enfant du dossier doit avoir une décision."
    if max(decided, key=STRENGTH.index) != wanted:
        return "La décision la plus forte parmi les enfants ne correspond pas à cette étape."
    return None


def _reachable(case: Case, wanted: DecisionCode) -> str | None:
    """Say what already bars the step before any input: a stronger decision, or guards no child can pass."""
    known = [DecisionCode(c.decision) for c in case.children if c.decision != DecisionCode.UNDECIDED]
    if any(STRENGTH.index(known_code) > STRENGTH.index(wanted) for known_code in known):
        return "La décision la plus forte parmi les enfants ne correspond pas à cette étape."
    undecided = [child for child in case.children if child.decision == DecisionCode.UNDECIDED]
    for child in undecided:
        weaker = STRENGTH[: STRENGTH.index(wanted) + 1]
        reasons = [_first_refusal(case, child, code) for code in weaker]
        if all(reasons):
            return reasons[-1]
    return None


def _first_refusal(case: Case, child: "Child", code: DecisionCode) -> str | None:
    grounds = ("", CloseGround.RISK_LEFT, CloseGround.MAJORITY) if code == DecisionCode.CLOSE else ("",)
    reasons = [child_may_be_decided(case, child, code, ground) for ground in grounds]
    return None if None in reasons else reasons[0]


def strongest_is_close(case: Case, step_input: DecideClose | None) -> str | None:
    """The strongest decision among the children is to close (T22)."""
    return _strongest_is(case, step_input, DecisionCode.CLOSE)


def strongest_is_admin(case: Case, step_input: DecideAdmin | None) -> str | None:
    """The strongest decision among the children is an administrative protection (T23)."""
    return _strongest_is(case, step_input, DecisionCode.ADMIN)


def strongest_is_continue(case: Case, step_input: DecideContinue | None) -> str | None:
    """The strongest decision among the children is to continue (T27)."""
    return _strongest_is(case, step_input, DecisionCode.CONTINUE)


def strongest_is_judicial_after_report(case: Case, step_input: DecideJudicial | None) -> str | None:
    """From the report, the strongest decision is judicial (T26)."""
    if case.referral.state != State.REPORT_SUBMITTED or step_input is None:
        return None
    return _strongest_is(case, step_input, DecisionCode.JUDICIAL)


def triage_may_continue(case: Case, step_input: DecideContinue | None) -> str | None:
    """From the first analysis one continues only if each child has a judicial measure (T27).

    Where the authority lets the service in charge assess, any measure will do, with the service's note.
    """
    if case.referral.state != State.TRIAGE:
        return None
    alive = [case.measures_alive(child) for child in case.children]
    if alive and all(any(measure.judicial for measure in own) for own in alive):
        return None
    if not (alive and all(alive) and told_by_service(case)):
        return "Sans rapport, la poursuite suppose une mesure judiciaire en cours pour chaque enfant."
    if step_input is not None and not step_input.met_on_note:
        return (
            "La note du service chargé de la mesure est attendue : elle dit quand l'enfant a été rencontré."
        )
    return None


def child_decision_is_open(case: Case, step_input: DecideChild | None) -> str | None:
    """After the report phase a child is decided in place only when undecided again (T43)."""
    if step_input is None or case.referral.state == State.REPORT_SUBMITTED:
        return None
    child = case.child(step_input.child)
    if child is not None and child.decision != DecisionCode.UNDECIDED:
        return (
            "Cet enfant a déjà une décision ; elle ne se reprend qu'après un refus ou une suite judiciaire."
        )
    if step_input.decision == DecisionCode.JUDICIAL:
        return "La saisine de l'autorité judiciaire passe par sa propre étape."
    return None


def child_decision_holds(case: Case, step_input: DecideChild | None) -> str | None:
    """The decision satisfies the guards of its child (T43)."""
    if step_input is None or (child := case.child(step_input.child)) is None:
        return None
    return child_may_be_decided(case, child, step_input.decision, step_input.ground)


def measures_fit_the_decision(case: Case, step_input: DecideAdmin | DecideChild | None) -> str | None:
    """Measures proposed with a decision are for a child whose decision is administrative (M01)."""
    if step_input is None:
        return None
    for item in step_input.measures:
        child = case.child(item.child)
        code = getattr(step_input, "decision", None) or (case.decision_of(child) if child else "")
        if child is None or code != DecisionCode.ADMIN:
            return "Une mesure administrative se propose à un enfant pour qui elle est décidée."
    return None


def measure_is_proposed(case: Case, step_input: AgreementOfCase | None) -> str | None:
    """The agreement is about an administrative measure proposed in this case (T24, M02)."""
    if step_input is None:
        proposed = [measure for measure in case.measures if measure.state == MeasureState.PROPOSED]
        return None if proposed else "Aucune mesure proposée n'attend d'accord."
    if not any(
        measure.pk == step_input.measure and measure.state == MeasureState.PROPOSED
        for measure in case.measures
    ):
        return "Cette mesure n'est pas en attente d'accord."
    return None
