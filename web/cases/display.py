"""Renders what was read of a case as lines: a label and a value, in the reader's language.

It filters nothing: what a reader may not read isn't in its input.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext
from rest_framework import serializers

from accounts.territory import commune
from core.french import plain
from core.languages import for_reader
from referrals.models import PARTS, Concern, MeasureType
from referrals.vocabulary.states import Machine
from referrals.workflow.step import Step, steps
from web.cases import words
from web.days import left
from web.filing import grid
from web.forms import ZONE, Input, day_in_words, day_of

#: Read elsewhere on the page, or of no use to a person.
LEFT_OUT: Final = frozenset(
    {"id", "position", "not_known", "next_change", "kind", "wrong_person", "mac", "cells"}
)


#: An instant as the API tells it.
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Line:
    """A label and what was said; ``unreadable``: it can't be opened any more; ``dialled``: a number to be called."""

    label: str
    text: str
    unreadable: bool = False
    dialled: bool = False

    @property
    def long(self) -> bool:
        """Tell whether it takes a whole line where others stand beside each other."""
        return len(self.text) > 60 or "\n" in self.text


def items_of_the_form() -> list[str]:
    """Return the names of all items of the form, each once."""
    models_: list[type[models.Model]] = [Concern, *PARTS.values()]
    names = [f.name for model in models_ for f in model._meta.concrete_fields]
    return [name for name in dict.fromkeys(names) if name not in LEFT_OUT and words.has_words(name)]


def lines(model: type[models.Model], row: Mapping[str, Any]) -> list[Line]:
    """Return what a row of the form says, in the order of the form; what wasn't answered is left out."""
    lines = []
    for field in model._meta.concrete_fields:
        value = row.get(field.name)
        if field.name == "birth_year_month" and row.get("birth_date"):
            continue
        if field.name in LEFT_OUT or value in (None, "", [], {}, False):
            continue
        label = str(words.of(field.name, model.__name__))
        if unreadable(value):
            lines.append(
                Line(label, gettext("Illisible : la clé manque ou la donnée est abîmée."), unreadable=True)
            )
        else:
            worded = OF_FIELD.get(field.name)
            text = worded(value) if worded else _worded(value, _labels(field))
            lines.append(Line(label, text, dialled=f"{model.__name__}.{field.name}" in DIALLED))
    return lines


def _commune(code: str) -> str:
    """Return the name of a commune with its code, by which the many of one name are told apart."""
    place = commune(code)
    return f"{place.name} ({code})" if place else code


def commune_name(code: str) -> str:
    """Return the name of a commune alone; its code where it is none of today's."""
    place = commune(code)
    return place.name if place else code


#: Fields whose value is said in another way than their kind says.
OF_FIELD: Final[Mapping[str, Callable[[Any], str]]] = {"code": grid.label, "commune_insee": _commune}


#: Numbers that somebody of the service calls. Those of third parties stay text: no slip of a finger calls an exploiter.
DIALLED: Final = frozenset({"Concern.filer_phone", "Concern.feedback_contact", "Holder.phone"})


def unreadable(value: object) -> bool:
    """Tell whether a value stands for one that couldn't be opened."""
    return isinstance(value, Mapping) and "unreadable" in value


def _labels(field: object) -> Mapping[str, str]:
    codes = getattr(field, "codes", None)
    return {str(code): str(code.label) for code in codes} if codes is not None else {}


def _worded(value: object, labels: Mapping[str, str]) -> str:
    if isinstance(value, list):
        return ", ".join(_worded(one, labels) for one in value)
    if value is True:
        return gettext("Oui")
    if isinstance(value, Mapping):
        return " ; ".join(f"{name}{gettext(' : ')}{_worded(inner, {})}" for name, inner in value.items())
    text = str(value)
    if text in labels:
        return labels[text]
    if _is_day(text):
        return day_in_words(text)
    return instant(text, ZONE) if _INSTANT.fullmatch(text) else text


def meant(part: str, name: str, typed: str) -> str:
    """Return the value of an item of the form that somebody said in words: a code, a day; else what was said."""
    model = PARTS.get(part, Concern)
    fields = [field for field in model._meta.concrete_fields if field.name == name]
    labels = _labels(fields[0]) if fields else {}
    codes = [code for code, label in labels.items() if plain(typed).casefold() == plain(label).casefold()]
    return codes[0] if codes else day_of(typed)


def _is_day(text: str) -> bool:
    return len(text) == 10 and text[4] == text[7] == "-" and text.replace("-", "").isdigit()


# --- What a step was done with -------------------------------------------------------------------------


