"""Invented children: the same for the same seed and names, the first ones at any size.

Shares are of households drawn. They were fixed before tuning: 4 % have twins, 8 % a brother or sister, 3 % a namesake in
another household; 8 % bear two last names, 4 % a first name of two, 8 % of the children are called by another last name.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Final

from bench import names

#: The seed for whoever tunes, and the one for figures alone.
TUNING: Final = 2026
EVALUATION: Final = 93_000
YEARS: Final = 18
FIRST_DAY: Final = date(2008, 12, 1)
TODAY: Final = date(2026, 11, 24)


@dataclass(frozen=True, slots=True)
class Record:
    """What a form says of a child; ``holder`` is the name of who brings it up."""

    last: str
    first: str
    birth: date | None
    usual: str = ""
    ages: tuple[int, int] | None = None
    sex: str = ""
    holder: str = ""


class Population:
    """Invented children, their hard cases among them."""

    def __init__(self, size: int, seed: int, book: names.Book | None = None) -> None:
        self.chance = Random(seed)
        self.book = book or names.book()
        self.children: list[Record] = []
        while len(self.children) < size:
            self.children += self._household()
        del self.children[size:]

    def _household(self) -> list[Record]:
        chance, last = self.chance, self.last()
        one = Record(last, self.first(), self.day(), holder=f"{self.first()} {last}")
        if chance.random() < 0.08:
            one = replace(one, usual=self.book.lasts.drawn(chance))
        draw = chance.random()
        if draw < 0.04:
            return [one, self.twin_of(one)]
        if draw < 0.12:
            return [one, self.sibling_of(one)]
        if draw < 0.15:
            return [one, self.namesake_of(one)]
        return [one]

    def twin_of(self, one: Record) -> Record:
        """Return another child of the same household and day."""
        return replace(one, first=self._other_first(one.first))

    def sibling_of(self, one: Record) -> Record:
        """Return a brother or sister, born another day."""
        return replace(one, first=self._other_first(one.first), birth=self.day())

    def namesake_of(self, one: Record) -> Record:
        """Return a child of another household with the same names."""
        return replace(one, birth=self.day(), holder=f"{self.first()} {one.last}")

    def last(self) -> str:
        drawn = self.book.lasts.drawn(self.chance)
        return f"{drawn}-{self.book.lasts.drawn(self.chance)}" if self.chance.random() < 0.08 else drawn

    def first(self) -> str:
        drawn = self.book.firsts.drawn(self.chance)
        return f"{drawn}-{self.book.firsts.drawn(self.chance)}" if self.chance.random() < 0.04 else drawn

    def _other_first(self, but: str) -> str:
        while (first := self.first()) == but:
            pass
        return first

    def day(self) -> date:
        return FIRST_DAY + timedelta(days=self.chance.randrange(YEARS * 365))
