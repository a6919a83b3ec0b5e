"""Checks of measures: what must be said where a measure is judicial, a shelter, begun, or has a new term."""

from django.utils.translation import gettext_lazy as _

from referrals.measures.inputs import EndOfMeasure, JudgeInformed, Lifting, NotExecuted, Pause, Ruling
from referrals.vocabulary.states import MeasureState as M
from referrals.workflow.case import Case
from referrals.workflow.rules import rule


@rule(_("Le juge doit être informé."))
def judge_is_told(case: Case, step_input: NotExecuted | Pause | None) -> bool:
    """The judge is told of what happens to a judicial measure (M09, M15)."""
    return step_input is None or not case.part.judicial or step_input.judge_told


@rule(_("La fin d'un accueil d'urgence doit préciser le retour, l'admission ou la saisine du juge."))
def shelter_end_is_said(case: Case, step_input: EndOfMeasure | None) -> bool:
    """The end of an emergency shelter says whether the child went home, was admitted, or the judge seized (M12)."""
    return step_input is None or not case.part.type_id.startswith("shelter_") or bool(step_input.shelter)


@rule(_("La mainlevée d'une mesure judiciaire suppose la décision du juge."))
def judge_lifted_it(case: Case, step_input: Lifting | None) -> bool:
    """A judicial measure is lifted by the judge's decision (M13; CC 375-6)."""
    return step_input is None or not case.part.judicial or bool(step_input.decision)


@rule(_("Cette mesure a commencé : elle ne peut pas être enregistrée comme non exécutée."))
def nothing_was_ever_done(case: Case, step_input: JudgeInformed | NotExecuted | None) -> bool:
    """A measure begun counts as not carried out only if nothing was ever done (M15, M19)."""
    return step_input is None or case.part.state != M.ACTIVE or step_input.nothing_was_done


@rule(
    _(
        "La date à laquelle le juge a été informé et celle à laquelle l'enfant a été vu ne peuvent pas être à venir."
    )
)
def told_and_seen_already(case: Case, step_input: JudgeInformed | None) -> bool:
    """Neither the day the judge was told nor that the child was last seen is to come (M19)."""
    return step_input is None or max(step_input.on, step_input.last_seen_on) <= case.today


@rule(_("La nouvelle échéance doit être datée."))
def term_is_said(case: Case, step_input: Ruling | None) -> bool:
    """A new term comes with its date (M18)."""
    return step_input is None or step_input.effect != "new_term" or step_input.term_on is not None
