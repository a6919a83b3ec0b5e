"""Checks of a reopening: its ground fits how the case was closed."""

from referrals.closing.guards import closed_as
from referrals.closing.inputs import Ground, Reopening
from referrals.vocabulary.states import State
from referrals.workflow.case import Case


def ground_fits_the_closing(case: Case, step_input: Reopening | None) -> str | None:
    """A withdrawal isn't confirmed only where there was one; a new fact came in after the closing (T34)."""
    if step_input is None:
        return None
    if step_input.ground == Ground.WITHDRAWAL and closed_as(case) != State.WITHDRAWN:
        return "Le dossier n'a pas été retiré par son auteur."
    closed_at = case.referral.closed_at
    if step_input.ground == Ground.NEW_FACT and not (
        closed_at and step_input.learnt_at and closed_at <= step_input.learnt_at <= case.at
    ):
        return "Un fait nouveau est connu après la clôture, et au plus tard maintenant ; sinon, c'est une erreur."
    return None
