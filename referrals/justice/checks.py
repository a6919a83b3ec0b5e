"""Checks of the answers of justice: an order needs an open case."""

from typing import Any

from referrals.workflow.case import Case


def orders_need_an_open_case(case: Case, given: Any) -> str | None:
    """A measure is ordered on a case that is open; a closed one is opened again first (J04)."""
    if given is not None and given.orders and case.referral.closed_at is not None:
        return "Le dossier est clos : il doit être rouvert avant d'enregistrer une mesure ordonnée."
    return None
