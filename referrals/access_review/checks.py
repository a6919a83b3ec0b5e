"""Checks of the review of accesses: a breach is dealt with."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from core.languages import Text
from referrals.access_review.inputs import Settled
from referrals.access_review.sheet import Sheet
from referrals.vocabulary.access_review import Risk
from referrals.workflow.rules import answers

NO_DAY_OF_NOTICE: Final = _("La date de notification à la CNIL manque.")
DAY_AHEAD: Final = _("La date ne peut pas être à venir.")
SAY_WHO_WAS_TOLD: Final = _("Dites si les personnes concernées ont été informées.")


@answers(NO_DAY_OF_NOTICE, DAY_AHEAD, SAY_WHO_WAS_TOLD)
def breach_is_dealt_with(sheet: Sheet, step_input: Settled | None) -> Text | None:
    """A risk is notified to the CNIL; of a high one the persons are told, or it is said why not (RGPD art. 33, 34)."""
    if step_input is None or sheet.row.risk == Risk.RULED_OUT:
        return None
    if getattr(step_input, "notified_on", None) is None:
        return NO_DAY_OF_NOTICE
    if step_input.notified_on > sheet.today:
        return DAY_AHEAD
    if sheet.row.risk == Risk.HIGH and getattr(step_input, "informed", None) is None:
        return SAY_WHO_WAS_TOLD
    return None
