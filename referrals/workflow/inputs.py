"""Parts of step inputs, and inputs that several features share.

Input is validated whole: one answer names every error. Absent optional members are None, empty or False, as declared.
"""

from datetime import date
from typing import Any, Final, Protocol
from uuid import UUID

from rest_framework import serializers

from core.inputs import Id, Items, OptionalId, StrictSerializer, Text

LONG: Final = 20_000
DOCUMENT: Final = 100_000


def text(*, required: bool = True, max_length: int = 2_000, **options: Any) -> Text:
    """Declare a text of several lines; ``options``: those of any member, as its ``label``."""
    # Empty text instead of null: guards and letters then ask one question, not two.
    options |= {} if required else {"required": False, "default": ""}
    return Text(max_length=max_length, multiline=True, allow_blank=not required, **options)


def required(*names: str) -> serializers.ValidationError:
    """Return the refusal of a body that lacks members which another one calls for."""
    return serializers.ValidationError(
        {name: [serializers.ErrorDetail("", code="required")] for name in names}
    )


def ids(*, required: bool = True) -> Items[UUID]:
    """Declare a list of distinct ids."""
    # A required list is never empty: "for no child" would pass every rule that asks for each.
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

    # Optional: whether a second person must sign depends on the case, and only its rules know.
    approver = OptionalId()


class WithChild(Protocol):
    """An input about one child."""

    @property
    def child(self) -> UUID:
        """Return the child's id."""


class WithUser(Protocol):
    """An input that names a person."""

    @property
    def user(self) -> UUID:
        """Return the person's id."""


class WithUnit(Protocol):
    """An input that may name a unit."""

    @property
    def unit(self) -> UUID | None:
        """Return the unit's id."""


class WithService(Protocol):
    """An input that may name a service."""

    @property
    def service(self) -> UUID | None:
        """Return the service's id."""


class WithDecider(Protocol):
    """An input that may name who decides."""

    @property
    def decider(self) -> UUID | None:
        """Return the person's id."""


class WithTerm(Protocol):
    """An input that may say when something ends."""

    @property
    def term_on(self) -> date | None:
        """Return the day."""
