"""Checks of a reopening: its ground fits how the case was closed."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from core.languages import Text
from referrals.closing.guards import closed_as
from referrals.closing.inputs import Ground, Reopening
from referrals.vocabulary.states import State
from referrals.workflow.case import Case
from referrals.workflow.rules import answers

NOT_WITHDRAWN: Final = _("Le dossier n'a pas été retiré par son auteur.")
NOT_LEARNT_SINCE: Final = _(
    "Un fait nouveau est connu après la clôture, et au plus tard maintenant ; sinon, c'est une erreur."
)


@answers(NOT_WITHDRAWN, NOT_LEARNT_SINCE, fact_class="A")
def ground_fits_the_closing(case: Case, step_input: Reopening | None) -> Text | None:
    """A withdrawal isn't confirmed only where there was one; a new fact came in after the closing (T34)."""
    if step_input is None:
        return None
    if step_input.ground == Ground.WITHDRAWAL and closed_as(case) != State.WITHDRAWN:
        return NOT_WITHDRAWN
    closed_at = case.referral.closed_at
    if step_input.ground == Ground.NEW_FACT and not (
        closed_at and step_input.learnt_at and closed_at <= step_input.learnt_at <= case.at
    ):
        return NOT_LEARNT_SINCE
    return None
