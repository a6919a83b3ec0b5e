"""Guards of measures: when one is offered, recorded by hand, refused, cancelled, or reported to the judge."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from core.languages import Text
from referrals.coming_of_age.majority import is_care, nears_majority
from referrals.measures.inputs import (
    EndOfFollowUp,
    EndOfMeasure,
    JudgeInformed,
    MajorityInterview,
    NotExecuted,
    Offer,
    Renewal,
    Ruling,
    left_without_help,
    never_carried_out,
)
from referrals.vocabulary.decision_answers import EndReason
from referrals.vocabulary.states import Machine, State
from referrals.workflow.case import Case
from referrals.workflow.case_guards import history_calls_for_two
from referrals.workflow.decision_inputs import Beginning, OrderedMeasure, Refusal
from referrals.workflow.inputs import Reasoned
from referrals.workflow.rules import answers, rule

AFTER_REPORT = (
    State.REPORT_SUBMITTED,
    State.ADMIN_OFFER,
    State.JUDICIAL_PENDING,
    State.PROTECTED_ADMIN,
    State.PROTECTED_JUDICIAL,
)


@rule(_("Une mesure se propose à partir de la remise du rapport."), fact_class="A")
def report_was_delivered(case: Case, step_input: Offer | None) -> bool:
    """A measure is offered from the delivered report on (M01)."""
    return case.referral.state in AFTER_REPORT


@rule(_("Une mesure judiciaire ne peut qu'être levée par décision du juge."), fact_class="J")
def is_administrative(case: Case, step_input: Reasoned | Refusal | None) -> bool:
    """Only an administrative measure is refused or cancelled; a judicial one is lifted by the judge (M03, M04)."""
    return not case.part.judicial


@rule(_("Cette mesure n'est pas ordonnée par la justice."), fact_class="J")
def is_judicial(case: Case, step_input: JudgeInformed | Ruling | None) -> bool:
    """A court rules on, and a judge is told of, a judicial measure only (M18, M19)."""
    return bool(case.part.judicial)


@rule(
    _("L'ordonnance est suspendue : la mesure ne peut pas avancer avant la décision de la cour."),
    fact_class="J",
)
def order_is_in_force(case: Case, step_input: Beginning | EndOfMeasure | Renewal | None) -> bool:
    """A measure whose order is suspended isn't taken up, renewed or ended at its term (M10, M11, M12; M18).

    What ends it meanwhile is the judge's decision, or the law (M13).
    """
    return case.part.order_suspended_on is None


@rule(
    _("Le juge doit d'abord être informé que la mesure n'est pas exécutée, preuve à l'appui."),
    fact_class="IJ",
)
def judge_was_informed(case: Case, step_input: NotExecuted | None) -> bool:
    """Of a judicial measure the judge was told, with proof, before it is given up (M15 after M19)."""
    informing = case.referral.steps.filter(machine=Machine.MEASURE, part=case.part.pk, step="inform_judge")
    return not case.part.judicial or informing.exists()


@rule(
    _("La dernière mesure d'un enfant n'a jamais commencé : elle n'est pas arrivée à échéance."),
    fact_class="J",
)
def last_measures_were_carried_out(case: Case, step_input: EndOfFollowUp | None) -> bool:
    """No follow-up ends by its term while a child's last measure was never carried out (T30; §2.8 no. 13)."""
    return step_input is None or step_input.reason != EndReason.TERM or not left_without_help(case)


@rule(
    _(
        "Dites pour chaque enfant ce qu'il dit de la fin de la prise en charge, ou pourquoi il n'est pas entendu."
    ),
    fact_class="B",
)
def every_minor_was_heard(case: Case, step_input: EndOfFollowUp | None) -> bool:
    """Each minor says what it thinks of the end, or it is said why it wasn't heard (T30; L223-4)."""
    child_ids = {item.child for item in step_input.voices} if step_input is not None else set()
    minors = [child for child in case.children if not case.beyond_childhood(child)]
    return step_input is None or all(child.pk in child_ids for child in minors)


NEVER_BEGUN: Final = _("Une mesure du dossier n'a jamais commencé : une seconde signature est requise.")


@answers(NEVER_BEGUN, *history_calls_for_two.sentences, of_case=True)
def end_calls_for_two(case: Case, step_input: EndOfFollowUp) -> Text | None:
    """A follow-up in which a measure was never carried out is ended by two, else as the case's past asks (T30)."""
    if any(never_carried_out(measure) for measure in case.measures) or left_without_help(case):
        return NEVER_BEGUN
    return history_calls_for_two(case, step_input)


@rule(_("Cette ordonnance répond à une saisine : elle s'enregistre avec sa suite."), fact_class="I")
def order_comes_by_hand(case: Case, step_input: OrderedMeasure | None) -> bool:
    """An order is recorded by hand only where no referral of ours awaits it (M05; J04 else)."""
    return case.referral.state != State.JUDICIAL_PENDING and not case.judicial_open()


@rule(
    _("L'entretien de préparation à la majorité concerne un mineur accueilli, à partir de quinze ans."),
    fact_class="BJ",
)
def minor_is_in_care(case: Case, step_input: MajorityInterview | None) -> bool:
    """The interview before majority is for a minor in care, near majority (M21; L222-5-1)."""
    child = case.on_record(case.part.child_id)
    return (
        child is not None
        and not case.beyond_childhood(child)
        and nears_majority(child)
        and is_care(case, case.part)
    )
