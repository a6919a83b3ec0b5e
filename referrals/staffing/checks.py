"""Checks on who may become the referent."""

from typing import Any

from referrals.workflow.case import Case


def referent_is_not_of_team(case: Case, given: Any) -> str | None:
    """Whoever assesses doesn't follow the family (CASF D226-2-5)."""
    if given.user in case.team():
        return "Un membre de l'équipe d'évaluation ne peut pas suivre la famille."
    return None
