"""Fields of a form as a page shows them: filled, with their errors, and the summary of all errors."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.forms.utils import flatatt
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.query import Query
from web.forms.declaration import (
    NOT_KNOWN,
    Ask,
    Declared,
    Follow,
    Input,
    Pairs,
    Values,
    choices_of,
    kind_of,
    members,
)
from web.forms.reading import as_typed, day_fault

#: What the ids of fields begin with on most pages.
IDS: Final = "f-"
#: The type of a tag, by the kind of field; others are ``text``.
TYPES: Final[Mapping[str, str]] = {
    "radios": "radio",
    "checkboxes": "checkbox",
    "flag": "checkbox",
    "picker": "date",
    "email": "email",
    "password": "password",
    "file": "file",
}
#: The question before a birth date of somebody of age is taken; the page shows a box to confirm it beside the field.
OF_AGE_QUESTION: Final = _(
    "À cette date, la personne a entre 18 et 20 ans. Est-elle majeure ? Confirmez-le, ou corrigez la date."
)
#: How a day and an instant are typed: in one field, as people write them.
HINTS: Final[Mapping[str, Any]] = {
    "date": _("Par exemple : 4/5/2012."),
    "instant": _("Par exemple : 4/5/2026 14:30."),
}


@dataclass(slots=True)
class Option:
    """A choice of a question; ``marks`` are the classes by which the page's style shows what it calls for."""

    value: str
    label: str
    chosen: bool
    id: str
    marks: str = ""


@dataclass(slots=True)
class Branch:
    """The entries that some answers call for; ``number`` ties them to these answers in the page."""

    number: int
    heading: Any
    fields: list["Entry"]
    unless: bool = False


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
    optional: bool = False
    unknown: bool = False
    missing: bool = False
    branches: list[Branch] = field(default_factory=list)
    #: The words under which it is folded until somebody asks for it; empty where it stands open.
    folded: Any = ""

    def calls_for(self, follow: Follow, entries: Sequence["Entry"]) -> None:
        """Put entries under the field, for the answers that call for them."""
        number = len(self.branches) + 1
        self.branches.append(Branch(number, follow.heading, list(entries), follow.unless))
        for option in self.options:
            if option.value and (not follow.answers or option.value in follow.answers):
                option.marks = f"{option.marks} opens-{number}".strip()

    @property
    def optional_shown(self) -> bool:
        """Tell whether the page says that the question may stay open."""
        return self.optional and self.ask.optional

    @property
    def hint(self) -> Any:
        """Return what helps to answer: the question's own words, and how a day is typed."""
        hints = [words for words in (self.ask.hint, HINTS.get(self.kind)) if words]
        return hints[0] if len(hints) == 1 else " ".join(map(str, hints))

    @property
    def anchor(self) -> str:
        """Return the id of what gets the focus: of a group, its first choice."""
        return self.options[0].id if self.options and self.kind != "select" else self.id

    @property
    def described_by(self) -> str:
        """Return the ids of what explains the field."""
        ids = [f"{self.id}-hint"] if self.hint else []
        ids += [f"{self.id}-missing"] if self.missing else []
        return " ".join([*ids, f"{self.id}-error"] if self.error else ids)

    @property
    def asks_of_age(self) -> bool:
        """Tell whether what is wrong with it is the question whether somebody is of age (``web/young_adults.py``)."""
        return self.error == str(OF_AGE_QUESTION)

    @property
    def is_flag(self) -> bool:
        """Tell whether the field is a box to tick."""
        return self.kind == "flag"

    @property
    def type(self) -> str:
        """Return the type of the field's tag."""
        return TYPES.get(self.kind, "text")

    @property
    def attributes(self) -> SafeString:
        """Return the further attributes of the field, for its tag."""
        return flatatt(dict(self.ask.attributes))


@dataclass(slots=True)
class Row:
    """One row of a group; ``about`` are the hidden members that say what it is about."""

    title: str
    fields: list[Field]
    about: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Group:
    """A nested member: its words, its rows, and whether one may ask for more of them; ``columns``: side by side."""

    name: str
    label: str
    hint: str
    rows: list[Row]
    more: bool
    error: str = ""
    columns: bool = False

    @property
    def anchor(self) -> str:
        """Return the id of the group on the page."""
        return f"g-{self.name}"


type Entry = Field | Group


@dataclass(frozen=True, slots=True)
class Fault:
    """A line of the error summary; ``anchor`` leads to the field, ``address`` to another page."""

    label: str
    detail: str
    anchor: str = ""
    address: str = ""

    @property
    def href(self) -> str:
        """Return where the line leads; empty where it leads nowhere."""
        return f"#{self.anchor}" if self.anchor else self.address


