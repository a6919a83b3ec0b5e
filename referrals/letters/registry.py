"""Registry of the letters: of each kind when and to whom it is due, who signs, what it may open and what it says.

A feature above adds its own kind with ``register``. What a letter opens is declared here by the labels of sealed
fields, and nothing else opens while it is written: a letter can't say what §4.9 doesn't let it say.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID, uuid5

from accounts.actor import Actor
from accounts.roles import Role
from referrals.vocabulary.law.citations import cited
from referrals.vocabulary.letters import Audience, LetterKind, LetterWay, SourceKind
from referrals.vocabulary.states import Machine

#: Of what the identity of an occasion is made; frozen, for rows are found by it.
_OCCASIONS: Final = UUID("b1a7a3a2-6f0e-4a8b-9b33-2f6f1d0c5c77")


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What gives rise to one letter: a row of the case, the children whom it names, the holder to whom it goes.

    ``part`` is a row of the case, or the record of a step. ``on``: the day of the step.
    """

    part: UUID | None = None
    children: tuple[UUID, ...] = ()
    holder: UUID | None = None
    on: date | None = None

    def key(self, kind: LetterKind) -> UUID:
        named = ",".join(sorted(map(str, self.children)))
        return uuid5(_OCCASIONS, f"{kind.value}/{self.part}/{named}/{self.holder}")


@dataclass(frozen=True, kw_only=True)
class LetterType:
    """All that is fixed of one kind of letter (domain.md §4.9).

    ``classes``: all that somebody must read of the case to read the letter. ``column``: where the signed page is kept,
    by the gravest of them. ``opens``: labels of the sealed fields that it may open. ``sources``: where its passages
    come from. ``words``: members of ``LetterEditing`` that its author answers, ``needs``: those without which it isn't
    signed.
    ``records``: machine and name of the steps whose records ``offers`` and ``write`` read.
    ``offers`` takes a ``LetterContext`` and yields when and to whom it is due; ``write`` takes a ``Writing`` and
    returns its ``Body``. ``repeated``: it may be sent more than once on one occasion.
    ``seen_by``: whether somebody may know of the row that gives rise to it, where the case doesn't tell.
    """

    kind: LetterKind
    audience: Audience
    signers: tuple[Role, ...]
    law: str
    classes: frozenset[str]
    sources: frozenset[SourceKind]
    opens: frozenset[str]
    ways: tuple[LetterWay, ...]
    offers: Callable[[Any], Iterator[Occasion]] = field(repr=False)
    write: Callable[[Any], Any] = field(repr=False)
    column: str = "page"
    records: tuple[tuple[Machine, str], ...] = ()
    words: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    repeated: bool = False
    seen_by: Callable[[UUID, Actor, datetime], bool] | None = field(default=None, repr=False)

    @property
    def note(self) -> str:
        """Return the column of the proof: a filer's letter has its own, for it may tell who that is."""
        return "note_c" if self.column == "page_c" else "note"


_types: dict[LetterKind, LetterType] = {}


def register(*types: LetterType) -> None:
    """Add kinds of letters.

    Raises:
        ValueError: a kind is registered twice, or cites an article that nobody described.
    """
    for one in types:
        if one.kind in _types:
            raise ValueError(f"letter {one.kind} registered twice")
        cited(one.law)
        _types[one.kind] = one


def letter_types() -> Mapping[LetterKind, LetterType]:
    """Return all kinds, in the order of domain.md §4.9."""
    return {kind: _types[kind] for kind in LetterKind if kind in _types}


def type_of(kind: str) -> LetterType:
    """Return one kind.

    Raises:
        KeyError: it isn't registered.
    """
    return _types[LetterKind(kind)]
