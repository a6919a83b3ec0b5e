"""Inputs of orientations: what is looked for, and what each step takes."""

from typing import Any, Final

from rest_framework import serializers

from accounts.territory import departments
from core.inputs import Code, Codes, Flag, Id, Instant, OptionalId, StrictSerializer, Text
from directory.codes import Need, SafeChannel, Situation
from referrals.vocabulary.decision_answers import RefusalReason
from referrals.workflow.inputs import Signed, text

#: As long as a list of codes of départements may be.
DEPARTMENTS_MAX: Final = 60
#: As long as the name of a service may be that is asked about.
NAMED_MAX: Final = 100


class OfNeed(StrictSerializer):
    """What a need is looked for with; ``danger_departments``: where somebody mustn't be taken, codes with blanks.

    ``situations``: what a person says beyond what the case does. They are told to the rules, and kept nowhere but in
    what these say.
    """

    need = Code(Need.choices)
    child = OptionalId()
    danger_departments = Text(max_length=DEPARTMENTS_MAX, required=False, default="", allow_blank=True)
    situations = Codes(Situation.choices, required=False, default=list)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse what is no code of a département."""
        if not departments_in(attrs["danger_departments"]) <= departments().keys():
            fault = serializers.ErrorDetail("", code="not-a-choice")
            raise serializers.ValidationError({"danger_departments": [fault]})
        return attrs


def departments_in(text: str) -> frozenset[str]:
    """Return the codes of a list of départements."""
    return frozenset(text.replace(",", " ").upper().split())


class ServiceSearch(OfNeed):
    """What is looked for; without ``child`` for all children of the case. ``removed``: show those left out too.

    ``named``: words of the name of a service of which the rules are asked too: « pourquoi pas ? ».
    """

    removed = Flag(required=False, default=False)
    named = Text(max_length=NAMED_MAX, required=False, default="", allow_blank=True)


class OrientationProposal(OfNeed):
    """OR1: the service and the need; ``despite``: why this one, where a rule speaks against it."""

    in_own_row = frozenset({"situations"})  # what the rules said of them is recorded, and nothing else (0055)

    resource = Id()
    despite = text(required=False)
    text = text(max_length=5_000)


class ServiceAsking(StrictSerializer):
    """OR2: by which channel the service was asked, when, and whom; never by SMS."""

    channel = Code(SafeChannel.choices)
    at = Instant()
    whom = Text(max_length=200)


class ServiceAnswer(StrictSerializer):
    """OR3, OR4: what the service said."""

    answer = text(required=False, max_length=5_000)


class ServiceRefusal(StrictSerializer):
    """OR5: why the service says no."""

    reason = Code(RefusalReason.choices)
    answer = text(required=False, max_length=5_000)


class ResourceExclusion(StrictSerializer):
    """OX1: a structure or one of its services, and why the case must not meet it."""

    structure = OptionalId()
    resource = OptionalId()
    reason = text()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if bool(attrs.get("structure")) == bool(attrs.get("resource")):
            raise serializers.ValidationError({"structure": [serializers.ErrorDetail("", code="one-of")]})
        return attrs


class ResourceExclusionEnd(Signed):
    """OX2: which exclusion ends, and why."""

    exclusion = Id()
    reason = text()
