"""Strict input fields: each refuses a value that it can't return unchanged (SEC-IN4, IN5).

Every API builds its inputs from these fields and from ``StrictSerializer``. They are in the lowest app so that all
others may use them. An error is a stable code; when a bound was exceeded, the message is the bound itself, in digits,
and nothing of what was sent. ``config/error_messages.py`` has the sentence for each code. ``in_query=True`` makes a
field parse the text of a query parameter; in a JSON body the JSON type is required.

A function that takes a validated body is annotated with the body's serializer: ``Reads`` gives each member there the
type of its validated value.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Final, NoReturn, Protocol, Self
from uuid import UUID

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.fields import empty

EARLIEST: Final = date(1900, 1, 1)
LATEST: Final = date(2100, 12, 31)
LARGEST_INTEGER: Final = 2**31 - 1
COMBINING_RUN: Final = 4
ITEMS_MAX: Final = 50
UNNAMEABLE: Final = "?"
"""Stands for a field whose name doesn't look like one, because a name that was sent is a value too."""

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_ASCII_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_ASCII_CONTROL_IN_LINES: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,15})", re.ASCII)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)

# Control, format (bidirectional marks and zero-width joiners are there), surrogate, private use, line and
# paragraph separators. Unassigned code points pass: an emoji newer than our tables is no attack.
_REFUSED_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
# Letters and marks that show nothing, and so make two equal-looking texts differ.
_INVISIBLE: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


def text_fault(value: str, *, max_length: int, max_bytes: int, multiline: bool = False) -> str | None:
    """Return the code of the first rule that ``value`` breaks, or None.

    ``max_length`` counts code points, ``max_bytes`` the UTF-8 form. A text that passes is stored as it came:
    nothing is trimmed or normalised, so what is read back is what was sent.
    """
    if len(value) > max_length:
        return "too-long"
    if value.isascii():
        return _ascii_fault(value, multiline=multiline)
    if fault := _character_fault(value, multiline=multiline):
        return fault
    if not unicodedata.is_normalized("NFC", value):
        return "not-nfc"
    if len(value.encode()) > max_bytes:
        return "too-many-bytes"
    return "blank" if value.isspace() else None


def _ascii_fault(value: str, *, multiline: bool) -> str | None:
    if (_ASCII_CONTROL_IN_LINES if multiline else _ASCII_CONTROL).search(value):
        return "control-character"
    return "blank" if not value or value.isspace() else None


def _character_fault(value: str, *, multiline: bool) -> str | None:
    run = 0
    for character in value:
        category = unicodedata.category(character)
        if category in _REFUSED_CATEGORIES and not (multiline and character in "\n\t"):
            return "control-character"
        if character in _INVISIBLE or _is_noncharacter(character):
            return "control-character"
        run = run + 1 if category in {"Mn", "Me"} else 0
        if run > COMBINING_RUN:
            return "combining-run"
    return None


def _is_noncharacter(character: str) -> bool:
    point = ord(character)
    return point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF


def _refuse(code: str, bound: object = "") -> NoReturn:
    raise ValidationError(str(bound), code=code)


class Reads[Value]:
    """A field whose validated value is a ``Value``: a member read on its serializer has that type."""

    if TYPE_CHECKING:

        def __get__(self, instance: object, owner: object) -> Value: ...


class _Readable[Value](Protocol):
    """What has a value of known type: a field, or a serializer, which stands for its own validated data."""

    def __get__(self, instance: object, owner: object) -> Value: ...


@dataclass(frozen=True, slots=True)
class When:
    """What another member must hold for a member to be asked for: one of ``answers``, or anything where there are none.

    ``unless``: it must not.
    """

    member: str
    answers: tuple[str, ...] = ()
    unless: bool = False

    def met_by(self, answer: object) -> bool:
        """Tell whether the member is asked for beside this answer."""
        given = answer if isinstance(answer, list) else [str(answer).lower() if answer is True else answer]
        holds = any(one in self.answers if self.answers else one not in (None, "", False) for one in given)
        return holds != self.unless


def of_data[Body: serializers.Serializer[Any]](kind: type[Body], data: object) -> Body:
    """Return a serializer that is to read ``data``, as ``kind(data=…)`` with fields made once for all of its kind."""
    made: Body = copy(_with_fields(kind))
    made.initial_data = data
    return made


@cache
def _with_fields[Body: serializers.Serializer[Any]](kind: type[Body]) -> Body:
    # Making them takes longer than reading a body by them; they keep nothing of what they read.
    made = kind()
    _ = made.fields
    return made


