"""Recall and precision of the duplicate search on invented children: ``python -m bench.spellings 5000 50000 1000000``.

The children have the names of France, each as often as it is given there (``bench/names``); one in four is a hard case
(twin, brother or sister, namesake). A query is a child of them, written down with one kind of mistake. The index is the
service's own code, its numbers kept in a dictionary instead of a table; beside it, on the same children and the same
queries, what one would do with names in plain. Whoever tunes looks at ``TUNING``; ``HELD_OUT`` is for the figures.
"""

import argparse
import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any, Final
from uuid import UUID

from bench import names

KINDS: Final = (
    "typing error in the last name", "typing error in the first name", "heard, not read", "accents and hyphens",
    "names exchanged", "usage name added", "first name cut short", "day and month exchanged",
    "one digit of the date", "last name changed by two letters", "no date, an estimated age",
    "typing error and date exchanged", "typing errors in both names",
)  # fmt: skip
TUNING: Final = 2026
HELD_OUT: Final = 93_000
#: Kinds of one mistake while the date is right.
SINGLE_WITH_DATE: Final = KINDS[:7]
_YEARS: Final = 18
_FIRST_DAY: Final = date(2008, 12, 1)
TODAY: Final = date(2026, 11, 24)
AUTHORITY: Final = UUID(int=93)


@dataclass(frozen=True, slots=True)
class Said:
    """What a form says of a child."""

    last: str
    first: str
    birth: date | None
    usual: str = ""
    ages: tuple[int, int] | None = None
    sex: str = ""


class Population:
    """Invented children, their hard cases among them; the same for the same seed and names, the first ones at any size."""

    def __init__(self, size: int, seed: int, book: names.Book | None = None) -> None:
        self.chance = Random(seed)
        self.book = book or names.book()
        self.children: list[Said] = []
        while len(self.children) < size:
            self.children += self._one_or_more()
        del self.children[size:]

    def _one_or_more(self) -> list[Said]:
        chance = self.chance
        one = Said(self._last(), self._first(), self._day())
        draw = chance.random()
        if draw < 0.04:
            return [one, replace(one, first=self._first())]  # a twin
        if draw < 0.12:
            return [one, replace(one, first=self._first(), birth=self._day())]  # a brother or sister
        if draw < 0.15:
            return [one, replace(one, birth=self._day())]  # a namesake
        return [one]

    def _last(self) -> str:
        return self.book.lasts.drawn(self.chance)

    def _first(self) -> str:
        return self.book.firsts.drawn(self.chance)

    def _day(self) -> date:
        return _FIRST_DAY + timedelta(days=self.chance.randrange(_YEARS * 365))


def typed(word: str, chance: Random) -> str:
    """Return a word with one letter left out, doubled, replaced or exchanged with its neighbour."""
    at = chance.randrange(1, max(2, len(word) - 1))
    letter = chance.choice("aeilnorst")
    return chance.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + word[at - 1] + word[at:],
            word[:at] + letter + word[at + 1 :],
            word[: at - 1] + word[at : at + 1] + word[at - 1] + word[at + 1 :],
        )
    )


_HEARD: Final = (
    ("ph", "f"), ("ault", "o"), ("eau", "o"), ("au", "o"), ("ou", "u"), ("ch", "sh"), ("qu", "k"), ("ck", "k"), ("ç", "ss"),
    ("y", "i"), ("c", "k"), ("k", "c"), ("z", "s"), ("x", "ks"), ("d", "t"), ("m", "mm"), ("n", "nn"), ("l", "ll"), ("t", "th"),
    ("é", "er"), ("i", "y"), ("a", "ah"),
)  # fmt: skip


def heard(word: str, chance: Random) -> str:
    """Return a word as somebody writes it who heard it on the telephone."""
    fitting = [(told, written) for told, written in _HEARD if told in word]
    told, written = chance.choice(fitting) if fitting else ("e", "eh")
    return word.replace(told, written, 1)


