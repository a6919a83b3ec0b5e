"""Whether an index that grew finds what one filled at once does: ``python -m bench.growth 5000 50000``.

An authority begins with no child and grows by one in a hundred at a time. Each child is indexed at the length of that
day; after each step the children are counted, and those whose values became too short are indexed anew, as the service
does in the background (``referrals/duplicates/renewal.py``). With ``--halfway`` the last of these renewals has done half
of the children when the searches are made. Keys, lengths, weights and comparison are the service's own; only the rows
that one of the searches asks for are kept, so that a million children fit in memory.
"""

import argparse
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from bench import spellings
from bench.spellings import AUTHORITY, Said, family

STEP = 100


class Index:
    """An authority's index in memory, of which a search asks as the service does (``candidates.likely``).

    ``wanted`` are the searches that will be made; without them every row is kept.
    """

    def __init__(self, children: Iterable[Said] = (), *, wanted: Collection[Said] | None = None) -> None:
        from referrals.matching import buckets
        from referrals.vocabulary.index_lengths import LENGTHS

        self.children: list[Said] = list(children)
        self.length_of: list[int] = []
        self.bits = buckets.length_for(len(self.children))
        self.rows: dict[int, list[int]] = defaultdict(list)
        self.wanted = None if wanted is None else {n for one in wanted for n in _asked(one, LENGTHS)}
        for said in self.children:
            self._add(said)

    def grow(self, said: Said) -> None:
        """Take in one child, at the present length."""
        self.children.append(said)
        self._add(said)

    def count(self) -> list[int]:
        """Let the length follow the number of children; return those whose values are too short now."""
        from referrals.matching import buckets

        self.bits = max(self.bits, buckets.length_for(len(self.children)))
        return [at for at, bits in enumerate(self.length_of) if bits < self.bits]

    def renew(self, which: Iterable[int]) -> None:
        """Index children anew at the present length; rows of their former one don't count any more."""
        for at in which:
            self.length_of[at] = self.bits
            self._put(at)

    def _add(self, said: Said) -> None:
        self.length_of.append(self.bits)
        self._put(len(self.length_of) - 1)

    def _put(self, at: int) -> None:
        from referrals.matching import blocking_keys

        for number in _numbers(blocking_keys.of(family(self.children[at])), [self.length_of[at]]):
            if self.wanted is None or number in self.wanted:
                self.rows[number].append(at)

    def likely(self, asked: Said) -> dict[int, float]:
        """Return the children that share numbers with one, likeliest first."""
        from referrals.matching import ranking

        shared: dict[int, set[Any]] = defaultdict(set)
        for length in sorted(set(self.length_of)):
            for number, trait in _asked(asked, [length]).items():
                for at in self.rows.get(number, ()):
                    if self.length_of[at] == length:
                        shared[at].add(trait)
        weighed = {at: ranking.of_shared(traits, self.length_of[at]) for at, traits in shared.items()}
        return dict(sorted(weighed.items(), key=lambda item: (-item[1], -item[0])))

    def shown(self, asked: Said) -> tuple[list[int], int]:
        """Return whom a search shows, best first, and how many files it opens."""
        from referrals.matching import candidates

        judge, opened = spellings.judging(family(asked), self.children), 0

        def counted(part: list[int]) -> list[tuple[Any, int]]:
            nonlocal opened
            opened += len(part)
            return judge(part)

        found = candidates.until_found(candidates.to_open(self.likely(asked)), counted)
        same = [(one.score, at) for one, at in found if one.kind == "same"]
        return [at for _, at in sorted(same, reverse=True)], opened


def _asked(said: Said, lengths: Iterable[int]) -> dict[int, Any]:
    from referrals.matching import blocking_keys

    return _numbers(blocking_keys.asked_for(family(said)), lengths)


def _numbers(traits: Any, lengths: Iterable[int]) -> dict[int, Any]:
    from referrals.matching import buckets

    return buckets.numbers(AUTHORITY, traits, lengths)


def grown(children: list[Said], wanted: Collection[Said], *, halfway: bool) -> Index:
    """Return an index that grew by one in a hundred at a time."""
    index, done = Index(wanted=wanted), 0
    while done < len(children):
        step = max(1, done // STEP)
        for said in children[done : done + step]:
            index.grow(said)
        done += step
        if short := index.count():
            # Nobody has longer values than these, so the last renewal is the one whose children are so many.
            last = index.bits == _length_for(len(children))
            index.renew(short[::2] if halfway and last else short)
            if halfway and last:
                for said in children[done:]:
                    index.grow(said)
                break
    return index


def _length_for(size: int) -> int:
    from referrals.matching import buckets

    return buckets.length_for(size)


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
        population = spellings.Population(size, asked.seed)
        drawn = {
            kind: list(spellings.queries(population, kind, asked.queries, asked.seed))
            for kind in spellings.KINDS
        }
        wanted = [said for some in drawn.values() for _, said in some]
        indexes = (
            grown(population.children, wanted, halfway=asked.halfway),
            Index(population.children, wanted=wanted),
        )
        print(
            f"\n{size:,} children, seed {asked.seed}, {asked.queries} a kind, "
            f"lengths {sorted(set(indexes[0].length_of))}\n"
        )
        print("| kind of mistake | grown: recall@5 · precision | filled at once | opened p50 · p95 |")
        print("|---|---:|---:|---:|")
        for kind, some in drawn.items():
            figures = [spellings.measured(index.shown, some) for index in indexes]
            told = " | ".join(f"{one.recall:.3f} · {one.precision:.2f}" for one in figures)
            print(f"| {kind} | {told} | {spellings._spread(figures[0].candidates)} |", flush=True)


if __name__ == "__main__":
    main()
