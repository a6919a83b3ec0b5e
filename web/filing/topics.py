"""Topics of the form: questions that stand together under one heading of a page, how they are read and shown.

A topic is about the concern, or about the child of the page (``Topic.part``). Places, signs and what is known of the
filer have a topic of their own kind; lists, all of whose items stand on the page, are in ``lists.py``.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from core.inputs import StrictSerializer
from referrals.filing.form import ConcernForm
from web import forms
from web.filing import grid, place
from web.filing.draft import NOT_KNOWN, Said
from web.forms import Ask, Entry, Field, Pairs, Row, Sent, every, members

type Lines = list[tuple[str, str]]


def part_input(name: str) -> type[StrictSerializer]:
    """Return the input declaration of one item of a repeatable part."""
    many: Any = members(ConcernForm)[name]
    serializer: type[StrictSerializer] = type(many.child)
    return serializer


@dataclass(slots=True)
class Shown:
    """A topic ready to be shown; ``is_open``: a folded one has something to be seen."""

    topic: "Topic"
    entries: list[Entry] = field(default_factory=list)
    is_open: bool = False
    lines: Lines = field(default_factory=list)
    families: list["FamilyShown"] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    before: int = 0
    suggestions: Pairs = ()

    @property
    def count_name(self) -> str:
        """Return the name of the member that says how many rows there are."""
        return f"rows-{self.topic.slug}"

    @property
    def before_name(self) -> str:
        """Return the name of the member that says how many other items stand before them in the list."""
        return f"{self.topic.slug}-before"

    @property
    def fields(self) -> list[Field]:
        """Return all its fields, in the order of the page."""
        return [*forms.all_of(self.entries), *(one for row in self.rows for one in forms.all_of(row.fields))]


@dataclass(frozen=True, slots=True)
class Page:
    """What a topic is shown with: answers, faults by their path, paths that are missing, what the address asks for.

    ``path``: where the item of the page stands in the form; empty for a page of the concern.
    """

    values: Mapping[str, Any]
    problem: Mapping[str, Any] | None = None
    path: str = ""
    missing: Collection[str] = ()
    more: str = ""
    suggestions: Pairs = ()

    def faults(self, path: str) -> dict[str, str]:
        """Return what is wrong with the fields under a path."""
        return forms.faults_of(self.problem, path)

    def lacks(self, path: str) -> set[str]:
        """Return the names of what is missing directly under a path."""
        return {one.removeprefix(path) for one in self.missing if one.startswith(path)}


@dataclass(frozen=True)
class Topic:
    """Questions under one heading. ``folded``: closed until something in it was answered; ``part``: see the module."""

    slug: str
    title: Any
    asks: tuple[Ask, ...] = ()
    part: str = ""
    note: Any = ""
    folded: bool = False
    warning: bool = False
    template: ClassVar[str] = "web/filing/topic.html"

    @property
    def takes(self) -> type[StrictSerializer]:
        """Return the input declaration of what it asks for."""
        return part_input(self.part) if self.part else ConcernForm

    @property
    def names(self) -> set[str]:
        """Return the members that it asks for."""
        return {ask.name for ask in every(self.asks)}

    def ask_at(self, path: str) -> Ask | None:
        """Return the question that asks for a missing item, by its path in the form; None where it isn't here."""
        head, _, rest = path.partition(".")
        name = rest.partition(".")[2] if self.part else head
        if self.part and head != self.part:
            return None
        return next((ask for ask in every(self.asks) if ask.name == name), None)

    def anchor(self, path: str) -> str:
        """Return the id of the question that asks for a missing item."""
        ask = self.ask_at(path)
        return f"{forms.IDS}{ask.name}" if ask is not None else f"t-{self.slug}"

    def typed(self, sent: Sent) -> Said:
        """Return what was sent of it, as the page shows it again."""
        return forms.body_of(self.takes, self.asks, sent)

    def body(self, sent: Sent, form: Said, path: str) -> Said:  # noqa: ARG002 - lists and places need them
        """Return what is to be saved of it; ``form`` is what the draft says, ``path`` where the item stands."""
        return self.typed(sent)

    def show(self, page: Page) -> Shown:
        """Return it as the page shows it."""
        fields = forms.fields_of(self.takes, self.asks, page.values, faults=page.faults(page.path))
        return self.shown(fields, page.lacks(page.path))

    def shown(self, fields: Sequence[Field], lacks: Collection[str]) -> Shown:
        """Return fields with their marks of what is missing; a folded topic is open where one has anything."""
        for one in forms.all_of(fields):
            one.missing = one.ask.name in lacks
        return Shown(self, list(fields), is_open=any(map(has_anything, forms.all_of(fields))))

    def is_filled(self, row: object) -> bool:
        """Tell whether anything was answered, by presence alone; of a row of the database."""
        unknown = getattr(row, NOT_KNOWN, [])
        return any(
            name in unknown or getattr(row, name, None) not in (None, "", [], False) for name in self.names
        )

    def answers(self, values: Mapping[str, Any]) -> Lines:
        """Return the answers in words."""
        return answer_lines(self.takes, self.asks, values)


