"""Forms made from input declarations: what the API takes in JSON, a page asks for in fields.

An ``Ask`` holds the wording of one question; everything else (kind of field, choices, bounds, what may stay empty)
comes from the input declaration, so that a page can't ask for anything but what the act takes. ``body_of`` turns what a
browser sends into the body that the API would get; ``fields_of`` makes the fields, filled and with their errors.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.translation import gettext
from rest_framework import serializers

#: More choices than these are a list to pull down.
RADIOS_MAX: Final = 10
NOT_KNOWN: Final = "not_known"
#: The zone in which an instant is typed where no authority says otherwise.
ZONE: Final = ZoneInfo("Europe/Paris")
_FRENCH_DAY: Final = re.compile(r"([0-3]?[0-9])[/. -]([01]?[0-9])[/. -]([12][0-9]{3})", re.ASCII)
_DIGITS: Final = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII)

type Input = serializers.Serializer[Any]
type Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Follow:
    """Questions that some answers call for."""

    answers: tuple[str, ...]
    asks: tuple["Ask", ...]
    heading: Any = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """The words of one question.

    ``width``: ``short``, ``date``, ``half`` or all; ``unknown``: the words of a box that says the answer isn't known,
    where the input may take it so; ``only``: which of the choices, in which order; ``instead``: other words for
    choices whose own don't answer the question; ``optional``: the page says so.
    """

    name: str
    label: Any
    hint: Any = ""
    width: str = ""
    inline: bool = False
    rows: int = 5
    unknown: Any = ""
    only: tuple[str, ...] = ()
    instead: tuple[tuple[str, Any], ...] = ()
    auto: str = "off"
    optional: bool = False
    follow: Follow | None = None
    otherwise: Follow | None = None

    @property
    def branches(self) -> tuple[Follow, ...]:
        """Return what the answers may call for: ``follow``, and ``otherwise`` for other answers."""
        return tuple(branch for branch in (self.follow, self.otherwise) if branch is not None)


@dataclass(slots=True)
class Option:
    """A choice of a question."""

    value: str
    label: str
    chosen: bool
    id: str
    opens: int = 0


@dataclass(slots=True)
class Branch:
    """The fields that some answers call for; ``number`` ties them to these answers in the page."""

    number: int
    heading: Any
    fields: list["Field"]


@dataclass(slots=True)
class Field:
    """A question ready to be shown."""

    ask: Ask
    kind: str
    name: str
    id: str
    value: Any = ""
    options: list[Option] = field(default_factory=list)
    error: str = ""
    most: int | None = None
    optional: bool = False
    unknown: bool = False
    branches: list[Branch] = field(default_factory=list)

    @property
    def optional_shown(self) -> bool:
        """Tell whether the page says that the question may stay open."""
        return self.optional and self.ask.optional

    @property
    def anchor(self) -> str:
        """Return the id of what gets the focus: of a group, its first choice."""
        return self.options[0].id if self.options and self.kind != "select" else self.id

    @property
    def described_by(self) -> str:
        """Return the ids of what explains the field."""
        ids = [f"{self.id}-hint"] if self.ask.hint else []
        return " ".join([*ids, f"{self.id}-error"] if self.error else ids)


@dataclass(frozen=True, slots=True)
class Fault:
    """A line of the error summary."""

    label: str
    detail: str
    anchor: str = ""


def every(asks: Sequence[Ask]) -> Iterator[Ask]:
    """Yield all questions, those that others call for included."""
    for ask in asks:
        yield ask
        for branch in ask.branches:
            yield from every(branch.asks)


# --- What a browser sends -----------------------------------------------------------------------------


def body_of(
    takes: type[Input], asks: Sequence[Ask], sent: QueryDict, *, prefix: str = "", zone: ZoneInfo = ZONE
) -> dict[str, Any]:
    """Return what the API would be sent; an answer whose question isn't called for any more is taken back."""
    declared = takes().fields
    body: dict[str, Any] = {}
    unknown = []
    for ask in every(asks):
        value = _sent(declared[ask.name], sent, prefix + ask.name, zone)
        if value is not _LEFT_OUT:
            body[ask.name] = value
        if ask.unknown and f"{prefix}{ask.name}-unknown" in sent and value in (None, "", []):
            unknown.append(ask.name)
    for ask in every(asks):
        for branch in ask.branches:
            for idle in every(() if _called(body.get(ask.name), branch) else branch.asks):
                _take_back(declared[idle.name], idle.name, body)
    if any(ask.unknown for ask in every(asks)):
        body[NOT_KNOWN] = unknown
    return body