class StrictSerializer(serializers.Serializer[Any]):
    """A body whose every member is declared; all faults are named in one answer.

    A member that isn't declared, or is read-only, is refused and named: whoever misspells ``birth_date``
    learns it now, and not when the child can't be found.
    """

    #: Members may bear these names, which are also attributes of every field of the framework, of other types.
    label: Any
    required: Any
    #: When members are asked for that depend on an answer to another one; a page shows and takes them then alone.
    needed_when: ClassVar[Mapping[str, When]] = {}
    #: For which cases members are asked for that not every case calls for; told the case, as a step sees it.
    needed_if: ClassVar[Mapping[str, Callable[[Any], bool]]] = {}
    #: Members that a row of their own holds, under another access class: the record of the step doesn't repeat them.
    in_own_row: ClassVar[frozenset[str]] = frozenset()

    if TYPE_CHECKING:

        def __get__(self, instance: object, owner: object) -> Self: ...

    @classmethod
    def read(cls, body: object) -> dict[str, Any]:
        """Return the validated members of a body.

        Raises:
            ValidationError: names every fault.
        """
        serializer = of_data(cls, body)
        serializer.is_valid(raise_exception=True)
        members: dict[str, Any] = serializer.validated_data
        return members

    def to_internal_value(self, data: object) -> Any:
        """Return the validated members.

        Raises:
            ValidationError: every undeclared member (code ``unknown``) and every fault of a declared one.
        """
        if not isinstance(data, Mapping):
            _refuse("not-object")
        faults: dict[str, Any] = self._unknown(data)
        try:
            values = super().to_internal_value(data)
        except ValidationError as refused:
            if not isinstance(refused.detail, dict):
                raise
            faults |= refused.detail
        if faults:
            raise ValidationError(faults)
        return values

    def _unknown(self, data: Mapping[Any, Any]) -> dict[str, list[ErrorDetail]]:
        declared = {name for name, field in self.fields.items() if not field.read_only}
        sent = (name for name in data if name not in declared)
        names = {name if isinstance(name, str) and _NAME.fullmatch(name) else UNNAMEABLE for name in sent}
        return {name: [ErrorDetail("", code="unknown")] for name in sorted(names)}

    @classmethod
    def many_init(cls, *args: object, **kwargs: object) -> serializers.BaseSerializer[Any]:
        """Bound the list that ``many=True`` makes, to ``ITEMS_MAX`` unless ``max_length`` says otherwise."""
        kwargs.setdefault("max_length", ITEMS_MAX)
        return super().many_init(*args, **kwargs)


def many[Body: StrictSerializer](body: type[Body], **options: Any) -> Reads[list[Body]]:
    """Declare a bounded list of bodies of one kind."""
    field: Any = body(many=True, **options)
    declared: Reads[list[Body]] = field
    return declared


def optional[Body: StrictSerializer](body: type[Body]) -> Reads[Body | None]:
    field: Any = body(required=False, default=None, allow_null=True)
    declared: Reads[Body | None] = field
    return declared


class Text(serializers.CharField, Reads[str]):
    """A text in NFC, without controls, marks of direction or invisible characters, kept as it came.

    ``max_bytes`` is three bytes a code point unless said otherwise; ``multiline`` lets in line feeds, tabs.
    """

    def __init__(
        self, *, max_length: int = 200, max_bytes: int | None = None, multiline: bool = False, **kwargs: Any
    ) -> None:
        # The bound is asked in text_fault, with our code; the base class tells it to the schema.
        super().__init__(trim_whitespace=False, max_length=max_length, **kwargs)
        self.max_bytes = 3 * max_length if max_bytes is None else max_bytes
        self.multiline = multiline

    def run_validation(self, data: object = empty) -> Any:
        """Return the text itself.

        Raises:
            ValidationError: ``not-text``, ``blank``, ``too-short`` or a code of ``text_fault``.
        """
        if data == "" and self.allow_blank:
            return ""
        # CharField's own run_validation looks for blanks after trimming; ours is in text_fault.
        return serializers.Field.run_validation(self, data)

    def to_internal_value(self, data: object) -> str:
        """Return ``data`` if it keeps the rules; see ``run_validation``."""
        if not isinstance(data, str):
            _refuse("not-text")
        longest = self.max_length or 0
        fault = text_fault(data, max_length=longest, max_bytes=self.max_bytes, multiline=self.multiline)
        if fault is None and self.min_length is not None and len(data) < self.min_length:
            _refuse("too-short", self.min_length)
        if fault is not None:
            _refuse(fault, {"too-long": longest, "too-many-bytes": self.max_bytes}.get(fault, ""))
        return data


class Code(serializers.ChoiceField, Reads[str]):
    """One of a closed list of codes, letter for letter."""

    def to_internal_value(self, data: object) -> Any:
        """Return the code.

        Raises:
            ValidationError: ``not-a-choice``; the list is in the schema.
        """
        if data == "" and self.allow_blank:
            return ""
        if not isinstance(data, str) or data not in self.choice_strings_to_values:
            _refuse("not-a-choice")
        return self.choice_strings_to_values[data]


class Codes(serializers.ListField, Reads[list[str]]):
    """A list of distinct codes of one closed list, in the order that they came."""

    def __init__(self, choices: Any, *, max_length: int | None = None, **kwargs: Any) -> None:
        child = Code(choices)
        bound = len(child.choices) if max_length is None else max_length
        super().__init__(child=child, max_length=bound, **kwargs)

    def to_internal_value(self, data: object) -> list[Any]:
        """Return the codes.

        Raises:
            ValidationError: ``not-list``, ``duplicate``, or ``not-a-choice`` for each wrong one.
        """
        if not isinstance(data, list):
            _refuse("not-list")
        codes = super().to_internal_value(data)
        if len(set(codes)) != len(codes):
            _refuse("duplicate")
        return codes


