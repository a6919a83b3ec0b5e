"""Parts of step inputs, and inputs that several features share.

Input is validated whole: one answer names every error. Absent optional members are None, empty or False, as declared.
"""

from typing import Any, Final

from rest_framework import serializers

from core.inputs import Day, Id, Items, StrictSerializer, Text

LONG: Final = 20_000
DOCUMENT: Final = 100_000


def text(*, required: bool = True, max_length: int = 2_000) -> Text:
    """Declare a text of several lines."""
    options: dict[str, Any] = {} if required else {"required": False, "default": ""}
    return Text(max_length=max_length, multiline=True, allow_blank=not required, **options)


def optional_id() -> Id:
    """Declare an id that may be left out."""
    return Id(required=False, default=None, allow_null=True)


def optional_day() -> Day:
    """Declare a day that may be left out."""
    return Day(required=False, default=None, allow_null=True)


def required(name: str) -> serializers.ValidationError:
    """Return the refusal of a body that lacks a member which another one calls for."""
    return serializers.ValidationError({name: [serializers.ErrorDetail("", code="required")]})


def ids(*, required: bool = True) -> Items:
    """Declare a list of distinct ids."""
    return Items(child=Id(), min_length=1) if required else Items(child=Id(), required=False, default=list)


class Nothing(StrictSerializer):
    """A step that needs no more than its name."""


class Reasoned(StrictSerializer):
    """A step that asks why."""

    reason = text()


class Noted(StrictSerializer):
    """A step that takes a remark."""

    note = text(required=False)


class Signed(StrictSerializer):
    """A step that may need a second signature: the person who is asked for it."""

    approver = optional_id()