def fields_of(
    takes: type[Input],
    asks: Sequence[Ask],
    values: Values,
    *,
    faults: Mapping[str, str] | None = None,
    prefix: str = "",
    choices: Mapping[str, Pairs] | None = None,
    ids: str = IDS,
) -> list[Field]:
    """Return the fields of a form, filled with ``values`` (names as in the input).

    ``choices``: those of fields whose declaration has none, as an id of a person; pairs of value and words. ``ids``:
    what the ids of the fields begin with, where a page has two fields of one name.
    """
    declared = members(takes)
    fields = []
    for ask in asks:
        one = _field(declared[ask.name], ask, values, (choices or {}).get(ask.name), prefix + ask.name, ids)
        one.error = (faults or {}).get(ask.name, "")
        if one.kind == "date" and issubclass(
            takes, Query
        ):  # an address takes the day of the browser's own field
            one.kind, one.value = "picker", values.get(ask.name) or ""
        if one.error and one.value and one.kind in HINTS:
            one.error = day_fault(str(one.value), timed=one.kind == "instant") or one.error
        for branch in ask.branches:
            inner = fields_of(
                takes, branch.asks, values, faults=faults, prefix=prefix, choices=choices, ids=ids
            )
            one.calls_for(branch, inner)
        fields.append(one)
    return fields


def _field(declared: Declared, ask: Ask, values: Values, options: Pairs | None, name: str, ids: str) -> Field:
    value = values.get(ask.name)
    one = Field(ask, kind_of(declared, ask, options), name, f"{ids}{name}", optional=not declared.required)
    one.unknown = ask.name in (values.get(NOT_KNOWN) or [])
    pairs = options if options is not None else choices_of(declared, ask)
    if one.kind == "flag":
        one.options = [Option("true", str(ask.label), value is True, one.id)]
    elif pairs:
        chosen = value if isinstance(value, list) else [value]
        one.options = [
            Option(code, words, code in chosen, f"{one.id}-{n}") for n, (code, words) in enumerate(pairs)
        ]
        if one.kind == "radios" and ask.optional and value and options is None:  # a browser can't untick it
            one.options.append(Option("", gettext("Sans réponse"), chosen=False, id=f"{one.id}-none"))
    elif one.kind != "password":  # it is typed anew
        one.value = "" if value is None or isinstance(value, dict) else value
        if one.kind in HINTS:
            one.value = as_typed(str(one.value))
        if one.kind == "text" and "\n" in str(
            one.value
        ):  # a line would drop what came in several, by the API
            one.kind = "lines"
    return one


def all_of(entries: Sequence[Entry]) -> Iterator[Field]:
    """Yield the fields of all entries in the order of the page, with those that they call for."""
    for entry in entries:
        if isinstance(entry, Group):
            for row in entry.rows:
                yield from all_of(row.fields)
            continue
        yield entry
        for branch in entry.branches:
            yield from all_of(branch.fields)


# --- Faults -------------------------------------------------------------------------------------------


def faults_of(problem: Values | None, path: str = "") -> dict[str, str]:
    """Return what is wrong with the fields under ``path``, by their names on the page."""
    faults: dict[str, str] = {}
    for item in (problem or {}).get("errors", ()):
        name: str = item["field"]
        if name.startswith(path):
            faults.setdefault(name.removeprefix(path).partition(".")[0], item["detail"])
    return faults


def fault_of(problem: Values | None, path: str) -> str:
    """Return what is wrong with the member at ``path`` itself; empty where nothing is."""
    return next(
        (str(item["detail"]) for item in (problem or {}).get("errors", ()) if item["field"] == path), ""
    )


def beside(entries: Sequence[Entry]) -> list[Fault]:
    """Return the errors that stand beside fields and groups, in the order of the page; each names whom it is about."""
    lines = []
    for entry in entries:
        if isinstance(entry, Field):
            lines += _faults_in([entry])
            continue
        if entry.error:
            about = ", ".join(row.title for row in entry.rows if row.about)
            lines.append(Fault(_named(entry.label, about), entry.error, entry.anchor))
        for row in entry.rows:
            lines += _faults_in(row.fields, row.title)
    return lines


def _faults_in(fields: Sequence[Field], title: str = "") -> list[Fault]:
    lines = []
    for one in fields:
        if one.error:
            lines.append(Fault(_named(title, str(one.ask.label)), one.error, one.anchor))
        for branch in one.branches:
            for entry in branch.fields:
                lines += _faults_in([entry], title) if isinstance(entry, Field) else beside([entry])
    return lines


def _named(*words: str) -> str:
    return " – ".join(filter(None, words))


def summary(problem: Values | None, fields: Sequence[Field], path: str = "") -> list[Fault]:
    """Return the lines of the error summary, in the order of the page; what isn't on the page comes last."""
    faults = faults_of(problem, path)
    lines = [
        Fault(str(one.ask.label), one.error or faults[one.ask.name], one.anchor)
        for one in all_of(fields)
        if one.ask.name in faults
    ]
    elsewhere = [item for item in (problem or {}).get("errors", ()) if not item["field"].startswith(path)]
    shown = {one.ask.name for one in all_of(fields)}
    return (
        lines
        + [Fault(name, detail) for name, detail in faults.items() if name not in shown]
        + [Fault(item["field"], item["detail"]) for item in elsewhere]
    )
