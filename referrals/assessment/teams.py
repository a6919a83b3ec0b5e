"""Sources of the assessors of a case, by the protocol of the authority (TEAM_SOURCE; CASF D226-2-5)."""

from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.roles import Role
from referrals.assessment.inputs import Supplement, Team, TeamChange
from referrals.workflow.case import Case
from referrals.workflow.rules import rule


@rule(
    _(
        "Le protocole de la collectivité réserve l'évaluation à d'autres services : une des personnes "
        "n'en fait pas partie."
    ),
    fact_class="A",
)
def team_comes_from_where_it_may(case: Case, step_input: Supplement | Team | TeamChange) -> bool:
    """Assessors come from where the authority takes them: anywhere, the unit of the case, its own agents (T13, T47)."""
    source = case.protocol.team_source
    users = {item.user for item in [*getattr(step_input, "team", []), *getattr(step_input, "join", [])]}
    if source == "any" or not users:
        return True
    memberships = Membership.objects.in_force(case.at).filter(
        authority_id=case.authority_id, role=Role.ASSESSOR, user_id__in=users
    )
    fit = (
        memberships.filter(unit=case.referral.unit)
        if source == "unit"
        else memberships.filter(organisation=None)
    )
    return not users - set(fit.values_list("user_id", flat=True))
