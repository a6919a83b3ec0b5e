"""Checks of the review of accesses: a breach is dealt with."""

from referrals.access_review.inputs import Settled
from referrals.access_review.sheet import Sheet
from referrals.vocabulary.access_review import Risk


def breach_is_dealt_with(sheet: Sheet, step_input: Settled | None) -> str | None:
    """A risk is notified to the CNIL; of a high one the persons are told, or it is said why not (RGPD art. 33, 34)."""
    if step_input is None or sheet.row.risk == Risk.RULED_OUT:
        return None
    if getattr(step_input, "notified_on", None) is None:
        return "La date de notification à la CNIL manque."
    if step_input.notified_on > sheet.today:
        return "La date ne peut pas être à venir."
    if sheet.row.risk == Risk.HIGH and getattr(step_input, "informed", None) is None:
        return "Dites si les personnes concernées ont été informées."
    return None
