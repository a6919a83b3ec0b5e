"""Form fields for settings that are hours or rows: seven days with their spans, or a group of fields per row.

They convert between what a person types and what the API takes; the setting alone validates the values.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final, cast

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.inputs import Flag, StrictSerializer, Text
from referrals.policy.definitions import SETTINGS
from referrals.policy.field_types import DAYS
from referrals.policy.list_types import CHOICES_MAX, ROWS_MAX
from web import forms
from web.forms import Ask, Entry, Field, Group, Input, Row, Sent

#: A line of choices: a code, two texts, and what parts them.
LINE_MAX: Final = 450
HOURS: Final = "week"
ROWS: Final = "rows"
_SPAN: Final = re.compile(
    r"\s*([0-9]{1,2})(?:[:hH]([0-9]{2})?)?\s*[-–—]\s*([0-9]{1,2})(?:[:hH]([0-9]{2})?)?\s*", re.ASCII
)
_REMOVED: Final = "removed"
_CHOICES: Final = "choices"
_CHOICE: Final = ("code", "fr", "en")
#: What the members of a row are called; ``Partner.kind`` is that of one kind of row.
_WORDS: Final[Mapping[str, tuple[Any, Any]]] = {
    "Partner.kind": (_("Qui est-ce"), ""),
    "Question.kind": (_("Réponse attendue"), ""),
    "name": (_("Nom"), ""),
    "contact": (_("Comment le joindre"), _("Numéro de permanence, adresse de la boîte du service.")),
    "code": (_("Code"), _("Lettres minuscules, chiffres et _ ; le code ne peut plus changer ensuite.")),
    "of": (_("Mesure du catalogue national"), _("Son code : la variante en garde les règles.")),
    "fr": (_("En français"), ""),
    "en": (_("En anglais"), ""),
    "max_length": (_("Longueur de la réponse, au plus"), _("500 caractères par défaut.")),
    _CHOICES: (
        _("Réponses à choisir"),
        _("Pour un choix seulement, une par ligne : code | en français | en anglais."),
    ),
    "required": (_("La réponse est obligatoire"), ""),
    _REMOVED: (_("Retirer cette ligne"), ""),
}


# --- Hours ------------------------------------------------------------------------------------------------


def day_name(day: str) -> str:
    """Return what a day is called in the reader's language."""
    return str(WEEKDAYS[DAYS.index(day)]).capitalize()


def spans_in_words(spans: Sequence[Mapping[str, str]]) -> str:
    """Return the open hours of a day as they are typed; empty where it is closed."""
    return ", ".join(f"{span['opens']}–{span['closes']}" for span in spans)


def hours(sent: Sent, key: str) -> dict[str, Any]:
    """Return the week that was typed; what is no span goes on as it is, and is refused as no time."""
    return {day: [_span(one) for one in sent.text(f"{key}-{day}").split(",") if one.strip()] for day in DAYS}


def _span(typed: str) -> dict[str, str]:
    match = _SPAN.fullmatch(typed)
    if not match:
        opens, _dash, closes = typed.partition("-")
        return {"opens": opens.strip(), "closes": closes.strip() or "-"}
    return {
        "opens": f"{int(match[1]):02}:{match[2] or '00'}",
        "closes": f"{int(match[3]):02}:{match[4] or '00'}",
    }


def fields_of_hours(
    key: str, value: Mapping[str, Any], sent: Sent | None, problem: Mapping[str, Any] | None
) -> list[Entry]:
    """Return a field a day: as it was typed, else as it is in force."""
    faults = forms.faults_of(problem, f"values.{key}.")
    hint = gettext("Par exemple 9:00–12:00, 13:30–17:00. Laissez vide si le service est fermé.")
    entries: list[Entry] = []
    for number, day in enumerate(DAYS):
        ask = Ask(f"{key}-{day}", day_name(day), hint if number == 0 else "", width="half")
        typed = spans_in_words(value[day]) if sent is None else sent.text(ask.name)
        entries.append(Field(ask, "text", ask.name, f"f-{ask.name}", typed, error=faults.get(day, "")))
    return entries


# --- Rows -------------------------------------------------------------------------------------------------


@cache
def _row_of(key: str) -> type[Input]:
    """Return the form of one row of a setting: its members, lists among them as lines, and a box to take it away."""
    owner = type(cast("Any", SETTINGS[key].input()).child)
    more: dict[str, Any] = {_REMOVED: Flag(required=False, default=False), "__module__": __name__}
    if _CHOICES in owner().fields:
        more[_CHOICES] = Text(
            max_length=CHOICES_MAX * LINE_MAX, multiline=True, required=False, allow_blank=True
        )
    return type(owner.__name__, (owner, StrictSerializer), more)


@cache
def _asks(key: str) -> tuple[Ask, ...]:
    form = _row_of(key)
    names: list[str] = sorted(form().fields, key=_REMOVED.__eq__)  # the box comes last
    return tuple(_ask(form.__name__, name) for name in names)


def _ask(owner: str, name: str) -> Ask:
    label, hint = _WORDS.get(f"{owner}.{name}") or _WORDS[name]
    return Ask(name, label, hint, width="" if name in ("contact", _CHOICES) else "half", rows=3)


def rows(sent: Sent, key: str) -> list[tuple[int, dict[str, Any]]]:
    """Return the rows that were typed, each with its number on the page; none for one that is empty or taken away."""
    form, bodies = _row_of(key), []
    for number in range(sent.count(key) or 0):
        body = forms.body_of(form, _asks(key), sent, prefix=f"{key}-{number}-")
        if body.pop(_REMOVED) or not any(body.values()):
            continue
        if _CHOICES in form().fields:
            body[_CHOICES] = [_choice(line) for line in body.get(_CHOICES, "").splitlines() if line.strip()]
        bodies.append((number, body))
    return bodies


def _choice(line: str) -> dict[str, str]:
    parts = [part.strip() for part in line.split("|")]
    return dict(zip(_CHOICE, parts, strict=False))


def group_of_rows(
    key: str,
    label: str,
    value: Sequence[Mapping[str, Any]],
    sent: Sent | None,
    problem: Mapping[str, Any] | None,
    *,
    more: bool,
) -> Group:
    """Return the rows of a setting as a group: as they were typed, else as they are in force, one ``more`` if asked."""
    form = _row_of(key)
    if sent is None:
        contents = [dict(row) for row in value]
        places = list(range(len(contents)))
    else:
        contents = [
            forms.typed(form, _asks(key), sent, prefix=f"{key}-{number}-")
            for number in range(sent.count(key) or 0)
        ]
        places = [number for number, _ in rows(sent, key)]
    contents += [{}] * ((more or not contents) and len(contents) < ROWS_MAX)
    group_rows = []
    for number, row in enumerate(contents):
        at = places.index(number) if number in places else None
        faults = {} if at is None else forms.faults_of(problem, f"values.{key}.{at}.")
        entries = forms.fields_of(form, _asks(key), _as_lines(row), faults=faults, prefix=f"{key}-{number}-")
        group_rows.append(Row(gettext("Ligne %(n)s") % {"n": number + 1}, entries))
    return Group(
        key,
        label,
        "",
        group_rows,
        more=len(contents) < ROWS_MAX,
        error=forms.fault_of(problem, f"values.{key}"),
    )


def _as_lines(row: Mapping[str, Any]) -> dict[str, Any]:
    choices = row.get(_CHOICES)
    if not isinstance(choices, list):
        return dict(row)
    return {**row, _CHOICES: "\n".join(" | ".join(one[name] for name in _CHOICE) for one in choices)}
