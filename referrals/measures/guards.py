"""Guards of measures: when one is offered, recorded by hand, refused, cancelled, or reported to the judge."""

from django.utils.translation import gettext_lazy as _

from referrals.measures.inputs import JudgeInformed, Offer
from referrals.vocabulary.states import State
from referrals.workflow.case import Case
from referrals.workflow.decision_inputs import OrderedMeasure, Refusal
from referrals.workflow.inputs import Reasoned
from referrals.workflow.rules import rule

AFTER_REPORT = (
    State.REPORT_SUBMITTED,
    State.ADMIN_OFFER,
    State.JUDICIAL_PENDING,
    State.PROTECTED_ADMIN,
    State.PROTECTED_JUDICIAL,
)


@rule(_("Une mesure se propose à partir de la remise du rapport."))
def report_was_delivered(case: Case, step_input: Offer | None) -> bool:
    """A measure is offered from the delivered report on (M01)."""
    return case.referral.state in AFTER_REPORT


@rule(_("Une mesure judiciaire ne peut qu'être levée par décision du juge."))
def is_administrative(case: Case, step_input: Reasoned | Refusal | None) -> bool:
    """Only an administrative measure is refused or cancelled; a judicial one is lifted by the judge (M03, M04)."""
    return not case.part.judicial


@rule(_("Seule une mesure ordonnée par la justice est signalée au juge."))
def is_judicial(case: Case, step_input: JudgeInformed | None) -> bool:
    """The judge is told of a judicial measure only (M19)."""
    return bool(case.part.judicial)


@rule(_("Cette ordonnance répond à une saisine : elle s'enregistre avec sa suite."))
def order_comes_by_hand(case: Case, step_input: OrderedMeasure | None) -> bool:
    """An order is recorded by hand only where no referral of ours awaits it (M05; J04 else)."""
    return case.referral.state != State.JUDICIAL_PENDING and not case.judicial_open()