def step_lines(takes: type[Input], data: object, called: Mapping[str, str]) -> list[Line]:
    """Return the data of a step as lines; ids are told by the names in ``called``, others left out."""
    if not isinstance(data, Mapping):
        return []
    if unreadable(data):
        return [Line("", gettext("Illisible : la clé manque ou la donnée est abîmée."), unreadable=True)]
    declared = _declared(takes)
    lines = []
    for name, value in data.items():
        worded = WORDED.get(f"{takes.__name__}.{name}")
        text = worded(value) if worded is not None else _lines_of(declared.get(name), value, called)
        if text:
            lines.append(Line(str(words.of(name, takes.__name__)), text))
    return lines


def _measure_type(code: str) -> str:
    measure_type = MeasureType.objects.filter(code=code).first()
    return code if measure_type is None else for_reader(measure_type.labels_by_language)


#: Members that are codes without choices of their own: of what the law's catalogue or the form itself holds.
WORDED: Final[Mapping[str, Callable[[Any], str]]] = {
    "Offer.type": _measure_type,
    "MeasureOffer.type": _measure_type,
    "OrderedMeasure.type": _measure_type,
    "Correction.field": lambda name: str(words.of(name)),
}


@cache
def _declared(takes: type[Input]) -> dict[str, Any]:
    return dict(takes().fields)


def _lines_of(declared: object, value: object, called: Mapping[str, str]) -> str:
    if value in (None, "", [], {}, False):
        return ""
    if isinstance(value, list):
        child = getattr(declared, "child", None)
        return "\n".join(filter(None, (_lines_of(child, one, called) for one in value)))
    if isinstance(value, Mapping):
        owner = type(declared) if isinstance(declared, serializers.Serializer) else None
        lines_ = step_lines(owner, value, called) if owner is not None else []
        return " ; ".join(f"{line.label}{gettext(' : ')}{line.text}" for line in lines_)
    if value is True:
        return gettext("Oui")
    text = str(value)
    if text in called:
        return called[text]
    if _is_id(text):
        return ""
    choices = {str(code): str(label) for code, label in getattr(declared, "choices", {}).items()}
    return _worded(text, choices)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return len(text) == 36


def step_of(machine: str, name: str) -> Step | None:
    """Return a declared step by what a record names, None for one that no version declares any more."""
    try:
        return steps.get(Machine(machine), name)
    except (KeyError, ValueError):
        return None


def step_words(machine: str, name: str) -> str:
    """Return what a step is called."""
    step = step_of(machine, name)
    return name if step is None else str(step.label)


# --- Codes, instants, clocks ---------------------------------------------------------------------------


def label(coded: Mapping[str, Any] | None) -> str:
    """Return the words of ``{"code": …, "label": {"fr": …, "en": …}}``."""
    return for_reader(coded["label"]) if coded else ""


def instant(text: str | None, zone: ZoneInfo) -> str:
    """Return an instant as people of the authority's zone write it: 24/11/2026 à 14:05; a date alone as a date."""
    if not text:
        return ""
    if len(text) == 10:
        return day_in_words(text)
    at = datetime.fromisoformat(text).astimezone(zone)
    return f"{at:%d/%m/%Y} {gettext('à')} {at:%H:%M}"


def clock_lines(
    clocks: list[dict[str, Any]], zone: ZoneInfo, called: Mapping[str, str], *, at: datetime | None = None
) -> list[dict[str, Any]]:
    """Return clocks for a page: late and near ones first, those that run before those that have stopped.

    ``at``: the instant from which one counts the days that are left.
    """
    order = {"overdue": 0, "due_soon": 1, "on_time": 2, "stopped": 3}
    clocks_of_case = [
        {
            "label": label({"label": clock["label"]}),
            "code": clock["code"],
            "state": clock["state"]["code"],
            "state_label": label(clock["state"]),
            "due": instant(clock["due_at"], zone),
            "left": left(datetime.fromisoformat(clock["due_at"]), at, zone) if at and clock["due_at"] else "",
            "before": instant(clock["working_day_before"], zone),
            "started": instant(clock["started_at"], zone),
            "stopped": instant(clock["stopped_at"], zone),
            "statutory": clock["statutory"],
            "child": called.get(clock["child"] or "", ""),
            "sort": (order.get(clock["state"]["code"], 2), clock["due_at"] or "9"),
        }
        for clock in clocks
    ]
    return sorted(clocks_of_case, key=lambda one: one["sort"])


def sections(body: Mapping[str, Any]) -> Iterator[tuple[str, list[list[Line]]]]:
    """Yield the repeatable parts of the form that were read, by name, each row as lines."""
    for name, model in PARTS.items():
        if body.get(name):
            yield name, [lines(model, row) for row in body[name]]