_LEFT_OUT: Final = object()


def _sent(declared: serializers.Field[Any, Any, Any, Any], sent: QueryDict, name: str, zone: ZoneInfo) -> Any:
    if isinstance(declared, serializers.ListField):
        return [clean(value) for value in sent.getlist(name) if value]
    if isinstance(declared, serializers.BooleanField):
        return sent.get(name) == "true"
    value = clean(sent.get(name, ""))
    if value == "":
        return _nothing(declared)
    if isinstance(declared, serializers.IntegerField):
        return int(value) if _DIGITS.fullmatch(value) else value
    if isinstance(declared, serializers.DateTimeField):
        return _instant(value, zone)
    return day_of(value) if isinstance(declared, serializers.DateField) else value


def clean(text: str) -> str:
    """Return a text as the inputs take it: composed, with plain line ends, without blanks around it."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", lines).strip()


def _nothing(declared: serializers.Field[Any, Any, Any, Any]) -> Any:
    if getattr(declared, "allow_blank", False):
        return ""
    return None if declared.allow_null else _LEFT_OUT


def day_of(value: str) -> str:
    """Return a day as the inputs take it; what is none is left as it was typed."""
    match = _FRENCH_DAY.fullmatch(value)
    return f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}" if match else value


def _instant(value: str, zone: ZoneInfo) -> str:
    try:
        return datetime.fromisoformat(value).replace(tzinfo=zone).isoformat()
    except ValueError:
        return value


def typed_instant(text: str) -> str:
    """Return an instant as a field for date and time takes it; what is none is left as it was typed."""
    try:
        return datetime.fromisoformat(text).astimezone(ZONE).strftime("%Y-%m-%dT%H:%M")
    except ValueError:
        return text


def _called(answer: object, follow: Follow) -> bool:
    answers = answer if isinstance(answer, list) else ["true" if answer is True else answer]
    return any(value in follow.answers for value in answers)


def _take_back(declared: serializers.Field[Any, Any, Any, Any], name: str, body: dict[str, Any]) -> None:
    if isinstance(declared, serializers.ListField):
        body[name] = []
    elif isinstance(declared, serializers.BooleanField):
        body[name] = False
    elif (empty := _nothing(declared)) is not _LEFT_OUT:
        body[name] = empty
    else:
        body.pop(name, None)


# --- What a page shows --------------------------------------------------------------------------------


def fields_of(
    takes: type[Input],
    asks: Sequence[Ask],
    values: Values,
    *,
    faults: Mapping[str, str] | None = None,
    prefix: str = "",
    choices: Mapping[str, Sequence[tuple[str, str]]] | None = None,
) -> list[Field]:
    """Return the fields of a form, filled with ``values`` (names as in the input).

    ``choices``: those of fields whose declaration has none, as an id of a person; pairs of value and words.
    """
    declared = takes().fields
    fields = []
    for ask in asks:
        one = _field(declared[ask.name], ask, values, prefix, (choices or {}).get(ask.name))
        one.error = (faults or {}).get(ask.name, "")
        for number, branch in enumerate(ask.branches, start=1):
            inner = fields_of(takes, branch.asks, values, faults=faults, prefix=prefix, choices=choices)
            one.branches.append(Branch(number, branch.heading, inner))
            for option in one.options:
                option.opens = number if option.value in branch.answers else option.opens
        fields.append(one)
    return fields


def _field(
    declared: serializers.Field[Any, Any, Any, Any],
    ask: Ask,
    values: Values,
    prefix: str,
    options: Sequence[tuple[str, str]] | None,
) -> Field:
    name, value = prefix + ask.name, values.get(ask.name)
    one = Field(ask, _kind(declared, options), name, f"f-{name}", optional=not declared.required)
    one.unknown = ask.name in (values.get(NOT_KNOWN) or [])
    pairs = options if options is not None else _choices(declared, ask)
    if one.kind == "flag":
        one.options = [Option("true", "", value is True, one.id)]
    elif pairs:
        chosen = value if isinstance(value, list) else [value]
        one.options = [
            Option(code, words, code in chosen, f"{one.id}-{n}") for n, (code, words) in enumerate(pairs)
        ]
    else:
        one.value = "" if value is None or isinstance(value, dict) else value
    one.most = getattr(declared, "max_length", None)
    return one


def _kind(declared: Any, options: Sequence[tuple[str, str]] | None) -> str:
    if isinstance(declared, serializers.ListField):
        return "checkboxes"
    if isinstance(declared, serializers.BooleanField):
        return "flag"
    if isinstance(declared, serializers.ChoiceField) or options is not None:
        many = len(options if options is not None else declared.choices)
        return "radios" if many <= RADIOS_MAX else "select"
    if isinstance(declared, serializers.DateTimeField):
        return "instant"
    if isinstance(declared, serializers.DateField):
        return "date"
    if isinstance(declared, serializers.IntegerField):
        return "number"
    return "lines" if getattr(declared, "multiline", False) else "text"


def _choices(declared: serializers.Field[Any, Any, Any, Any], ask: Ask) -> list[tuple[str, str]]:
    source = declared.child if isinstance(declared, serializers.ListField) else declared
    labels = {str(code): label for code, label in getattr(source, "choices", {}).items()} | dict(ask.instead)
    return [(code, str(labels[code])) for code in ask.only or labels]


# --- Faults -------------------------------------------------------------------------------------------


def faults_of(problem: Values | None, path: str = "") -> dict[str, str]:
    """Return what is wrong with the fields under ``path``, by their names on the page."""
    faults: dict[str, str] = {}
    for item in (problem or {}).get("errors", ()):
        name: str = item["field"]
        if name.startswith(path):
            faults.setdefault(name.removeprefix(path).partition(".")[0], item["detail"])
    return faults


def summary(problem: Values | None, fields: Sequence[Field], path: str = "") -> list[Fault]:
    """Return the lines of the error summary, in the order of the page; what isn't on the page comes last."""
    faults = faults_of(problem, path)
    lines = [
        Fault(str(one.ask.label), faults.pop(one.ask.name), one.anchor)
        for one in all_of(fields)
        if one.ask.name in faults
    ]
    elsewhere = [item for item in (problem or {}).get("errors", ()) if not item["field"].startswith(path)]
    return (
        lines
        + [Fault(name, detail) for name, detail in faults.items()]
        + [Fault(item["field"], item["detail"]) for item in elsewhere]
    )


