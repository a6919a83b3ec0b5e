"""Checks of decisions: the decider works for no executing service, a measure may be handed over."""

from referrals.decisions.inputs import NamingService
from referrals.vocabulary.states import MeasureState
from referrals.workflow.case import Case
from referrals.workflow.inputs import WithUser
from referrals.workflow.people import executing, working_for


def decider_is_not_of_service(case: Case, step_input: WithUser) -> str | None:
    """Whoever decides works for no service that executes a measure of the case (T48)."""
    if working_for(case, executing(case), {step_input.user}):
        return "La personne désignée travaille pour un service qui exécute une mesure de ce dossier."
    return None


def measure_may_be_handed_over(case: Case, step_input: NamingService) -> str | None:
    """A service is named for a measure agreed or ordered (T48 ⇒ M06)."""
    ready = (MeasureState.AGREED, MeasureState.ORDERED)
    if not any(measure.pk == step_input.measure and measure.state in ready for measure in case.measures):
        return "Cette mesure n'est ni accordée ni ordonnée, ou elle est déjà confiée."
    return None
