"""Inputs of the first analysis."""

from typing import Any

from rest_framework import serializers

from core.inputs import Code, Codes, Id, OptionalId, StrictSerializer, When, many, optional
from referrals.vocabulary import assessment_answers, case_answers, states
from referrals.vocabulary.states import State, Urgency
from referrals.workflow.inputs import LONG, Signed, required, text


class SearchProof(StrictSerializer):
    """How earlier files were looked for before the first analysis: in the index, or by hand and where (T06).

    What the index found isn't said again: each reader finds it among the file's duplicates, as far as both are seen.
    """

    needed_when = {
        "where": When("method", ("by_hand",)),
        "found": When("method", ("by_hand",)),
    }

    method = Code(case_answers.SearchMethod.choices)
    where = text(required=False)
    found = Code(states.YesNo.choices, required=False, default="", allow_blank=True)

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        """Ask a search by hand for its place and result, and one of the index for neither."""
        for name in ("where", "found"):
            if said["method"] == case_answers.SearchMethod.BY_HAND and not said[name]:
                raise required(name)
            if said["method"] == case_answers.SearchMethod.INDEX and said[name]:
                raise serializers.ValidationError({name: [serializers.ErrorDetail("", code="unknown")]})
        return said


class ChildQualification(StrictSerializer):
    """The qualification of one child (R226-2-2)."""

    child = Id()
    danger_categories = Codes(assessment_answers.DangerCategory.choices, min_length=1)
    danger_level = Code(assessment_answers.DangerLevel.choices)
    maltreatment = Codes(assessment_answers.Maltreatment.choices, required=False, default=list)


class Qualification(Signed):
    """The qualification as an *information préoccupante* (T10).

    ``urgency_reason``: why items left open by an urgent filing stay open. ``search``: T06's proof, where the
    authority has no first analysis of its own.
    """

    needed_if = {
        "search": lambda case: case.referral.state == State.ACKNOWLEDGED,
        "urgency_reason": lambda case: case.referral.left_open,
    }

    children = many(ChildQualification, allow_empty=False)
    urgency = Code(Urgency.choices)
    opinion = text(max_length=LONG)
    unit = OptionalId()
    urgency_reason = text(required=False)
    search = optional(SearchProof)


class Reorienting(Signed):
    """Who takes over, and why it isn't an *information préoccupante* (T11)."""

    in_own_row = frozenset({"feedback"})

    reason = text(max_length=LONG)
    target = Code(case_answers.Reorientation.choices)
    target_name = text(required=False, max_length=500)
    feedback = text(max_length=5_000)
