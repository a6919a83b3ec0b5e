"""What the duplicate search finds of invented children: ``python -m bench spellings --sizes 5000 50000 1000000``.

The children have the names of France, each as often as it is given there (``bench/names``). A query is a child of them,
written down with one kind of error (``bench/linkage``), or somebody who isn't among them. Beside the service's own index
stands, on the same children and the same queries, what one would do with names in plain. With ``--grown`` the index grew
child by child instead of being filled at once; with ``--halfway`` its last renewal is half done. Whoever tunes looks at
``TUNING``; ``EVALUATION`` is for the figures.
"""

import argparse
import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from uuid import UUID

from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from bench import common
from bench.linkage import index
from bench.linkage.errors import ABSENT, KINDS, NAMES, absent, plain, queries
from bench.linkage.population import TODAY, TUNING, Population, Record
from encryption import keyring
from encryption.unwrapped import IndexKey
from referrals.matching import phonetics

#: Kinds of one error while the date is right.
SINGLE_WITH_DATE: Final = tuple(NAMES)
#: 100 queries a kind, unless another number is asked for; what in plain takes three seconds each may do fewer.
ALL: Final = 10**9


# --- What one would do with names in plain ------------------------------------------------------------


def exact(children: list[Record]) -> Callable[[Record], list[int]]:
    """Return the search by equal names and date."""
    rows: dict[Any, list[int]] = defaultdict(list)
    for at, record in enumerate(children):
        rows[record.last, record.first, record.birth].append(at)
    return lambda query: rows.get((query.last, query.first, query.birth), [])


def dice(children: list[Record], least: float = 0.8) -> Callable[[Record], list[int]]:
    """Return the search by common pairs of letters of names and date, every child looked at.

    The pairs of one child are the bits of one number, so that a look costs a quarter of a microsecond.
    """
    bits: dict[str, int] = {}

    def pairs(record: Record) -> int:
        return sum(1 << bits.setdefault(pair, len(bits)) for pair in _letters(record))

    sets = [(own := pairs(record), own.bit_count()) for record in children]

    def search(query: Record) -> list[int]:
        mine = pairs(query)
        size, half = mine.bit_count(), least / 2
        scored = [
            (2 * common / (size + count), at)
            for at, (own, count) in enumerate(sets)
            if (common := (mine & own).bit_count()) >= half * (size + count)
        ]
        return [at for _, at in sorted(scored, reverse=True)]

    return search


def _letters(record: Record) -> frozenset[str]:
    whole = f" {plain(record.last)} {plain(record.first)} {record.birth or ''} ".lower()
    return frozenset(whole[at : at + 2] for at in range(len(whole) - 1))


def by_field(children: list[Record], least: float = 0.85) -> Callable[[Record], list[int]]:
    """Return the search by comparing field by field: Jaro-Winkler of either name, in either order, and the parts of the date.

    Names count 35 % each, the date 30 %; what one of both doesn't say isn't counted.
    """
    names = [
        (plain(record.last.lower()), plain(record.first.lower()), plain(record.usual.lower()))
        for record in children
    ]
    every = list({name for each in names for name in each if name})

    def search(query: Record) -> list[int]:
        mine = [plain(name.lower()) for name in (query.last, query.first)]
        alike = [_alike(name, every) for name in mine]
        scored = []
        for at, (last, first, usual) in enumerate(names):
            straight = _either(alike[0], last, usual), _either(alike[1], first)
            crossed = _either(alike[0], first), _either(alike[1], last, usual)
            names_alike = max(straight, crossed, key=lambda both: sum(one or 0.0 for one in both))
            if all(one is None or one >= 0.5 for one in names_alike):
                score = _weighed(*names_alike, _same_parts(query, children[at]))
                if score >= least:
                    scored.append((score, at))
        return [at for _, at in sorted(scored, reverse=True)]

    return search


def _alike(name: str, every: list[str]) -> dict[str, float] | None:
    """Return how alike a name is to those of all that are alike at all; None of no name."""
    if not name:
        return None
    scored = process.extract_iter(name, every, scorer=JaroWinkler.similarity, score_cutoff=0.5)
    return {other: score for other, score, _ in scored}


def _either(alike: dict[str, float] | None, *names: str) -> float | None:
    given = [name for name in names if name]
    return max(alike.get(name, 0.0) for name in given) if alike is not None and given else None


def _same_parts(one: Record, other: Record) -> float | None:
    """Return which share of the date is the same, or whether an estimated age fits; None where one of both is unknown."""
    if other.birth is None:
        return None
    if one.birth is not None:
        parts = zip(one.birth.timetuple()[:3], other.birth.timetuple()[:3], strict=True)
        return sum(mine == theirs for mine, theirs in parts) / 3
    if one.ages is None:
        return None
    return float(one.ages[0] <= TODAY.year - other.birth.year <= one.ages[1] + 1)


def _weighed(*fields: float | None) -> float:
    """Return the mean of what both say, by the weights of the fields; 0 unless two of them are told."""
    counted = [
        (weight, one) for weight, one in zip((0.35, 0.35, 0.3), fields, strict=True) if one is not None
    ]
    if len(counted) < 2:
        return 0.0
    return sum(weight * one for weight, one in counted) / sum(weight for weight, _ in counted)


# --- Figures ------------------------------------------------------------------------------------------


type Search = Callable[[Record], tuple[list[int], int]]


