"""Checks of the answers of justice: an order needs an open case."""

from referrals.workflow.case import Case
from referrals.workflow.decision_inputs import JusticeAnswer


def orders_need_an_open_case(case: Case, step_input: JusticeAnswer | None) -> str | None:
    """A measure is ordered on a case that is open; a closed one is opened again first (J04)."""
    if step_input is not None and step_input.orders and case.referral.closed_at is not None:
        return "Le dossier est clos : il doit être rouvert avant d'enregistrer une mesure ordonnée."
    return None
