"""Words of a form's questions, and what the input declares about them: the kind of field, its choices."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from rest_framework import serializers

from accounts.inputs import Secret
from core.inputs import StrictSerializer, When

#: More choices than these are a list to pull down.
RADIOS_MAX: Final = 10
NOT_KNOWN: Final = "not_known"
#: Where a declaration keeps its own members.
_MEMBERS: Final = "_members_of_forms"
#: The zone in which an instant is typed where no authority says otherwise.
ZONE: Final = ZoneInfo("Europe/Paris")

type Input = serializers.Serializer[Any]
type Declared = serializers.Field[Any, Any, Any, Any]
type Values = Mapping[str, Any]
type Pairs = Sequence[tuple[str, str]]
type Attributes = Mapping[str, str | bool]

#: Attributes of a field for what is copied letter for letter: the browser neither corrects nor capitalises it.
AS_TYPED: Final[Attributes] = {"spellcheck": "false", "autocapitalize": "none"}


@dataclass(frozen=True, slots=True)
class Follow:
    """Questions that some answers call for, any where none is named; ``unless``: those that these answers spare."""

    answers: tuple[str, ...]
    asks: tuple["Ask", ...]
    heading: Any = ""
    unless: bool = False

    def is_called(self, answer: object) -> bool:
        """Tell whether an answer calls for the questions."""
        return When("", self.answers, unless=self.unless).met_by(answer)


@dataclass(frozen=True, slots=True)
class Ask:
    """The words of one question.

    ``width``: ``short``, ``date``, ``half`` or all; ``unknown``: the words of a box that says the answer isn't known,
    where the input may take it so; ``rows``: the lines of a long text, 1 for a short one; ``only``: which of the
    choices, in which order; ``instead``: other words for choices whose own don't answer the question; ``optional``: the
    page says so; ``kind``: another kind of field than the declaration's; ``nothing``: the words of a list to pull down
    while nothing is chosen; ``attributes``: further ones of the field; ``follows``: the questions that its answers call
    for, where they are more than two kinds.
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
    kind: str = ""
    nothing: Any = ""
    attributes: Attributes = field(default_factory=dict)
    follows: tuple[Follow, ...] = ()

    @property
    def branches(self) -> tuple[Follow, ...]:
        """Return what the answers may call for: ``follow``, ``otherwise`` for other answers, and ``follows``."""
        two = tuple(branch for branch in (self.follow, self.otherwise) if branch is not None)
        return two + self.follows


def every(asks: Sequence[Ask]) -> Iterator[Ask]:
    """Yield all questions, those that others call for included."""
    for ask in asks:
        yield ask
        for branch in ask.branches:
            yield from every(branch.asks)


def as_called(takes: type[StrictSerializer], asks: Sequence[Ask]) -> list[Ask]:
    """Return the questions, with those under another one that the declaration asks for after some of its answers."""
    names = {ask.name for ask in asks}
    called = {ask.name: takes.needed_when.get(ask.name) for ask in asks}
    whens = {name: when for name, when in called.items() if when is not None and when.member in names}

    def grown(ask: Ask) -> Ask:
        own = dict.fromkeys(when for when in whens.values() if when.member == ask.name)
        follows = (
            Follow(
                when.answers,
                tuple(grown(one) for one in asks if whens.get(one.name) == when),
                unless=when.unless,
            )
            for when in own
        )
        return replace(ask, follows=tuple(follows))

    return [grown(ask) for ask in asks if ask.name not in whens]


def members(takes: type[Input]) -> dict[str, Any]:
    """Return the members of a declaration, to be read alone; kept on it, for some are made for one page."""
    cached: dict[str, Any] | None = vars(takes).get(_MEMBERS)
    if cached is None:
        cached = dict(takes().fields)
        setattr(takes, _MEMBERS, cached)
    return cached


@cache
def nested(takes: type[Input]) -> dict[str, Any]:
    """Return the members of a declaration that are declarations themselves, or lists of them."""
    kinds = (serializers.ListSerializer, serializers.Serializer)
    return {name: declared for name, declared in members(takes).items() if isinstance(declared, kinds)}


def kind_of(declared: Any, ask: Ask, pairs: Pairs | None) -> str:
    """Return how the page asks: ``checkboxes``, ``flag``, ``radios``, ``select``, or the kind of text that is typed."""
    if ask.kind:
        return ask.kind
    if isinstance(declared, serializers.ListField):
        return "checkboxes"
    if isinstance(declared, serializers.BooleanField):
        return "flag"
    if isinstance(declared, serializers.ChoiceField) or pairs is not None:
        many = len(pairs if pairs is not None else declared.choices)
        return "radios" if many <= RADIOS_MAX else "select"
    if isinstance(declared, serializers.DateTimeField):
        return "instant"
    if isinstance(declared, serializers.DateField):
        return "date"
    if isinstance(declared, serializers.IntegerField):
        return "number"
    if isinstance(declared, Secret):
        return "password"
    return "lines" if getattr(declared, "multiline", False) and ask.rows > 1 else "text"


def choices_of(declared: Declared, ask: Ask) -> list[tuple[str, str]]:
    """Return the choices that the declaration has, in the reader's words."""
    source = declared.child if isinstance(declared, serializers.ListField) else declared
    labels = {str(code): label for code, label in getattr(source, "choices", {}).items()} | dict(ask.instead)
    return [(code, str(labels[code])) for code in ask.only or labels]
