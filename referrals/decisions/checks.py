"""Checks of decisions: the decider works for no executing service, a measure may be handed over."""

from typing import Any

from referrals.vocabulary.states import MeasureState
from referrals.workflow.case import Case
from referrals.workflow.people import executing, working_for


def decider_is_not_of_service(case: Case, given: Any) -> str | None:
    """Whoever decides works for no service that executes a measure of the case (T48)."""
    if working_for(case, executing(case), {given.user}):
        return "La personne désignée travaille pour un service qui exécute une mesure de ce dossier."
    return None


def measure_may_be_handed_over(case: Case, given: Any) -> str | None:
    """A service is named for a measure agreed or ordered (T48 ⇒ M06)."""
    ready = (MeasureState.AGREED, MeasureState.ORDERED)
    if not any(found.pk == given.measure and found.state in ready for found in case.measures):
        return "Cette mesure n'est ni accordée ni ordonnée, ou elle est déjà confiée."
    return None