@dataclass(frozen=True, slots=True)
class Figure:
    """Of one kind of error: how often the child was first and among the first five, and what else was shown.

    ``right`` counts the shown children who are the one meant, ``shown`` all that are shown, query by query, and
    ``candidates`` those who share a number with the query; both in order of size.
    """

    first: int
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
        """The share of the shown children who are the one meant; 1 where nobody is shown."""
        return self.right / sum(self.shown) if any(self.shown) else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and the share of queries whose child was shown."""
        return 2 * self.right / (len(self.shown) + sum(self.shown))

    def summary(self) -> str:
        """Return recall@1, recall@5 and precision with their 95 % intervals (Wilson), and F1."""
        count = len(self.shown)
        recall, precision = _interval(self.hits, count), _interval(self.right, sum(self.shown))
        return f"{self.first / count:.2f} · {self.recall:.3f} ({recall}) · {self.precision:.2f} ({precision}) · {self.f1:.3f}"


def _interval(hits: int, tries: int) -> str:
    if not tries:
        return "–"
    z, p = 1.96, hits / tries
    middle, half = p + z * z / (2 * tries), z * math.sqrt(p * (1 - p) / tries + z * z / (4 * tries * tries))
    low, high = (middle - half) / (1 + z * z / tries), (middle + half) / (1 + z * z / tries)
    return f"{max(low, 0):.2f}–{high:.2f}"


def measured(search: Search, pairs: list[tuple[int, Record]]) -> Figure:
    """Return the figures of one search; precision counts shown children that are the one meant, pair by pair."""
    first, hits, right, counts, candidates = 0, 0, 0, [], []
    for meant, record in pairs:
        shown, looked_at = search(record)
        first += shown[:1] == [meant]
        hits += meant in shown[:5]
        right += meant in shown
        counts.append(len(shown))
        candidates.append(looked_at)
    return Figure(first, hits, right, sorted(counts), sorted(candidates))


def main(_: str, words: list[str]) -> None:
    """Print the tables of each size asked for."""
    options = common.options(
        words, sizes=[5_000], queries=100, plain=ALL, seed=TUNING, kind=[""], grown=False, halfway=False
    )
    set_up()
    for size in options.sizes:
        population = Population(size, options.seed)
        drawn = {
            kind: list(draw(population, kind, options.queries, options.seed))
            for kinds, draw in ((KINDS, queries), (ABSENT, absent))
            for kind in kinds
            if options.kind in ([""], [kind]) or kind in options.kind
        }
        numbers = index.Numbers(population.children, [one for some in drawn.values() for _, one in some])
        growing = options.grown or options.halfway
        own = index.grown(numbers, halfway=options.halfway) if growing else index.filled(numbers)
        searches: dict[str, Search] = {"index": cache(own.shown)}
        if options.plain:
            searches |= {
                made.__name__: counted(made(population.children)) for made in (exact, dice, by_field)
            }
        lengths = ", ".join(map(str, sorted(own.rows)))
        print(
            f"\n{size:,} children of {population.book.source}, seed {options.seed}, values of {lengths} bits\n"
        )
        _of_kinds({kind: some for kind, some in drawn.items() if kind in KINDS}, own, searches, options)
        print()
        _of_absent({kind: some for kind, some in drawn.items() if kind in ABSENT}, own, searches, options)


type Drawn = dict[str, list[tuple[int, Record]]]


def _of_kinds(
    drawn: Drawn, own: index.Index, searches: dict[str, Search], options: argparse.Namespace
) -> None:
    names = (f"{name}: recall@1 · recall@5 · precision · F1" for name in searches)
    common.head(
        "kind of error", *names, "judged the same if opened", "candidates p50 · p95", "shown p50 · p95"
    )
    for kind, some in drawn.items():
        figures = {
            name: measured(search, some if name == "index" else some[: options.plain])
            for name, search in searches.items()
        }
        judged = sum(own.judges_the_same(record, at) for at, record in some)
        ours = measured(searches["index"], some[: options.plain])  # of the same queries as those in plain
        others = [figure for name, figure in figures.items() if name != "index"]
        below = any(ours.f1 < one.f1 or ours.recall < one.recall for one in others)
        common.line(
            f"{kind}{' (!)' if below else ''}", *(figure.summary() for figure in figures.values()),
            f"{judged / len(some):.3f}", _spread(figures["index"].candidates), _spread(figures["index"].shown),
        )  # fmt: skip


def _of_absent(
    drawn: Drawn, own: index.Index, searches: dict[str, Search], options: argparse.Namespace
) -> None:
    common.head("in no file", *(f"{name}: offered as the same" for name in searches), "as of one home")
    for kind, some in drawn.items():
        cells = []
        for name, search in searches.items():
            part = some if name == "index" else some[: options.plain]
            offered = sum(bool(search(record)[0]) for _, record in part)
            cells.append(f"{offered / len(part):.3f} ({_interval(offered, len(part))})")
        kin = sum(at in own.search(record).kin for at, record in some)
        common.line(kind, *cells, f"{kin / len(some):.3f} ({_interval(kin, len(some))})")


def counted(search: Callable[[Record], list[int]]) -> Search:
    """Return a search in plain as one that tells how many it looked at, which is those it found."""

    def searched(record: Record) -> tuple[list[int], int]:
        children = search(record)
        return children, len(children)

    return searched


def _spread(values: list[int]) -> str:
    return f"{common.percentile(values, 0.5)} · {common.percentile(values, 0.95)}"


def set_up() -> None:
    """Let the index have a key of its own, in memory: no database is asked. Sounds are remembered, for they are many."""
    made = {UUID(int=1): IndexKey(b"a key of the figures alone, no more")}
    keyring.likeness_keys = lambda: made
    phonetics.sound = cache(phonetics.sound)
