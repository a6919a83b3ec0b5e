"""Inputs of the steps on duplicates and links."""

from core.inputs import Code, Codes, Id, OptionalId, StrictSerializer, many
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
