"""Inputs of the steps on duplicates and links, and of the search by name."""

from typing import Any, Final

from rest_framework import serializers

from accounts.inputs import Named
from core.inputs import Code, Codes, Day, Id, OptionalId, StrictSerializer, many
from referrals.matching import phonetics
from referrals.vocabulary.oversight import Likeness, LinkKind, Merge
from referrals.workflow.inputs import Signed, required, text

#: Letters of a name by which somebody is looked for.
SHORTEST: Final = 2


class Suggestion(StrictSerializer):
    """Another file that may belong with this one, and why."""

    in_own_row = frozenset({"reasons"})

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


class SoughtName(Named):
    """A name by which a person is looked for: whole words of letters, no wildcard and no beginning of a name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(also=" '’ʼ-‐‑.,·", words=12, code="not-a-name", max_length=200, **kwargs)

    def to_internal_value(self, data: object) -> str:
        name = super().to_internal_value(data)
        if ".." in name:
            raise serializers.ValidationError("", code=self.fault)
        if sum(sign.isalpha() for sign in name) < SHORTEST or not phonetics.words(name):
            raise serializers.ValidationError("", code="too-short")
        return name


class Wanted(StrictSerializer):
    """Who is looked for: one name at least; with a second fact the search goes by the index."""

    last_name = SoughtName(required=False, allow_blank=True, default="")
    first_names = SoughtName(required=False, allow_blank=True, default="")
    birth_date = Day(required=False, default=None, allow_null=True)
    authority = Id(required=False, default=None, allow_null=True)

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        if not said["last_name"] and not said["first_names"]:
            raise required("last_name")
        return said
