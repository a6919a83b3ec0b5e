"""Inputs of questions, complements and messages."""

from typing import Any

from core.inputs import Code, Flag, Id, Items, OptionalDay, OptionalId, StrictSerializer, When
from referrals.vocabulary import case_answers, filing_answers
from referrals.workflow.inputs import LONG, ids, required, text

#: How many files one complement brings at most.
ATTACHMENTS_AT_ONCE = 10


class Questions(StrictSerializer):
    """What one wants to know, of whom, until when (T07); without a date the authority's delay holds.

    ``children``: whom it is about, where it isn't the whole case; a restricted child's stays with its list (T46).
    """

    needed_when = {
        "partner": When("recipient", ("partner",)),
    }

    children = ids(required=False)
    questions = text(max_length=10_000)
    recipient = Code(case_answers.Recipient.choices)
    partner = OptionalId()
    due_on = OptionalDay()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for a name exactly where a partner is asked."""
        if (attrs["recipient"] == case_answers.Recipient.PARTNER) != (attrs["partner"] is not None):
            raise required("partner")
        return attrs


class Complementing(StrictSerializer):
    """What is added (T08): ``request`` where it answers one, ``came_by`` where the cell types it in."""

    needed_when = {
        "danger_what": When("danger_now", ("true",)),
    }

    request = OptionalId()
    came_by = Code(filing_answers.Channel.choices, required=False, default="", allow_blank=True)
    danger_now = Flag(required=False, default=False)
    danger_what = text(required=False, max_length=5_000)
    text = text(required=False, max_length=LONG)
    attachments = Items(child=Id(), required=False, default=list, max_length=ATTACHMENTS_AT_ONCE)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for a text or a file, and what threatens where danger is said to be there now."""
        if attrs["danger_now"] and not attrs["danger_what"]:
            raise required("danger_what")
        if not attrs["text"] and not attrs["attachments"]:
            raise required("text")
        return attrs


class GivingUp(StrictSerializer):
    """Which request is waited for no longer, and why (T09)."""

    request = Id()
    reason = text()


class FeedbackText(StrictSerializer):
    """What may be told to whoever filed, should they ask (E03)."""

    text = text(max_length=5_000)


class Message(StrictSerializer):
    """What is said (E01, E02), and of which children, where it isn't of the whole case."""

    children = ids(required=False)
    text = text(max_length=10_000)
