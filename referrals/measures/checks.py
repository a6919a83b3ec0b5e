"""Checks of measures: what must be said where a measure is judicial, a shelter, begun, or has a new term."""

from referrals.measures.inputs import EndOfMeasure, Lifting, NotExecuted, Pause, Ruling
from referrals.vocabulary.states import MeasureState as M
from referrals.workflow.case import Case


def judge_is_told(case: Case, step_input: NotExecuted | Pause | None) -> str | None:
    """The judge is told of what happens to a judicial measure (M09, M15)."""
    if step_input is not None and case.part.judicial and not step_input.judge_told:
        return "Le juge doit être informé."
    return None


def shelter_end_is_said(case: Case, step_input: EndOfMeasure | None) -> str | None:
    """The end of an emergency shelter says whether the child went home, was admitted, or the judge seized (M12)."""
    if step_input is not None and case.part.type_id.startswith("shelter_") and not step_input.shelter:
        return "La fin d'un accueil d'urgence précise le retour, l'admission ou la saisine du juge."
    return None


def judge_lifted_it(case: Case, step_input: Lifting | None) -> str | None:
    """A judicial measure is lifted by the judge's decision (M13; CC 375-6)."""
    if step_input is not None and case.part.judicial and not step_input.decision:
        return "La mainlevée d'une mesure judiciaire suppose la décision du juge."
    return None


def nothing_was_ever_done(case: Case, step_input: NotExecuted | None) -> str | None:
    """A measure begun counts as not carried out only if nothing was ever done (M15)."""
    if step_input is not None and case.part.state == M.ACTIVE and not step_input.nothing_was_done:
        return "Une mesure commencée n'est pas « non exécutée »."
    return None


def term_is_said(case: Case, step_input: Ruling | None) -> str | None:
    """A new term comes with its date (M18)."""
    if step_input is not None and step_input.effect == "new_term" and step_input.term_on is None:
        return "La nouvelle échéance doit être datée."
    return None
