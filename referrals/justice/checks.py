"""Checks of the answers of justice: an order needs an open case."""

from django.utils.translation import gettext_lazy as _

from referrals.workflow.case import Case
from referrals.workflow.decision_inputs import JusticeAnswer
from referrals.workflow.rules import rule


@rule(
    _("Le dossier est clos : il doit être rouvert avant d'enregistrer une mesure ordonnée."), fact_class="A"
)
def orders_need_an_open_case(case: Case, step_input: JusticeAnswer | None) -> bool:
    """A measure is ordered on a case that is open; a closed one is opened again first (J04)."""
    return step_input is None or not step_input.orders or case.referral.closed_at is None