def all_of(fields: Sequence[Field]) -> Iterator[Field]:
    """Yield fields and those that they call for."""
    for one in fields:
        yield one
        for branch in one.branches:
            yield from all_of(branch.fields)


# --- Reading what was answered ------------------------------------------------------------------------


def told(takes: type[Input], ask: Ask, values: Values) -> str:
    """Return an answer in words, for a page that repeats what was said; empty where nothing was."""
    declared, value = takes().fields[ask.name], values.get(ask.name)
    if value in (None, "", []):
        return gettext("Non connu") if ask.name in (values.get(NOT_KNOWN) or []) else ""
    if isinstance(value, Mapping):
        return gettext("Illisible")
    if isinstance(declared, serializers.BooleanField):
        return gettext("Oui") if value else gettext("Non")
    words = dict(_choices(declared, Ask(ask.name, "", instead=ask.instead)))
    if words:
        return ", ".join(
            words.get(str(one), str(one)) for one in (value if isinstance(value, list) else [value])
        )
    if isinstance(declared, serializers.DateField):
        return day_in_words(str(value))
    if isinstance(declared, serializers.DateTimeField):
        return f"{day_in_words(typed_instant(str(value)))} {typed_instant(str(value))[11:]}"
    return str(value)


def day_in_words(value: str) -> str:
    """Return a day as people of the reader's language write it: 24/11/2026."""
    try:
        return date.fromisoformat(value[:10]).strftime("%d/%m/%Y")
    except ValueError:
        return value
