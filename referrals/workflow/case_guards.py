"""Guards that several features share: children, measures and referrals to justice of the case."""

from core.inputs import StrictSerializer
from referrals.vocabulary.states import DecisionCode, State
from referrals.workflow.case import Case
from referrals.workflow.inputs import WithChild


def children_belong(case: Case, step_input: StrictSerializer | None) -> str | None:
    """Children named in a step are children of this case."""
    if step_input is None:
        return None
    named = [getattr(item, "child", item) for item in getattr(step_input, "children", [])]
    named += [item.child for item in getattr(step_input, "decisions", [])]
    single = getattr(step_input, "child", None)
    named += [single] if single else []
    if any(case.child(pk) is None for pk in named):
        return "Un des enfants désignés ne figure pas au dossier."
    return None


def child_is_on_record(case: Case, step_input: WithChild | None) -> str | None:
    """The child is on record: also by mistake, for what was thought of it must be taken back (T44; S4)."""
    if step_input is None or case.on_record(step_input.child) is not None:
        return None
    return "L'enfant désigné·e ne figure pas au dossier."


def no_judicial_referral_open(case: Case, step_input: object) -> str | None:
    """No referral to justice is waiting for its answer."""
    if case.judicial_open():
        return "Une saisine de l'autorité judiciaire est en attente de suite."
    return None


def no_measure_alive(case: Case, step_input: object) -> str | None:
    """No measure of any child is alive."""
    if case.measures_alive():
        return "Une mesure est encore vivante pour un enfant du dossier."
    return None


def told_by_service(case: Case) -> bool:
    """Tell whether the note of the service in charge says when a child was met: before any report (T27, config)."""
    return case.referral.state == State.TRIAGE and case.protocol.service_in_charge_assesses


def nothing_is_left_open(case: Case, step_input: object) -> str | None:
    """A follow-up ends with no child undecided (T30)."""
    if any(child.decision == DecisionCode.UNDECIDED for child in case.children):
        return "Un enfant attend encore une décision."
    return None
