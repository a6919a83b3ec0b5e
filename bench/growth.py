"""Whether an index that grew finds what one filled at once does: ``python -m bench.growth 5000 50000``.

An authority begins with no child and grows by one in a hundred at a time. Each child is indexed at the length of that
day; after each step the children are counted, and those whose values became too short are indexed anew, as the service
does in the background (``referrals/duplicates/renewal.py``). With ``--halfway`` the last of these renewals has done half
of the children when the searches are made. Keys, lengths, weights and comparison are the service's own.

So that a million children take minutes: the traits of a child are read and keyed once, for every length that it may
still come to have; only rows that one of the searches asks for are kept; and what two searches for the same child open
is compared once. None of it depends on when it is done.
"""

import argparse
import time
from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache
from typing import Any

from bench import spellings
from bench.spellings import AUTHORITY, Said, family

STEP = 100


class Numbers:
    """The numbers of children by length, made when they are first asked for: those that a search asks for.

    ``wanted`` are the searches that will be made; without them every number is kept. ``longest`` is the greatest length
    that any of the children comes to have.
    """

    def __init__(self, children: Sequence[Said], wanted: Collection[Said] | None = None) -> None:
        self.children = children
        self.longest = length_for(len(children))
        self.wanted = (
            None if wanted is None else {n for one in wanted for n in asked_for(one, _up_to(self.longest))}
        )
        self._made: dict[int, dict[int, array[int]]] = {}

    def of(self, at: int, bits: int) -> Sequence[int]:
        """Return a child's numbers at one length; those at the longer ones are made with it."""
        by_length = self._made.get(at)
        if by_length is None or bits not in by_length:
            by_length = self._made[at] = self._numbered(at, bits)
        # Where a child has longer values, nobody asks for its shorter ones any more.
        for length in [one for one in by_length if one < bits]:
            del by_length[length]
        return by_length[bits]

    def _numbered(self, at: int, bits: int) -> dict[int, "array[int]"]:
        from referrals.matching import blocking_keys, buckets

        lengths = buckets.lengths_between(bits, max(bits, self.longest))
        by_length = {length: array("Q") for length in lengths}
        traits = blocking_keys.of(family(self.children[at]))
        for number, (_, length) in buckets.numbers(AUTHORITY, traits, lengths).items():
            if self.wanted is None or number in self.wanted:
                by_length[length].append(number)
        return by_length


class Index:
    """An authority's index in memory, of which a search asks as the service does (``candidates.likely``)."""

    def __init__(self, numbers: Numbers) -> None:
        self.numbers = numbers
        self.length_of: list[int] = []
        self.bits = length_for(0)
        #: By length, then by number: the children that have it.
        self.rows: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))

    def file(self) -> None:
        """Take in the next child, at the present length."""
        self.length_of.append(self.bits)
        self._put(len(self.length_of) - 1)

    def count(self) -> list[int]:
        """Let the length follow the number of children; return those whose values are too short now."""
        bits = max(self.bits, length_for(len(self.length_of)))
        if bits == self.bits:
            return []  # whoever had a shorter one was indexed anew when it changed
        self.bits = bits
        return [at for at, length in enumerate(self.length_of) if length < bits]

    def renew(self, which: Iterable[int]) -> None:
        """Index children anew at the present length, and take away the rows of their former one."""
        for at in which:
            self.length_of[at] = self.bits
            self._put(at)
        for length in [one for one in self.rows if one != self.bits]:
            left = {
                number: [at for at in having if self.length_of[at] == length]
                for number, having in self.rows.pop(length).items()
            }
            if any(left.values()):
                self.rows[length].update(left)

    def _put(self, at: int) -> None:
        rows = self.rows[self.length_of[at]]
        for number in self.numbers.of(at, self.length_of[at]):
            rows[number].append(at)

    def likely(self, asked: Said) -> dict[int, float]:
        """Return the children that share numbers with one, likeliest first."""
        from referrals.matching import ranking

        shared: dict[int, set[Any]] = defaultdict(set)
        for number, (trait, length) in asked_for(asked, list(self.rows)).items():
            for at in self.rows[length].get(number, ()):
                shared[at].add(trait)
        weighed = {at: ranking.of_shared(traits, self.length_of[at]) for at, traits in shared.items()}
        return dict(sorted(weighed.items(), key=lambda item: (-item[1], -item[0])))


