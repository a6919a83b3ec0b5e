"""Questions that an authority adds to the concern form (FORM_EXTRA_FIELDS): their schema, and valid answers.

Answers are stored beside the form under ``extra``, sealed as facts (class D): no question of an authority can replace
an item of the form, or remove one. The place determines which authority asks, so a draft accepts any answers of the
right shape; a filing by the ordinary lane is checked against the questions, one by the urgent lane never waits for
them.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from rest_framework import serializers

from core.inputs import Code, Day, Text, Whole
from referrals.errors import IncompleteFiling, InvalidInput
from referrals.policy.definitions import Protocol
from referrals.policy.list_types import Row
from referrals.vocabulary.states import YesNo
from referrals.workflow.field_inputs import EXTRA

#: The answer that one doesn't know: it settles a question that must be answered, as ``not_known`` does for the form.
NOT_KNOWN: Final = None


def schema(protocol: Protocol) -> dict[str, Any]:
    """Return the JSON Schema of ``extra`` for an authority: its questions and nothing else."""
    questions = protocol.form_questions
    return {
        "type": "object",
        "properties": {question.code: _property(question) for question in questions},
        "required": [question.code for question in questions if question.required],
        "additionalProperties": False,
    }


def _property(question: Row) -> dict[str, Any]:
    kinds: dict[str, dict[str, Any]] = {
        "text": {"type": ["string", "null"], "maxLength": question.max_length},
        "yes_no": {"enum": [*YesNo.values, None]},
        "number": {"type": ["integer", "null"], "minimum": 0},
        "day": {"type": ["string", "null"], "format": "date"},
        "choice": {"enum": [*(choice.code for choice in question.choices), None]},
    }
    labels = {choice.code: {"fr": choice.fr, "en": choice.en} for choice in question.choices}
    texts = {"title": question.fr, "x-label": {"fr": question.fr, "en": question.en}}
    return kinds[question.kind] | texts | ({"x-choices": labels} if labels else {})


def require_answers(protocol: Protocol, said: Mapping[str, Any] | None) -> None:
    """Ask that the answers are those of an authority's questions, and that none that it must have is missing."""
    require_fit(protocol, said)
    if missing := list(missing_answers(protocol, said)):
        raise IncompleteFiling(missing)


def require_fit(protocol: Protocol, said: Mapping[str, Any] | None) -> None:
    questions = {question.code: question for question in protocol.form_questions}
    for code, value in (said or {}).items():
        if code not in questions:
            raise InvalidInput(f"{EXTRA}.{code}", "unknown")
        _require_fit(questions[code], value)


def missing_answers(protocol: Protocol, said: Mapping[str, Any] | None) -> Iterator[dict[str, str]]:
    """Yield the questions that must be answered and aren't, as the form names what it lacks."""
    answers = said or {}
    for code, question in ((question.code, question) for question in protocol.form_questions):
        if question.required and (code not in answers or answers[code] == ""):
            yield {"field": f"{EXTRA}.{code}", "need": "P"}


def _require_fit(question: Row, value: object) -> None:
    if value is NOT_KNOWN:
        return
    try:
        field_of(question).run_validation(value)
    except serializers.ValidationError as refused:
        codes: Any = refused.get_codes()
        fault = codes[0] if isinstance(codes, list) else "invalid"
        raise InvalidInput(f"{EXTRA}.{question.code}", str(fault)) from None


def field_of(question: Row) -> "serializers.Field[Any, Any, Any, Any]":
    if question.kind == "yes_no":
        return Code(YesNo.choices)
    if question.kind == "choice":
        return Code([(choice.code, choice.fr) for choice in question.choices])
    if question.kind == "number":
        return Whole()
    if question.kind == "day":
        return Day()
    return Text(max_length=question.max_length, multiline=True, allow_blank=True)
