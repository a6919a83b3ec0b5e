"""Types of settings: how each is asked for, validated, and stored as JSON.

``whole``, ``flag``, ``choice``, ``text`` and ``week`` declare a field of ``referrals/policy/settings/`` with its
default and what people need to know of it. The same input field validates what is sent and what the database holds.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from core.inputs import Code, Flag, Items, StrictSerializer, Text, Whole
from core.languages import Text as Sentence

type InputField = "serializers.Field[Any, Any, Any, Any]"
#: Open hours by day from Monday on: each day its spans, in minutes from midnight, in order, apart from each other.
type Week = tuple[tuple[tuple[int, int], ...], ...]

SETTING: Final = "setting"
DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SPANS_MAX: Final = 4
OPEN_MINUTES_MIN: Final = 20 * 60
TEXT_MAX: Final = 2000
UNITS: Final[Mapping[str, Sentence]] = {
    "minutes": _("minutes"),
    "hours": _("heures"),
    "open_hours": _("heures ouvrées"),
    "days": _("jours"),
    "working_days": _("jours ouvrés"),
    "months": _("mois"),
    "percent": "%",
    "": "",
}
_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00", re.ASCII)
_BRACES: Final = re.compile(r"\{([^{}]*)\}|[{}]")


@dataclass(frozen=True, slots=True)
class Setting:
    """What a setting is: its label, the law it fills in ("" where it is practice alone), its kind and default.

    ``input`` makes the field that reads a value in JSON; ``loaded`` turns a value so read into what the rules use.
    ``bounds`` and ``options`` (label by code) tell people and programs what a value may be.
    """

    label: Sentence
    law: str
    kind: str
    input: Callable[[], InputField]
    default: Any  # in JSON
    loaded: Callable[[Any], Any] = lambda value: value
    unit: str = ""
    bounds: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Sentence] = field(default_factory=dict)


def declared(setting: Setting) -> Any:
    """Return the field of the protocol that a setting is; for the functions that declare one kind each."""
    return field(default=setting.loaded(setting.default), metadata={SETTING: setting})


def whole(default: int, least: int, most: int, label: Sentence, *, unit: str = "days", law: str = "") -> Any:
    """Declare a whole number between ``least`` and ``most``, both allowed."""
    return declared(
        Setting(
            label,
            law,
            "whole",
            lambda: Whole(min_value=least, max_value=most, required=False),
            default,
            unit=unit,
            bounds={"minimum": least, "maximum": most},
        )
    )


def flag(default: bool, label: Sentence, *, law: str = "") -> Any:
    """Declare a yes or no."""
    return declared(Setting(label, law, "flag", lambda: Flag(required=False), default))


def choice(default: str, options: Mapping[str, Sentence], label: Sentence, *, law: str = "") -> Any:
    """Declare one code out of ``options``, which gives each its label."""
    return declared(
        Setting(
            label,
            law,
            "choice",
            lambda: Code([*options.items()], required=False),
            default,
            options=options,
        )
    )


def text(
    default: str, label: Sentence, *, marks: Sequence[str] = (), law: str = "", blank: bool = False
) -> Any:
    """Declare a text for people, ``{mark}`` standing for what is put in; other braces are refused.

    ``blank``: it may be empty, and then says nothing.
    """
    limits = {"maximum": TEXT_MAX, "marks": list(marks)}
    return declared(Setting(label, law, "text", lambda: Wording(marks, blank=blank), default, bounds=limits))


def week(default: Mapping[str, Any], label: Sentence) -> Any:
    """Declare the open hours of a week."""
    return declared(Setting(label, "", "week", lambda: OpenWeek(required=False), default, loaded=minutes))


class Wording(Text):
    """A text in which braces enclose nothing but the marks that will be filled in."""

    def __init__(self, marks: Sequence[str], *, blank: bool = False) -> None:
        super().__init__(max_length=TEXT_MAX, multiline=True, required=False, allow_blank=blank)
        self.marks = marks

    def to_internal_value(self, data: object) -> str:
        """Return the text.

        Raises:
            ValidationError: ``unknown-mark``, or a code of ``Text``.
        """
        wording = super().to_internal_value(data)
        if any(brace[1] not in self.marks for brace in _BRACES.finditer(wording)):
            raise serializers.ValidationError("", code="unknown-mark")
        return wording


class TimeOfDay(Text):
    """A time on the wall, ``HH:MM``; ``24:00`` is the end of the day."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=5, **kwargs)

    def to_internal_value(self, data: object) -> str:
        """Return the time.

        Raises:
            ValidationError: ``not-time``.
        """
        if not isinstance(data, str) or not _TIME.fullmatch(data):
            raise serializers.ValidationError("", code="not-time")
        return data


class Span(StrictSerializer):
    """Hours during which the authority is open without a break."""

    opens = TimeOfDay()
    closes = TimeOfDay()


def _spans() -> Items[Span]:
    return Items(child=Span(), max_length=SPANS_MAX, default=list)


class OpenWeek(StrictSerializer):
    """The open hours of each day; a day left out is closed."""

    monday = _spans()
    tuesday = _spans()
    wednesday = _spans()
    thursday = _spans()
    friday = _spans()
    saturday = _spans()
    sunday = _spans()

    def validate(self, attrs: dict[str, Any]) -> Any:
        """Return the week.

        Raises:
            ValidationError: ``out-of-order`` where spans of a day run backwards, touch or overlap;
                ``too-small`` where the week has less than 20 open hours, so that no delay is put off at will.
        """
        days = minutes(attrs)
        for name, spans in zip(DAYS, days, strict=True):
            edges = [edge for span in spans for edge in span]
            if sorted(set(edges)) != edges:
                raise serializers.ValidationError({name: [ErrorDetail("", code="out-of-order")]})
        if sum(closes - opens for spans in days for opens, closes in spans) < OPEN_MINUTES_MIN:
            raise serializers.ValidationError("", code="too-small")
        return {name: [dict(span) for span in attrs[name]] for name in DAYS}


def minutes(value: Mapping[str, Any]) -> Week:
    """Return open hours as the calendar counts them."""
    return tuple(
        tuple((_minute(span["opens"]), _minute(span["closes"])) for span in value.get(day, ()))
        for day in DAYS
    )


def _minute(wall: str) -> int:
    hours, _, rest = wall.partition(":")
    return int(hours) * 60 + int(rest)
