"""Checks of the review of accesses: a breach is dealt with."""

from typing import Any

from referrals.access_review.sheet import Sheet
from referrals.vocabulary.access_review import Risk


def breach_is_dealt_with(sheet: Sheet, given: Any) -> str | None:
    """A risk is notified to the CNIL; of a high one the persons are told, or it is said why not (RGPD art. 33, 34)."""
    if given is None or sheet.row.risk == Risk.RULED_OUT:
        return None
    if given.get("notified_on") is None:
        return "La date de notification à la CNIL manque."
    if given.notified_on > sheet.today:
        return "La date ne peut pas être à venir."
    if sheet.row.risk == Risk.HIGH and given.get("informed") is None:
        return "Dites si les personnes concernées ont été informées."
    return None
