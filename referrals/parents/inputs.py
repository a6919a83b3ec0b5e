"""Input of T16."""

from typing import Any

from rest_framework import serializers

from core.inputs import Code, Id, OptionalDay, When
from referrals.vocabulary import people
from referrals.vocabulary.states import InformationState
from referrals.workflow.inputs import Signed, text


class Informing(Signed):
    """Whether a holder was told, on which occasion (T16)."""

    needed_when = {
        "told_on": When("outcome", ("done",)),
        "means": When("outcome", ("done",)),
        "reason": When("outcome", ("deferred",)),
        "review_on": When("outcome", ("deferred",)),
        "reason_text": When("outcome", ("deferred", "not_applicable")),
    }

    holder = Id()
    occasion = Code(people.Occasion.choices)
    outcome = Code([(s.value, s.label) for s in InformationState if s != InformationState.PENDING])
    told_on = OptionalDay()
    means = text(required=False)
    reason = Code(people.DeferralReason.choices, required=False, default="", allow_blank=True)
    reason_text = text(required=False)
    review_on = OptionalDay()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for what the outcome needs: date and means, or reason and review date, or why not applicable."""
        needs = {
            "done": ("told_on", "means"),
            "deferred": ("reason", "review_on"),
            "not_applicable": ("reason_text",),
        }[attrs["outcome"]]
        missing = {
            name: serializers.ErrorDetail("", code="required") for name in needs if not attrs.get(name)
        }
        if missing:
            raise serializers.ValidationError({name: [why] for name, why in missing.items()})
        return attrs
