"""Guards of measures: when one is offered, recorded by hand, refused or cancelled."""

from referrals.measures.inputs import Offer
from referrals.vocabulary.states import State
from referrals.workflow.case import Case
from referrals.workflow.decision_inputs import OrderedMeasure, Refusal
from referrals.workflow.inputs import Reasoned

AFTER_REPORT = (
    State.REPORT_SUBMITTED,
    State.ADMIN_OFFER,
    State.JUDICIAL_PENDING,
    State.PROTECTED_ADMIN,
    State.PROTECTED_JUDICIAL,
)


def report_was_delivered(case: Case, step_input: Offer | None) -> str | None:
    """A measure is offered from the delivered report on (M01)."""
    if case.referral.state not in AFTER_REPORT:
        return "Une mesure se propose à partir de la remise du rapport."
    return None


def is_administrative(case: Case, step_input: Reasoned | Refusal | None) -> str | None:
    """Only an administrative measure is refused or cancelled; a judicial one is lifted by the judge (M03, M04)."""
    return "Une mesure judiciaire ne peut qu'être levée par décision du juge." if case.part.judicial else None


def order_comes_by_hand(case: Case, step_input: OrderedMeasure | None) -> str | None:
    """An order is recorded by hand only where no referral of ours awaits it (M05; J04 else)."""
    if case.referral.state == State.JUDICIAL_PENDING or case.judicial_open():
        return "Cette ordonnance répond à une saisine : elle s'enregistre avec sa suite."
    return None