class Searches:
    """Searches of several indexes of the same children: whoever was compared with a query once isn't again."""

    def __init__(self, children: list[Said]) -> None:
        self._judge = cache(lambda asked: spellings.judging(family(asked), children))
        self._verdict = cache(lambda asked, at: self._judge(asked)([at]))

    def of(self, index: Index) -> spellings.Search:
        """Return the search of an index: whom it shows, best first, and how many files it opens."""
        from referrals.matching import candidates

        def shown(asked: Said) -> tuple[list[int], int]:
            opened = 0

            def judge(part: list[int]) -> list[tuple[Any, int]]:
                nonlocal opened
                opened += len(part)
                return [one for at in part for one in self._verdict(asked, at)]

            found = candidates.until_found(candidates.to_open(index.likely(asked)), judge)
            same = [(one.score, at) for one, at in found if one.kind == "same"]
            return [at for _, at in sorted(same, reverse=True)], opened

        return shown

    def forget(self) -> None:
        """Forget what was compared: another query meets other children."""
        self._judge.cache_clear()
        self._verdict.cache_clear()


def asked_for(said: Said, lengths: Iterable[int]) -> dict[int, Any]:
    """Return trait and length behind each number that a search for a child asks for."""
    from referrals.matching import blocking_keys, buckets

    return buckets.numbers(AUTHORITY, blocking_keys.asked_for(family(said)), lengths)


def grown(
    numbers: Numbers, *, halfway: bool = False, at_step: Callable[[Index], None] = lambda _index: None
) -> Index:
    """Return an index that grew by one in a hundred at a time, and was shown ``at_step`` after each."""
    index, size = Index(numbers), len(numbers.children)
    while (done := len(index.length_of)) < size:
        for _ in range(min(max(1, done // STEP), size - done)):
            index.file()
        if short := index.count():
            # Nobody has longer values than these, so the last renewal is the one after which nobody's grow.
            last = index.bits == numbers.longest
            index.renew(short[::2] if halfway and last else short)
        at_step(index)
    return index


def filled(numbers: Numbers) -> Index:
    """Return an index of the same children, all indexed at the length that they have in the end."""
    index = Index(numbers)
    index.bits = numbers.longest
    for _ in numbers.children:
        index.file()
    return index


def length_for(size: int) -> int:
    from referrals.matching import buckets

    return buckets.length_for(size)


def _up_to(longest: int) -> Sequence[int]:
    from referrals.matching import buckets

    return buckets.lengths_between(buckets.SHORTEST, longest)


def main() -> None:
    """Print a table for each size asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=[5_000])
    parser.add_argument("--queries", type=int, default=100, help="queries a kind")
    parser.add_argument("--seed", type=int, default=spellings.TUNING)
    parser.add_argument("--halfway", action="store_true", help="search while the last renewal is half done")
    asked = parser.parse_args()
    spellings.set_up()
    for size in asked.sizes:
        began = time.process_time()
        population = spellings.Population(size, asked.seed)
        drawn = {
            kind: list(spellings.queries(population, kind, asked.queries, asked.seed))
            for kind in spellings.KINDS
        }
        wanted = [said for some in drawn.values() for _, said in some]
        numbers = Numbers(population.children, wanted)
        indexes = (grown(numbers, halfway=asked.halfway), filled(numbers))
        print(
            f"\n{size:,} children, seed {asked.seed}, {asked.queries} a kind, lengths {sorted(indexes[0].rows)},"
            f" filled in {time.process_time() - began:.0f} s of the processor\n"
        )
        print("| kind of mistake | grown: recall@5 · precision | filled at once | opened p50 · p95 |")
        print("|---|---:|---:|---:|", flush=True)
        searches = Searches(population.children)
        for kind, some in drawn.items():
            figures = [spellings.measured(searches.of(index), some) for index in indexes]
            told = " | ".join(f"{one.recall:.3f} · {one.precision:.2f}" for one in figures)
            print(f"| {kind} | {told} | {spellings._spread(figures[0].candidates)} |", flush=True)
            searches.forget()
        print(f"\n{time.process_time() - began:.0f} s of the processor altogether")


if __name__ == "__main__":
    main()
