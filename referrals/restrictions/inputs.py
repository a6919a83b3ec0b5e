"""Inputs of the steps on restrictions, exclusions and grants."""

from typing import Any, Final

from rest_framework import serializers

from accounts.roles import Role
from core.inputs import Day, Flag, Id, OptionalId, StrictSerializer, When
from referrals.workflow.inputs import Signed, ids, text


class Restriction(Signed):
    """T46: the case, or one child of it, is for the named persons alone."""

    child = OptionalId()
    named = ids()
    reason = text()
    review_on = Day()


class Unrestriction(Signed):
    """T46: lift the restriction, or add persons to its list."""

    needed_when = {
        "add": When("lift", unless=True),
    }

    lift = Flag(required=False, default=False)
    add = ids(required=False)
    reason = text()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for one of the two."""
        if bool(attrs["lift"]) == bool(attrs["add"]):
            raise serializers.ValidationError({"add": [serializers.ErrorDetail("", code="one-of")]})
        return attrs


class ExclusionOf(StrictSerializer):
    """A person who may not see the case (domain.md §1.3 rule 8)."""

    user = Id()
    reason = text()


class ExclusionLift(Signed):
    """The end of an exclusion, by two persons."""

    user = Id()
    reason = text()


class GrantTo(StrictSerializer):
    """An exceptional access to one case, with its reason and end (domain.md §1.3)."""

    user = Id()
    reason = text()
    until = Day()


#: Which roles may be named to which task (T13, T20, T48).
NAMEABLE: Final = {
    "assessor": Role.ASSESSOR,
    "assessment_lead": Role.ASSESSMENT_LEAD,
    "ase_inspector": Role.ASE_INSPECTOR,
    "case_referent": Role.CASE_REFERENT,
}
