"""Inputs of emergency searches: who is before the officer and why; the review."""

from datetime import date
from typing import Any, Final

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from core.inputs import Code, Day, Flag, Id, Instant, StrictSerializer, Text, Whole
from core.query import PagedQuery
from referrals.matching import phonetics
from referrals.vocabulary.emergency_search import SearchGround
from referrals.workflow.inputs import text

#: A young adult is looked after until then.
OLDEST: Final = 21


class Searching(StrictSerializer):
    """A child before the officer, or before whoever calls: both names, and the birth date or the apparent age."""

    authority = Id(required=False, help_text="Needed by who is on duty for several.")
    ground = Code(SearchGround.choices)
    reason = text()
    last_name = Text(max_length=200)
    first_names = Text(max_length=200)
    birth_date = Day(required=False, default=None, allow_null=True)
    age = Whole(min_value=0, max_value=OLDEST, required=False, default=None, allow_null=True)
    word = Text(max_length=200, required=False, allow_blank=True, default="")
    word_at = Instant(required=False)

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        """Ask for two names that hold a word each, and for the date or the age: there is no search by less.

        Raises:
            serializers.ValidationError: one is missing.
        """
        missing = [name for name in ("last_name", "first_names") if not phonetics.words(said[name])]
        born: date | None = said["birth_date"]
        if born is None and said["age"] is None:
            missing.append("birth_date")
        if missing:
            raise serializers.ValidationError({name: [ErrorDetail("", code="required")] for name in missing})
        return said


class Reviewing(StrictSerializer):
    """What another person makes of a search: agreed, or contested with the reason."""

    agreed = Flag()
    note = text(required=False)

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        """Ask for the reason of a contest.

        Raises:
            serializers.ValidationError: there is none.
        """
        if not said["agreed"] and not said.get("note"):
            raise serializers.ValidationError({"note": [ErrorDetail("", code="required")]})
        return said


class SearchesQuery(PagedQuery):
    """Which searches are listed."""

    reviewed = Flag(in_query=True, required=False)