class Items[Value](serializers.ListField, Reads[list[Value]]):
    """A bounded list of values of one kind; ``max_length`` is ``ITEMS_MAX`` unless said otherwise."""

    def __init__(self, *, child: _Readable[Value], max_length: int = ITEMS_MAX, **kwargs: Any) -> None:
        declared: Any = child
        super().__init__(child=declared, max_length=max_length, **kwargs)

    def to_internal_value(self, data: object) -> list[Any]:
        """Return the values.

        Raises:
            ValidationError: ``not-list``, or the faults of each item.
        """
        if not isinstance(data, list):
            _refuse("not-list")
        if self.max_length is not None and len(data) > self.max_length:
            _refuse("too-many-items", self.max_length)
        return super().to_internal_value(data)


class Flag(serializers.BooleanField, Reads[bool]):
    """True or false; in a query the words ``true`` and ``false``."""

    def __init__(self, *, in_query: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.in_query = in_query

    def to_internal_value(self, data: object) -> bool:
        """Return the boolean.

        Raises:
            ValidationError: ``not-boolean``; neither 1 nor "on" is one.
        """
        if self.in_query and data in ("true", "false"):
            return bool(data == "true")
        if not isinstance(data, bool):
            _refuse("not-boolean")
        return data


class Whole(serializers.IntegerField, Reads[int]):
    """A whole number within 32 bits, from 0 unless ``min_value`` says otherwise."""

    def __init__(
        self,
        *,
        min_value: int = 0,
        max_value: int = LARGEST_INTEGER,
        in_query: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(min_value=min_value, max_value=max_value, **kwargs)
        self.in_query = in_query

    def to_internal_value(self, data: object) -> int:
        """Return the number.

        Raises:
            ValidationError: ``not-integer``, ``too-small`` or ``too-large``.
        """
        if self.in_query and isinstance(data, str) and _INTEGER.fullmatch(data):
            data = int(data)
        if not isinstance(data, int) or isinstance(data, bool):
            _refuse("not-integer")
        if self.min_value is not None and data < self.min_value:
            _refuse("too-small", self.min_value)
        if self.max_value is not None and data > self.max_value:
            _refuse("too-large", self.max_value)
        return data


class _DayField(serializers.DateField):
    def __init__(self, *, earliest: date = EARLIEST, latest: date = LATEST, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.earliest = earliest
        self.latest = latest

    def to_internal_value(self, value: object) -> date:
        """Return the day.

        Raises:
            ValidationError: ``not-date``, ``too-early`` or ``too-late``.
        """
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            _refuse("not-date")
        try:
            day = date.fromisoformat(value)
        except ValueError:
            _refuse("not-date")
        if day < self.earliest:
            _refuse("too-early", self.earliest)
        if day > self.latest:
            _refuse("too-late", self.latest)
        return day


class Day(_DayField, Reads[date]):
    """A calendar day, ``YYYY-MM-DD`` in ASCII digits, between ``earliest`` and ``latest`` (both included)."""


class OptionalDay(_DayField, Reads[date | None]):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, default=None, allow_null=True, **kwargs)


class _InstantField(serializers.DateTimeField):
    def to_internal_value(self, value: object) -> datetime:
        """Return the instant in UTC.

        Raises:
            ValidationError: ``not-instant`` (also when the offset is missing), ``too-early`` or ``too-late``.
        """
        if not isinstance(value, str) or not _INSTANT.fullmatch(value):
            _refuse("not-instant")
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            _refuse("not-instant")
        # Before the conversion, which overflows at either end of the calendar.
        if instant.date() < EARLIEST:
            _refuse("too-early", EARLIEST)
        if instant.date() > LATEST:
            _refuse("too-late", LATEST)
        return instant.astimezone(UTC)

    def to_representation(self, value: datetime) -> str:
        """Return the instant in UTC, with a ``Z``."""
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


class Instant(_InstantField, Reads[datetime]):
    """An instant, RFC 3339 with its offset, given back in UTC; its year is 1900 to 2100."""


class OptionalInstant(_InstantField, Reads[datetime | None]):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, default=None, allow_null=True, **kwargs)


class _IdField(serializers.UUIDField):
    def to_internal_value(self, data: object) -> UUID:
        """Return the id.

        Raises:
            ValidationError: ``not-id``.
        """
        if not isinstance(data, str) or not _UUID.fullmatch(data):
            _refuse("not-id")
        return UUID(data)


class Id(_IdField, Reads[UUID]):
    """A UUID in its usual form: 36 ASCII characters with four hyphens."""


class OptionalId(_IdField, Reads[UUID | None]):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, default=None, allow_null=True, **kwargs)
