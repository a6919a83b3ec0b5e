"""Checks of decisions: the decider works for no executing service, a measure may be handed over."""

from django.utils.translation import gettext_lazy as _

from referrals.decisions.inputs import NamingService
from referrals.vocabulary.states import MeasureState
from referrals.workflow.case import Case
from referrals.workflow.inputs import WithUser
from referrals.workflow.people import executing, working_for
from referrals.workflow.rules import rule


@rule(_("La personne désignée travaille pour un service qui exécute une mesure de ce dossier."))
def decider_is_not_of_service(case: Case, step_input: WithUser) -> bool:
    """Whoever decides works for no service that executes a measure of the case (T48)."""
    return not working_for(case, executing(case), {step_input.user})


@rule(_("Cette mesure n'est ni accordée ni ordonnée, ou elle est déjà confiée."))
def measure_may_be_handed_over(case: Case, step_input: NamingService) -> bool:
    """A service is named for a measure agreed or ordered (T48 ⇒ M06)."""
    ready = (MeasureState.AGREED, MeasureState.ORDERED)
    return any(measure.pk == step_input.measure and measure.state in ready for measure in case.measures)
