"""Checks of decisions: the decider works for no executing service, a measure may be handed over."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from core.languages import Text
from referrals.decisions.inputs import NamingService
from referrals.vocabulary.states import MeasureState
from referrals.workflow.case import Case
from referrals.workflow.inputs import WithUser
from referrals.workflow.people import executing, working_for
from referrals.workflow.rules import answers, rule


@rule(
    _("La personne désignée travaille pour un service qui exécute une mesure de ce dossier."), fact_class="J"
)
def decider_is_not_of_service(case: Case, step_input: WithUser) -> bool:
    """Whoever decides works for no service that executes a measure of the case (T48)."""
    return not working_for(case, executing(case), {step_input.user})


NOT_READY: Final = _("Cette mesure n'est ni accordée ni ordonnée, ou elle est déjà confiée.")
NONE_READY: Final = _("Aucune mesure accordée ou ordonnée n'attend d'être confiée à un service.")


@answers(NOT_READY, NONE_READY, fact_class="J")
def measure_may_be_handed_over(case: Case, step_input: NamingService | None) -> Text | None:
    """A service is named for a measure agreed or ordered (T48 ⇒ M06)."""
    ready = {row.pk for row in case.measures if row.state in (MeasureState.AGREED, MeasureState.ORDERED)}
    if step_input is None:
        return None if ready else NONE_READY
    return None if step_input.measure in ready else NOT_READY
