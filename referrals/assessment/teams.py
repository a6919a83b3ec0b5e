"""Sources of the assessors of a case, by the protocol of the authority (TEAM_SOURCE; CASF D226-2-5)."""

from typing import Any

from accounts.models import Membership
from accounts.roles import Role
from referrals.workflow.case import Case


def team_comes_from_where_it_may(case: Case, given: Any) -> str | None:
    """Assessors come from where the authority takes them: anywhere, the unit of the case, its own agents (T13, T47)."""
    source = case.protocol.team_source
    users = (
        {item.user for item in [*(given.get("team") or []), *(given.get("join") or [])]} if given else set()
    )
    if source == "any" or not users:
        return None
    held = Membership.objects.in_force(case.at).filter(
        authority_id=case.authority_id, role=Role.ASSESSOR, user_id__in=users
    )
    fit = held.filter(unit=case.referral.unit) if source == "unit" else held.filter(organisation=None)
    if users - set(fit.values_list("user_id", flat=True)):
        return "Le protocole de la collectivité prend ses évaluateurs ailleurs : une personne n'en fait pas partie."
    return None