def miswritten(said: Said, kind: str, chance: Random, book: names.Book) -> Said:
    """Return a child as written down with one kind of mistake."""
    birth = said.birth or TODAY
    if kind == KINDS[0]:
        return replace(said, last=typed(said.last, chance))
    if kind == KINDS[1]:
        return replace(said, first=typed(said.first, chance))
    if kind == KINDS[2]:
        which = chance.choice(("last", "first"))
        return replace(said, **{which: heard(getattr(said, which), chance)})
    if kind == KINDS[3]:
        return replace(
            said, last=plain(said.last).replace("-", "").upper(), first=plain(said.first).replace("-", " ")
        )
    if kind == KINDS[4]:
        return replace(said, last=said.first, first=said.last)
    if kind == KINDS[5]:
        return replace(said, last=f"{book.lasts.drawn(chance)}-{said.last}")
    if kind == KINDS[6]:
        return replace(said, first=said.first[: max(3, len(said.first) // 2)])
    if kind == KINDS[7]:
        return replace(said, birth=exchanged(birth))
    if kind == KINDS[8]:
        return replace(said, birth=one_digit(birth, chance))
    if kind == KINDS[9]:
        return replace(said, last=typed(typed(said.last, chance), chance))
    if kind == KINDS[10]:
        age = (TODAY - birth).days // 365
        return replace(said, birth=None, ages=(max(0, age - 1), age + 1))
    if kind == KINDS[11]:
        return replace(said, last=typed(said.last, chance), birth=exchanged(birth))
    return replace(said, last=typed(said.last, chance), first=typed(said.first, chance))


def plain(word: str) -> str:
    """Return a word without its accents."""
    return word.translate(str.maketrans("éèêëïîôûüàâç", "eeeeiiouuaac"))


def exchanged(day: date) -> date:
    """Return the date with day and month exchanged, a day of the same month apart where that is none."""
    return (
        day.replace(month=day.day, day=day.month)
        if day.day <= 12
        else day + timedelta(days=1 if day.day < 28 else -1)
    )


def one_digit(day: date, chance: Random) -> date:
    """Return the date with one digit mistaken."""
    if chance.random() < 0.4:
        last = 28 if day.month == 2 else day.day
        return day.replace(year=day.year + chance.choice((-1, 1)), day=min(day.day, last))
    return day.replace(day=day.day + 10) if day.day < 19 else day.replace(day=day.day - 10)


# --- The service's own search, numbers in a dictionary ------------------------------------------------


class Service:
    """The index, and the comparison of what it finds."""

    def __init__(self, children: list[Said]) -> None:
        from referrals.matching import blocking_keys, buckets

        self.bits = buckets.length_for(len(children))
        self.children = children
        self.rows: dict[int, list[int]] = defaultdict(list)
        for at, said in enumerate(children):
            for number in self._numbers(blocking_keys.of(family(said))):
                self.rows[number].append(at)

    def _numbers(self, told: list[Any]) -> dict[int, Any]:
        from referrals.matching import buckets

        return buckets.numbers(AUTHORITY, told, [self.bits])

    def search(self, asked: Said) -> tuple[list[tuple[float, int]], int]:
        """Return what is shown, best first, as (score, child), and how many children share a number."""
        from referrals.matching import blocking_keys, candidates

        found: dict[int, set[Any]] = defaultdict(set)
        mine = family(asked)
        for number, trait in self._numbers(blocking_keys.asked_for(mine)).items():
            for at in self.rows.get(number, ()):
                found[at].add(trait)
        weighed = {at: candidates.weight(shared) for at, shared in found.items()}
        likely = dict(sorted(weighed.items(), key=lambda item: (-item[1], -item[0])))
        shown: list[tuple[float, int]] = []
        for part in candidates.to_open(likely):
            shown += [
                (score, at) for at in part if (score := _same(mine, *family(self.children[at]).children))
            ]
            if shown:
                break
        return sorted(shown, reverse=True), len(found)

    def shown(self, asked: Said) -> tuple[list[int], int]:
        """Return whom a search shows, best first, and how many children share a number."""
        shown, candidates = self.search(asked)
        return [at for _, at in shown], candidates


def family(said: Said) -> Any:
    """Return a case with this one child."""
    from referrals.matching import identity

    told = {
        "last_name": said.last, "first_names": said.first, "usual_name": said.usual,
        "birth_date": said.birth.isoformat() if said.birth else None,
    }  # fmt: skip
    if said.ages:
        told |= {"age_estimated_min": said.ages[0], "age_estimated_max": said.ages[1]}
    return identity.Family((identity.child(UUID(int=0), told, sex=said.sex, on=TODAY),))


# --- What one would do with names in plain ------------------------------------------------------------


def exact(children: list[Said]) -> Callable[[Said], list[int]]:
    """Return the search by equal names and date."""
    rows: dict[Any, list[int]] = defaultdict(list)
    for at, said in enumerate(children):
        rows[said.last, said.first, said.birth].append(at)
    return lambda asked: rows.get((asked.last, asked.first, asked.birth), [])


def dice(children: list[Said], least: float = 0.8) -> Callable[[Said], list[int]]:
    """Return the search by common pairs of letters of names and date, every child looked at.

    The pairs of one child are the bits of one number, so that a look costs a quarter of a microsecond.
    """
    bits: dict[str, int] = {}

    def pairs(said: Said) -> int:
        return sum(1 << bits.setdefault(pair, len(bits)) for pair in _letters(said))

    sets = [(own := pairs(said), own.bit_count()) for said in children]

    def search(asked: Said) -> list[int]:
        mine = pairs(asked)
        size, half = mine.bit_count(), least / 2
        found = [
            (2 * common / (size + count), at)
            for at, (own, count) in enumerate(sets)
            if (common := (mine & own).bit_count()) >= half * (size + count)
        ]
        return [at for _, at in sorted(found, reverse=True)]

    return search


def _letters(said: Said) -> frozenset[str]:
    whole = f" {plain(said.last)} {plain(said.first)} {said.birth or ''} ".lower()
    return frozenset(whole[at : at + 2] for at in range(len(whole) - 1))


def by_field(children: list[Said]) -> Callable[[Said], list[int]]:
    """Return the search by the service's own comparison of every child: what the index may lose.

    Left out unseen is whose date doesn't fit at all, for the very same names aren't enough then, and whose first name isn't
    enough for somebody with the very same date and last name. The comparison only falls with what fits less, so that it
    finds whom comparing everybody finds (``tests/bench``).
    """
    from referrals.matching import comparison

    dates: dict[Any, list[int]] = defaultdict(list)
    for at, said in enumerate(children):
        dates[said.birth].append(at)

    def search(asked: Said) -> list[int]:
        mine = family(asked)
        (one,) = mine.children

        @cache
        def may_be(first: str) -> bool:
            (other,) = family(replace(asked, first=first)).children
            return any(_same(mine, replace(other, last=last)) for last in (one.last, one.first))

        near = (
            at
            for day, there in dates.items()
            if comparison._births(one, replace(one, birth=day))
            for at in there
            if may_be(children[at].first)
        )
        scored = ((_same(mine, *family(children[at]).children), at) for at in near)
        return [at for score, at in sorted(scored, reverse=True) if score]

    return search


def _same(mine: Any, other: Any) -> float:
    """Return how sure the service is that another child is the same, 0 where it isn't shown as that."""
    from referrals.matching import comparison, identity

    verdict = comparison.compare(mine, identity.Family((other,)))
    return verdict.score if verdict is not None and verdict.kind == "same" else 0.0


# --- Figures ------------------------------------------------------------------------------------------


type Search = Callable[[Said], tuple[list[int], int]]


@dataclass(frozen=True, slots=True)
class Figure:
    """Of one kind of mistake: how often the child was among the first five, and what else was shown.

    ``right`` counts the shown children who are the one meant, ``shown`` all that are shown, query by query, and
    ``candidates`` those who share a number with the query; both in order of size.
    """

    hits: int
    right: int
    shown: list[int]
    candidates: list[int]

    @property
    def recall(self) -> float:
        """The share of queries whose child was among the first five."""
        return self.hits / len(self.shown)

    @property
    def precision(self) -> float:
        """The share of the shown children who are the one meant."""
        return self.right / max(1, sum(self.shown))

    def told(self) -> str:
        """Return recall@5 and precision with their 95 % intervals (Wilson)."""
        recall, precision = _interval(self.hits, len(self.shown)), _interval(self.right, sum(self.shown))
        return f"{self.recall:.3f} ({recall}) · {self.precision:.2f} ({precision})"


def _interval(hits: int, tries: int) -> str:
    if not tries:
        return "–"
    z, p = 1.96, hits / tries
    middle, half = p + z * z / (2 * tries), z * math.sqrt(p * (1 - p) / tries + z * z / (4 * tries * tries))
    low, high = (middle - half) / (1 + z * z / tries), (middle + half) / (1 + z * z / tries)
    return f"{max(low, 0):.2f}–{high:.2f}"


def queries(population: Population, kind: str, count: int, seed: int) -> Iterator[tuple[int, Said]]:
    """Yield children of the population with how they are written down."""
    chance = Random(f"{seed}/{kind}")
    for _ in range(count):
        at = chance.randrange(len(population.children))
        yield at, miswritten(population.children[at], kind, chance, population.book)


def measured(search: Search, asked: list[tuple[int, Said]]) -> Figure:
    """Return the figures of one search; precision counts shown children that are the one meant, pair by pair."""
    hits, right, counts, candidates = 0, 0, [], []
    for meant, said in asked:
        found, looked_at = search(said)
        hits += meant in found[:5]
        right += meant in found
        counts.append(len(found))
        candidates.append(looked_at)
    return Figure(hits, right, sorted(counts), sorted(candidates))


def main() -> None:
    """Print a table for each size asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=[5_000])
    parser.add_argument("--queries", type=int, default=300, help="queries a kind")
    parser.add_argument("--plain", type=int, help="how many of them the searches in plain do, too (all)")
    parser.add_argument("--seed", type=int, default=TUNING, help=f"{HELD_OUT} is held out, for figures only")
    asked = parser.parse_args()
    _set_up()
    for size in asked.sizes:
        population = Population(size, asked.seed)
        service = Service(population.children)
        searches: dict[str, Search] = {"index": service.shown}
        if asked.plain != 0:
            for made in (exact, dice, by_field):
                searches[made.__name__] = _counted(made(population.children))
        print(
            f"\n{size:,} children of {population.book.said}, seed {asked.seed}, values of {service.bits} bits\n"
        )
        named = " | ".join(f"{name}: recall@5 · precision" for name in searches)
        print(f"| kind of mistake | {named} | candidates p50 · p95 | shown p50 · p95 |")
        print("|---|" + "---:|" * (len(searches) + 2))
        for kind in KINDS:
            drawn = list(queries(population, kind, asked.queries, asked.seed))
            figures = {
                name: measured(search, drawn if name == "index" else drawn[: asked.plain])
                for name, search in searches.items()
            }
            cells = [figure.told() for figure in figures.values()]
            cells += [_spread(figures["index"].candidates), _spread(figures["index"].shown)]
            print(f"| {kind} | " + " | ".join(cells) + " |", flush=True)


def _counted(search: Callable[[Said], list[int]]) -> Search:
    def counted(said: Said) -> tuple[list[int], int]:
        found = search(said)
        return found, len(found)

    return counted


def _spread(values: list[int]) -> str:
    return f"{values[len(values) // 2]} · {values[int(len(values) * 0.95)]}"


def _set_up() -> None:
    """Let the index have a key of its own, in memory: no database is asked. Sounds are remembered, for they are many."""
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from encryption import keyring
    from encryption.unwrapped import IndexKey
    from referrals.matching import phonetics

    made = IndexKey(b"a key of the figures alone, no more")
    keyring.likeness_keys = lambda: {UUID(int=1): made}  # type: ignore[assignment]
    phonetics.sound = cache(phonetics.sound)


if __name__ == "__main__":
    main()
