"""Inputs of the steps of a transfer."""

from typing import Any

from core.inputs import Code, Codes, Flag, Id, OptionalDay, OptionalId, StrictSerializer, When, many
from referrals.vocabulary.between_authorities import (
    BreakEffect,
    Channel,
    Document,
    FormalityKind,
    Fulfilment,
    Ground,
    Opinion,
)
from referrals.vocabulary.people import DeferralReason
from referrals.workflow.inputs import ids, required, text


def _optional(codes: Any) -> Code:
    return Code(codes.choices, required=False, default="", allow_blank=True)


class Formality(StrictSerializer):
    """One formality of R221-5-1 to R221-5-3: done, deferred with its reason, or an agreement refused."""

    needed_when = {
        "on": When("outcome", ("done",)),
        "how": When("outcome", ("done", "refused")),
        "reason": When("outcome", ("deferred",)),
        "reason_text": When("outcome", ("deferred",)),
        "break_effect": When("outcome", ("refused",)),
    }

    kind = Code(FormalityKind.choices)
    outcome = Code(Fulfilment.choices)
    on = OptionalDay()
    how = text(required=False)
    reason = _optional(DeferralReason)
    reason_text = text(required=False)
    break_effect = _optional(BreakEffect)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for the date and trace of what was done, and for the reason of what wasn't."""
        needed = {
            Fulfilment.DONE: ("on", "how"),
            Fulfilment.DEFERRED: ("reason",),
            Fulfilment.REFUSED: ("how", "break_effect"),
        }[Fulfilment(attrs["outcome"])]
        for name in needed:
            if not attrs[name]:
                raise required(name)
        if attrs["outcome"] == Fulfilment.REFUSED and attrs["kind"] != FormalityKind.WRITTEN_AGREEMENT:
            raise required("reason")
        return attrs


class Requesting(StrictSerializer):
    """T31: to whom, on which ground, with which documents; ``receivers`` where the case is restricted."""

    needed_if = {
        "receivers": lambda case: case.referral.restricted,
    }

    target = Id()
    ground = Code(Ground.choices)
    note = text(required=False)
    address_known = Flag(required=False, default=True)
    channel = Code(Channel.choices, required=False, default=Channel.ELECTRONIC.value)
    documents = Codes(Document.choices, min_length=1)
    formalities = many(Formality)
    receivers = ids(required=False)


class Sending(StrictSerializer):
    """Send a prepared request, or one that was refused, once more; ``no_answer``: the address is still sought."""

    note = text(required=False)
    no_answer = text(required=False)
    documents = Codes(Document.choices, required=False, default=list)


class Accepting(StrictSerializer):
    """T32: the receipt; the unit that takes the case, and the readers of a restricted one, at the target."""

    receipt = text()
    unit = OptionalId()
    named = ids(required=False)


class Refusing(StrictSerializer):
    """T33: why this authority doesn't take the case."""

    motive = text(max_length=5_000)


class Arbitrating(StrictSerializer):
    """What a supervisor of one side holds, and why."""

    says = Code(Opinion.choices)
    reason = text()
