"""Inputs of passing a case on."""

from typing import Final

from accounts.roles import Role
from core.inputs import Code, Id, StrictSerializer, When
from referrals.vocabulary.assessment_answers import TeamField
from referrals.workflow.inputs import text

#: Roles that work by assignment: what a leaver leaves behind.
PASSED: Final = (Role.ASSESSOR, Role.ASE_INSPECTOR, Role.CASE_REFERENT)
ROLES: Final = [(str(role), role.label) for role in PASSED]


class PassOn(StrictSerializer):
    """Whose assignments go to whom, in which role.

    ``field``: an assessor's; that of who leaves unless it is said. ``waiver``: why an assessor who follows the family
    may assess it all the same (D226-2-5).
    """

    needed_when = {
        "field": When("role", ("assessor",)),
        "waiver": When("role", ("assessor",)),
    }

    leaver = Id()
    role = Code(ROLES)
    user = Id()
    field = Code(TeamField.choices, required=False, default="", allow_blank=True)
    waiver = text(required=False)
    reason = text()
