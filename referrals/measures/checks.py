"""Checks of measures: what must be said where a measure is judicial, a shelter, begun, or has a new term."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from referrals.errors import InvalidInput
from referrals.measures.inputs import (
    EndOfFollowUp,
    EndOfMeasure,
    JudgeInformed,
    Lifting,
    NotExecuted,
    Pause,
    Ruling,
    Situation,
    danger_is_asked_again,
    of_a_minor,
)
from referrals.vocabulary.decision_answers import DangerRemains, EndReason, RulingKind
from referrals.vocabulary.states import MeasureState as M
from referrals.workflow import own_words
from referrals.workflow.case import Case
from referrals.workflow.rules import names_fields, rule, two_sign

#: What ends a judicial measure without a judge: assistance is for unemancipated minors (CC 375).
OVER_BY_LAW: Final = (EndReason.MAJORITY, EndReason.EMANCIPATION, EndReason.DEATH)


@rule(_("Le juge doit être informé."), fact_class="J")
def judge_is_told(case: Case, step_input: Pause | None) -> bool:
    """The judge is told of what happens to a judicial measure (M09)."""
    return step_input is None or not case.part.judicial or step_input.judge_told


@rule(
    _("La fin d'un accueil d'urgence doit préciser le retour, l'admission ou la saisine du juge."),
    fact_class="J",
)
def shelter_end_is_said(case: Case, step_input: EndOfMeasure | None) -> bool:
    """The end of an emergency shelter says whether the child went home, was admitted, or the judge seized (M12)."""
    return step_input is None or not case.part.type_id.startswith("shelter_") or bool(step_input.shelter)


@rule(_("La mainlevée d'une mesure judiciaire suppose la décision du juge."), fact_class="BJ")
def judge_lifted_it(case: Case, step_input: Lifting | None) -> bool:
    """A judicial measure is lifted by the judge's decision (M13; CC 375-6), unless it is over by law."""
    if step_input is None or not case.part.judicial or step_input.decision:
        return True
    return step_input.reason in OVER_BY_LAW and (step_input.reason == EndReason.DEATH or not of_a_minor(case))


@rule(_("Cette mesure a commencé : elle ne peut pas être enregistrée comme non exécutée."), fact_class="J")
def nothing_was_ever_done(case: Case, step_input: JudgeInformed | NotExecuted | None) -> bool:
    """A measure begun counts as not carried out only if nothing was ever done (M15, M19)."""
    return step_input is None or case.part.state != M.ACTIVE or step_input.nothing_was_done


@rule(
    _(
        "Les dates de l'information du juge, de la demande au service et de la dernière fois où l'enfant a été vu "
        "ne peuvent pas être à venir."
    ),
    fact_class="A",
)
def told_and_seen_already(case: Case, step_input: JudgeInformed | None) -> bool:
    """No day of telling the judge, asking the service or seeing the child is to come (M19)."""
    if step_input is None:
        return True
    informed_on = step_input.asked_since or step_input.on
    return max(step_input.on, step_input.last_seen_on, informed_on) <= case.today


@names_fields(fact_class="B")
def danger_is_answered(
    case: Case, step_input: EndOfMeasure | JudgeInformed | Lifting | NotExecuted | Ruling
) -> None:
    """Whether a danger remains for a minor is said, one way or the other (M12, M13, M15, M19)."""
    if of_a_minor(case) and not step_input.danger_remains:
        raise InvalidInput("danger_remains", "required")


@names_fields(fact_class="BJ")
def danger_is_answered_again(case: Case, step_input: EndOfFollowUp) -> None:
    """Whether a danger remains is said anew where a child's last measure was never carried out (T30)."""
    if danger_is_asked_again(case) and not step_input.danger_remains:
        raise InvalidInput("danger_remains", "required")


@rule(_("Un danger demeure : proposez une autre mesure, ou saisissez l'autorité judiciaire."), fact_class="A")
def no_danger_remains(case: Case, step_input: EndOfFollowUp | None) -> bool:
    """No follow-up ends while a danger remains for a child whom no measure helped (T30; §2.8 no. 13)."""
    return step_input is None or step_input.danger_remains != DangerRemains.YES


@names_fields(fact_class="B")
def minor_was_heard(case: Case, step_input: EndOfMeasure | Situation) -> None:
    """What a minor says of a report, and how it was shown it, is said (M12, M17; L223-4, L223-5)."""
    for name in ("heard", "child_shown"):
        if of_a_minor(case) and not getattr(step_input, name, True):
            raise InvalidInput(name, "required")
    own_words.require_past(step_input, case.today)


@two_sign(_("Danger écarté alors que la mesure n'a jamais commencé : une seconde signature est requise."))
def danger_excluded_by_two(case: Case, step_input: NotExecuted) -> bool:
    """Of a measure never carried out one person alone doesn't say that no danger remains; a danger waits for nobody."""
    return step_input.danger_remains == DangerRemains.NO


@names_fields(fact_class="B")
def danger_after_quashing_is_answered(case: Case, step_input: Ruling) -> None:
    """Whether a danger remains is said of a minor whose order is quashed (M18)."""
    if step_input.ruling_kind == RulingKind.QUASHED:
        danger_is_answered(case, step_input)


@rule(
    _("Cette décision date au plus tôt du jour de l'ordonnance, et au plus tard d'aujourd'hui."),
    fact_class="J",
)
def ruling_follows_the_order(case: Case, step_input: Ruling | None) -> bool:
    """What becomes of an order is ruled from its day on, and recorded on that day or later (M18)."""
    return step_input is None or (case.part.ordered_on or step_input.on) <= step_input.on <= case.today


@rule(_("La nouvelle échéance doit être datée."), fact_class="A")
def term_is_said(case: Case, step_input: Ruling | None) -> bool:
    """A new term comes with its date (M18)."""
    return step_input is None or step_input.effect != "new_term" or step_input.term_on is not None
