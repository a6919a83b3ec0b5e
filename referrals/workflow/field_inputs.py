"""Input field of each model field of the concern form: the counterpart of ``models/fields.py``."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import models
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.inputs import Code, Codes, Day, Flag, Instant, Text, Whole
from encryption.fields import SealedField

MULTILINE_FROM = 500  # characters: from here on a text may have lines
AGE_MAX = 30
PLACE_CODE_MAX = 5
#: The member that holds the answers to an authority's own questions, and how many there may be.
EXTRA = "extra"
ANSWERS_MAX = 30
_ANSWER = Text(max_length=2_000, multiline=True, allow_blank=True)
_NUMBER = Whole()
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)


@extend_schema_field({"type": "object", "additionalProperties": {"type": ["string", "integer", "null"]}})
class Answers(serializers.Field[Any, Any, Any, Any]):
    """Answers by the code of their question: texts, whole numbers, or null for what one doesn't know.

    Which questions there are is the competent authority's affair (``referrals/filing/questions.py``).
    """

    def to_internal_value(self, data: object) -> dict[str, Any]:
        """Return the answers.

        Raises:
            ValidationError: ``not-object``, ``too-many-items``, ``not-code``, or what is wrong with an answer.
        """
        if not isinstance(data, Mapping):
            raise serializers.ValidationError("", code="not-object")
        # Counted before the answers are read, so that a body of thousands costs nothing.
        if len(data) > ANSWERS_MAX:
            raise serializers.ValidationError(str(ANSWERS_MAX), code="too-many-items")
        # Codes end up in error paths: only a name that can't carry an identity may.
        if not all(isinstance(code, str) and _CODE.fullmatch(code) for code in data):
            raise serializers.ValidationError("", code="not-code")
        return {code: _answer(value) for code, value in data.items()}

    def to_representation(self, value: object) -> Any:
        """Return the answers as they are."""
        return value


def _answer(value: object) -> Any:
    if value is None:
        return None
    return (_ANSWER if isinstance(value, str) else _NUMBER).run_validation(value)


def input_field(field: "models.Field[Any, Any]") -> "serializers.Field[Any, Any, Any, Any]":
    """Return the input of one field: optional, and None or empty takes an answer back."""
    # Sealed first: a sealed field is a binary column, whatever it holds.
    codes = getattr(field, "codes", None)
    if isinstance(field, SealedField):
        return _sealed_input(field, codes)
    # Names of items are the model's own, so their code is their label.
    if items := getattr(field, "items", None):
        return Codes([(name, name) for name in items], required=False)
    if isinstance(field, models.JSONField):
        return Codes(codes.choices, required=False) if codes else serializers.JSONField(required=False)
    if codes is not None:
        return Code(codes.choices, required=False, allow_blank=True)
    if isinstance(field, models.BooleanField):
        return Flag(required=False)
    # Before `DateField`, of which Django derives it.
    if isinstance(field, models.DateTimeField):
        return Instant(required=False, allow_null=True)
    if isinstance(field, models.DateField):
        return Day(required=False, allow_null=True)
    if isinstance(field, models.IntegerField):
        return Whole(required=False)
    return Text(max_length=field.max_length or PLACE_CODE_MAX, required=False, allow_blank=True)


def _sealed_input(field: SealedField, codes: Any) -> "serializers.Field[Any, Any, Any, Any]":
    # Null takes an answer back; what must be answered is asked at filing, not while a draft is written.
    options: dict[str, Any] = {"required": False, "allow_null": True}
    if codes is not None:
        return Code(codes.choices, **options)
    if field.kind == "json":
        return Answers(**options)
    if field.kind == "date":
        return Day(**options)
    if field.kind == "int":
        return Whole(max_value=AGE_MAX, **options)
    if field.kind == "bool":
        return Flag(**options)
    if field.kind == "code":
        return Text(max_length=PLACE_CODE_MAX, **options)
    return Text(
        max_length=field.max_length, multiline=field.max_length >= MULTILINE_FROM, allow_blank=True, **options
    )


def storable(value: object) -> Any:
    """Return a validated value as a sealed field takes it: dates as ISO text."""
    return value.isoformat() if isinstance(value, date) else value
