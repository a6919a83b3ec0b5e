"""Silence: justice that doesn't answer, and a family that doesn't (J04 ``lapsed``; C9).

Silence is never an answer by itself: a person records it, once the deadline of the law or of the authority has passed.
"""

from typing import Final

from django.utils.translation import gettext_lazy as _

from core.inputs import StrictSerializer
from core.languages import Text
from referrals.vocabulary.deadlines import ClockCode
from referrals.vocabulary.states import MeasureState, Outcome
from referrals.workflow import deadlines
from referrals.workflow.case import Case
from referrals.workflow.decision_inputs import Agreement, JusticeAnswer, MeasureOffer
from referrals.workflow.rules import answers, rule, two_sign

#: Care outside the home: an offer of it to a child who is in such care already may be agreed to by silence.
CARE: Final = ("temporary_care", "modular_care", "parent_child", "placement_ase", "placement_establishment")
BEGUN: Final = (MeasureState.ACTIVE, MeasureState.SUSPENDED)


def lapses_by_silence(case: Case, step_input: JusticeAnswer) -> bool:
    """Tell whether a child's referral is said to have lapsed for want of an answer: not by majority, not by death."""
    lapsed = [case.child(item.child) for item in step_input.outcomes if item.type == Outcome.LAPSED]
    return any(child is not None and not case.beyond_childhood(child) for child in lapsed)


@rule(
    _("La dernière relance du parquet n'a pas encore eu lieu : son silence ne rend pas la saisine caduque."),
    fact_class="I",
)
def silence_outlasted_the_reminders(case: Case, step_input: JusticeAnswer | None) -> bool:
    """A referral to justice lapses by silence only after the last reminder; by majority or death at once (J04)."""
    if step_input is None or not lapses_by_silence(case, step_input):
        return True
    part_id = case.part.pk if case.part is not None else getattr(step_input, "judicial_referral", None)
    waits = case.referral.clocks.filter(code=ClockCode.C7, part=part_id).order_by("started_at").last()
    return waits is not None and case.at > waits.due_at


@two_sign(_("Constater la caducité d'une saisine demande une seconde signature."))
def lapsing_calls_for_two(case: Case, step_input: JusticeAnswer) -> bool:
    """To hold a referral to justice as lapsed is signed by two, save for majority or death (§2.6 ``lapsed``)."""
    return lapses_by_silence(case, step_input)


ONLY_IN_CARE: Final = _("Le silence ne vaut accord que pour l'accueil d'un enfant déjà accueilli.")
NOT_NOTIFIED_YET: Final = _("La date de la notification ou de l'envoi ne peut pas être à venir.")


@answers(ONLY_IN_CARE, NOT_NOTIFIED_YET, fact_class="J")
def silence_counts_for_a_child_in_care(case: Case, step_input: StrictSerializer | None) -> Text | None:
    """Only care offered to a child who is in care already is agreed to by silence (C9; CASF L223-2)."""
    if step_input is None:
        return None
    items: list[MeasureOffer] = getattr(step_input, "measures", [step_input])
    for item in items:
        child = case.child(item.child)
        if not (item.notified_on or item.sent_on) or child is None:
            continue
        cared_for = any(
            m.type_id in CARE and m.state in BEGUN and m.order_suspended_on is None
            for m in case.measures_alive(child)
        )
        if item.type not in CARE or not cared_for:
            return ONLY_IN_CARE
        if max(filter(None, (item.notified_on, item.sent_on))) > case.today:
            return NOT_NOTIFIED_YET
    return None


NOT_LONG_ENOUGH: Final = _("Le délai au terme duquel le silence vaut accord n'est pas écoulé.")
NO_AGREEMENT_BY_SILENCE: Final = _(
    "Le silence ne vaut pas accord pour cette mesure : un accord écrit est nécessaire."
)


@answers(NOT_LONG_ENOUGH, NO_AGREEMENT_BY_SILENCE, fact_class="J")
def silence_has_lasted(case: Case, step_input: Agreement | None) -> Text | None:
    """Silence is agreement four weeks after the notification, six after a sending without receipt (C9; M02)."""
    if step_input is None or not step_input.by_silence:
        return None
    wanted = case.part.pk if case.part is not None else getattr(step_input, "measure", None)
    offered = next((measure for measure in case.measures if measure.pk == wanted), None)
    day = deadlines.agreed_by_silence_on(offered) if offered is not None else None
    if day is None:
        return NO_AGREEMENT_BY_SILENCE
    return None if case.today > day else NOT_LONG_ENOUGH