def answer_lines(takes: type[StrictSerializer], asks: Sequence[Ask], values: Mapping[str, Any]) -> Lines:
    """Return what was answered, question and answer, in words."""
    pairs = [(str(ask.label), forms.answer_in_words(takes, ask, values)) for ask in every(asks)]
    return [(label, words) for label, words in pairs if words]


def has_anything(one: Field) -> bool:
    """Tell whether a field is answered, or marked."""
    answered = any(option.chosen for option in one.options) or one.value not in ("", None)
    return answered or one.unknown or one.missing or bool(one.error)


@dataclass(frozen=True)
class PlaceTopic(Topic):
    """Where the child lives and is: the commune finds out which authority is competent."""

    @property
    def names(self) -> set[str]:
        """Return the members that it asks for."""
        return super().names | {place.COMMUNE.name, place.DEPARTMENT.name}

    def ask_at(self, path: str) -> Ask | None:
        """Return the question; some way to reach the child is asked for by its address."""
        if path == "contact_path":
            return next(ask for ask in self.asks if ask.name == "address")
        if path.startswith("children.") and path.endswith(f".{place.COMMUNE.name}"):
            return place.COMMUNE
        return super().ask_at(path)

    def anchor(self, path: str) -> str:
        """Return the id of the question."""
        ask = self.ask_at(path)
        return f"{forms.IDS}{ask.name}" if ask is not None else super().anchor(path)

    def typed(self, sent: Sent) -> Said:
        """Return the answers; the place as it was typed, for it may have no code."""
        return super().typed(sent) | place.typed(sent)

    def body(self, sent: Sent, form: Said, path: str) -> Said:  # noqa: ARG002 - it is replaced whole
        """Return the answers, with the place as codes."""
        return super().typed(sent) | place.body_of(sent, path)

    def show(self, page: Page) -> Shown:
        """Return the fields, the place first."""
        faults, lacks = page.faults(page.path), page.lacks(page.path)
        lacks |= {"address"} if "contact_path" in page.missing else set()
        fields = place.fields_of(page.values, faults)
        fields += forms.fields_of(self.takes, self.asks, page.values, faults=faults)
        shown = self.shown(fields, lacks)
        shown.suggestions = page.suggestions
        return shown

    def answers(self, values: Mapping[str, Any]) -> Lines:
        """Return the answers in words, the place first."""
        return [line for line in place.place_lines(values) if line[1]] + super().answers(values)


@dataclass(slots=True)
class FamilyShown:
    """A family of signs with its rows; folded where none is ticked."""

    family: grid.Family
    rows: list[grid.Row]

    @property
    def ticked(self) -> int:
        """Return how many of its signs were noticed."""
        return sum(any(mode.chosen for mode in row.modes if mode.value) for row in self.rows)


@dataclass(frozen=True)
class SignsTopic(Topic):
    """The spotting grid: all families of signs, each folded until one of its signs is ticked."""

    template: ClassVar[str] = "web/filing/signs.html"

    def typed(self, sent: Sent) -> Said:
        """Return the signs that are ticked."""
        return {"signs": grid.sent(sent)}

    def body(self, sent: Sent, form: Said, path: str) -> Said:  # noqa: ARG002 - it is of the concern
        """Return the signs, each with the day on which it was noticed if another way to file said one."""
        return {"signs": grid.dated(form["signs"], grid.sent(sent))}

    def show(self, page: Page) -> Shown:
        """Return the families."""
        families = [FamilyShown(one, grid.rows_of(one, page.values["signs"])) for one in grid.FAMILIES]
        return Shown(self, families=families)

    def answers(self, values: Mapping[str, Any]) -> Lines:
        """Return the signs that were noticed, in words."""
        return [line for family in grid.FAMILIES for line in _ticked(grid.rows_of(family, values["signs"]))]


def _ticked(rows: Iterable[grid.Row]) -> Lines:
    ticked = [(row, [mode.label for mode in row.modes if mode.chosen and mode.value]) for row in rows]
    return [
        (row.label, ", ".join(filter(None, [*modes, row.remark.value]))) for row, modes in ticked if modes
    ]


@dataclass(frozen=True)
class FilerTopic(Topic):
    """Who files, as the account says it: told in words, and folded to be corrected where nothing is missing."""

    template: ClassVar[str] = "web/filing/filer.html"

    def show(self, page: Page) -> Shown:
        """Return the fields, and what they hold in words."""
        shown = super().show(page)
        shown.lines = self.answers(page.values)
        needed = [one for one in shown.fields if not one.ask.optional]
        open_ones = [one for one in needed if not (has_anything(one) and not one.missing and not one.error)]
        shown.is_open = bool(open_ones) or any(one.error for one in shown.fields)
        return shown
