"""Inputs of the steps on duplicates and links, and of the search by name."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from core.inputs import Code, Codes, Day, Id, OptionalId, StrictSerializer, Text, many
from referrals.matching import phonetics
from referrals.vocabulary.duplicates import Likeness, LinkKind, Merge
from referrals.workflow.inputs import Signed, text


class Suggestion(StrictSerializer):
    """Another file that may belong with this one, and why."""

    other = Id()
    reasons = Codes(Likeness.choices, min_length=1)
    note = text(required=False)


class Confirming(StrictSerializer):
    """The same child, or a file of the same family."""

    kind = Code(LinkKind.choices)


class ChildMatch(StrictSerializer):
    """A child of the filing, and who it is in the target; nobody where the target lacks it."""

    child = Id()
    same_as = OptionalId()


class HolderMatch(StrictSerializer):
    """A holder of the filing, and who it is in the target; nobody where the target lacks it."""

    holder = Id()
    same_as = OptionalId()


class Attaching(Signed):
    """T12: to which file, with which facts, and who is who; a person says so, the service compares nothing."""

    target = Id()
    link = Code(Merge.choices)
    children = many(ChildMatch, allow_empty=False)
    holders = many(HolderMatch, required=False, default=list)


class Wanted(StrictSerializer):
    """Who is looked for: one name at least; with a second fact the search goes by the index."""

    last_name = Text(max_length=200, required=False, allow_blank=True, default="")
    first_names = Text(max_length=200, required=False, allow_blank=True, default="")
    birth_date = Day(required=False, default=None, allow_null=True)
    authority = Id(required=False, default=None, allow_null=True)

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        """Ask for a name that holds at least one word.

        Raises:
            serializers.ValidationError: there is none.
        """
        if not any(phonetics.words(said[name]) for name in ("last_name", "first_names")):
            raise serializers.ValidationError({"last_name": [ErrorDetail("", code="required")]})
        return said
