"""Inputs of the steps of a letter."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from rest_framework import serializers

from core.inputs import Code, Codes, Day, OptionalId, StrictSerializer, Text
from referrals.vocabulary.letters import JudgeAsked, LetterKind, LetterWay
from referrals.workflow.inputs import ids, text

#: Of letters that speak to a child, no more than one page holds; of the others a short paragraph or two.
ADDED_MAX: Final = 1_200
SENTENCE_MAX: Final = 300


def _line(max_length: int = 200) -> Text:
    return Text(max_length=max_length, required=False, default="", allow_blank=True)


class LetterPreparing(StrictSerializer):
    """Which letter: its kind, and the occasion as the list of what is due names it."""

    kind = Code(LetterKind.choices)
    part = OptionalId()
    children = ids(required=False)
    holder = OptionalId()


class LetterEditing(StrictSerializer):
    """What the author answers or adds; all the rest comes from the case."""

    meeting_when = _line()
    meeting_place = _line(300)
    meeting_with = _line(300)
    interpreter = _line()
    companion = _line(300)
    why = _line(SENTENCE_MAX)
    watch = text(required=False, max_length=ADDED_MAX)
    asked_of_judge = Codes(JudgeAsked.choices, required=False, default=list)
    added = text(required=False, max_length=ADDED_MAX)


class LetterSigning(StrictSerializer):
    """Which draft was read: its digest, as the reading gave it."""

    draft = Text(max_length=64)


class LetterSending(StrictSerializer):
    """How a letter went, on which day, and what proves it."""

    on = Day()
    way = Code(LetterWay.choices)
    proof = text(max_length=2_000)
    reference = _line()


def answered(words: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was answered, without what was left empty."""
    return {name: value for name, value in words.items() if value not in ("", [], None)}


def unasked(names: Iterable[str]) -> serializers.ValidationError:
    """Return the refusal of an edit that answers what the kind doesn't ask."""
    return serializers.ValidationError(
        {name: [serializers.ErrorDetail("", code="unknown")] for name in names}
    )
