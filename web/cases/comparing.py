"""Two files beside each other: who is compared with whom, line by line what is equal, near, different or missing.

The service compares what the reader sees anyway; a person decides. What two files may have in common (``Kin``) is read
from the reasons of the search, so that the list and the page ask the same question.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import IntEnum
from typing import Final

from django.utils.translation import gettext_lazy as _

from core.languages import Text
from core.texts import plain
from referrals.matching import phonetics
from referrals.vocabulary.oversight import Likeness, LinkKind
from web.cases.display import Line

#: From which share of like letters on two texts are near.
NEAR: Final = 0.8
_PARTS: Final = re.compile(r"\w+")


class Kin(IntEnum):
    """What two files may have in common, the closest first."""

    CHILD = 1
    SIBLINGS = 2
    HOUSEHOLD = 3
    SOMETHING = 4

    @property
    def question(self) -> Text:
        """Return what the page asks."""
        return QUESTIONS[self]

    @property
    def answers(self) -> Sequence[tuple[LinkKind, Text]]:
        """Return the two answers that say yes, the likelier first."""
        link = (LinkKind.RELATED, LINKS[self])
        same = (LinkKind.SAME, _("C'est le même enfant"))
        return (same, link) if self is Kin.CHILD else (link, same)


QUESTIONS: Final[Mapping[Kin, Text]] = {
    Kin.CHILD: _("Est-ce le même enfant ?"),
    Kin.SIBLINGS: _("Sont-ils frères et sœurs ?"),
    Kin.HOUSEHOLD: _("Vivent-ils dans le même foyer ?"),
    Kin.SOMETHING: _("Ces dossiers ont-ils un lien ?"),
}
LINKS: Final[Mapping[Kin, Text]] = {
    Kin.CHILD: _("Un autre enfant, mais les dossiers sont liés"),
    Kin.SIBLINGS: _("C'est la même fratrie : lier les dossiers"),
    Kin.HOUSEHOLD: _("C'est le même foyer : lier les dossiers"),
    Kin.SOMETHING: _("Les dossiers sont liés"),
}
_OF_REASONS: Final[Mapping[Kin, frozenset[Likeness]]] = {
    Kin.CHILD: frozenset(
        {
            Likeness.NAME,
            Likeness.SPELLING,
            Likeness.SWAPPED_NAMES,
            Likeness.BIRTH_DATE,
            Likeness.NEAR_BIRTH_DATE,
        }
    ),
    Kin.SIBLINGS: frozenset({Likeness.SIBLINGS, Likeness.HOLDER}),
    Kin.HOUSEHOLD: frozenset({Likeness.PHONE, Likeness.ADDRESS}),
}


def kin_of(reasons: Collection[str]) -> Kin:
    """Return the closest that some reasons speak for."""
    return next((kin for kin, some in _OF_REASONS.items() if some & set(reasons)), Kin.SOMETHING)


def is_weak(reasons: Collection[str]) -> bool:
    """Tell whether little speaks for a pair: one reason alone, and that no name."""
    return len(reasons) < 2 and not set(reasons) & {Likeness.NAME, Likeness.SPELLING, Likeness.SIBLINGS}


class Mark(IntEnum):
    """How two answers compare; the value is what it counts when people are matched."""

    EQUAL = 3
    NEAR = 2
    MISSING = 0
    DIFFERENT = -1

    @property
    def label(self) -> Text:
        """Return the words of the mark."""
        return MARKS[self]

    @property
    def look(self) -> str:
        """Return the class of its tag: never the alarm's."""
        return {Mark.EQUAL: "done", Mark.NEAR: "wait"}.get(self, "")


MARKS: Final[Mapping[Mark, Text]] = {
    Mark.EQUAL: _("identique"),
    Mark.NEAR: _("proche"),
    Mark.MISSING: _("absent d'un dossier"),
    Mark.DIFFERENT: _("différent"),
}


@dataclass(frozen=True, slots=True)
class Compared:
    """One line: what both files answer to one question, empty where one doesn't, and how the answers compare."""

    label: str
    here: str
    there: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Match:
    """A person of this file and one of the other who are most alike; ``numbers``: which of each file, from 1."""

    lines: Sequence[Compared]
    numbers: tuple[int, int]

    @property
    def score(self) -> int:
        """Return how much speaks for one person; nothing where no line is equal or near."""
        return sum(line.mark for line in self.lines)


def matches(here: Sequence[Sequence[Line]], there: Sequence[Sequence[Line]]) -> list[Match]:
    """Return each person of one file beside the one of the other who is most alike, nobody twice, the best first."""
    every = [
        Match(_compared(mine, theirs), (n, m))
        for n, mine in enumerate(here, 1)
        for m, theirs in enumerate(there, 1)
    ]
    best: list[Match] = []
    for match in sorted(every, key=lambda one: -one.score):
        mine, theirs = match.numbers
        if all(mine != one.numbers[0] and theirs != one.numbers[1] for one in best):
            best.append(match)
    return best


def alone(people: Sequence[Sequence[Line]], matched: Collection[int]) -> list[tuple[int, Sequence[Line]]]:
    """Return who of a file stands beside nobody of the other, with their number."""
    return [(n, lines) for n, lines in enumerate(people, 1) if n not in matched]


def _compared(here: Sequence[Line], there: Sequence[Line]) -> list[Compared]:
    mine, theirs = _by_label(here), _by_label(there)
    return list(_lines(mine, theirs))


def _by_label(lines: Sequence[Line]) -> dict[str, str]:
    return {line.label: line.text for line in lines if not line.unreadable}


def _lines(mine: Mapping[str, str], theirs: Mapping[str, str]) -> Iterator[Compared]:
    for label in dict.fromkeys([*mine, *theirs]):
        one, other = mine.get(label, ""), theirs.get(label, "")
        yield Compared(label, one, other, mark(one, other))


def mark(one: str, other: str) -> Mark:
    """Return how two answers compare; case, accents and the order of words make no difference."""
    if not one or not other:
        return Mark.MISSING
    words, others = sorted(plain(one).split()), sorted(plain(other).split())
    if words == others:
        return Mark.EQUAL
    # Names that sound alike, parts in another order (a day and its month), texts of which most letters are the same.
    alike = (
        sorted(_PARTS.findall(one)) == sorted(_PARTS.findall(other)),
        SequenceMatcher(None, " ".join(words), " ".join(others), autojunk=False).ratio() >= NEAR,
        one.isalpha() and other.isalpha() and phonetics.sound(plain(one)) == phonetics.sound(plain(other)),
    )
    return Mark.NEAR if any(alike) else Mark.DIFFERENT
