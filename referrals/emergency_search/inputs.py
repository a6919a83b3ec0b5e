"""Inputs of emergency searches: who is before the officer and why; the review; another person's approval."""

from typing import Any, Final

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from core.inputs import Code, Day, Flag, Id, StrictSerializer, Whole
from core.query import PagedQuery
from referrals.duplicates.inputs import SoughtName
from referrals.vocabulary.oversight import SearchGround
from referrals.workflow.inputs import required, text

#: A young adult is looked after until then.
OLDEST: Final = 21


class Searching(StrictSerializer):
    """A child before the officer, or before whoever calls: both names, and the birth date or the apparent age."""

    authority = Id(required=False, help_text="Needed by who is on duty for several.")
    ground = Code(SearchGround.choices)
    reason = text()
    last_name = SoughtName()
    first_names = SoughtName()
    birth_date = Day(required=False, default=None, allow_null=True)
    age = Whole(min_value=0, max_value=OLDEST, required=False, default=None, allow_null=True)
    unapproved = Flag(
        required=False,
        default=False,
        help_text="Past the cap, and nobody has approved it: it counts as an emergency opening, which is told at once.",
    )

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        """Ask for the date or the age: there is no search by less than both names and one of them."""
        if said["birth_date"] is None and said["age"] is None:
            raise required("birth_date")
        return said


class ApprovalAsked(StrictSerializer):
    """For which duty another person's approval is asked."""

    authority = Id(required=False, help_text="Needed by who is on duty for several.")


class Reviewing(StrictSerializer):
    """What another person makes of a search: agreed, or contested with the reason."""

    agreed = Flag()
    note = text(required=False)

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        if not said["agreed"] and not said.get("note"):
            raise serializers.ValidationError({"note": [ErrorDetail("", code="required")]})
        return said


class SearchesQuery(PagedQuery):
    """Which searches are listed."""

    reviewed = Flag(in_query=True, required=False)
