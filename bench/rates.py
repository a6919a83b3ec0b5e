"""How often files share values of each scheme: ``python -m bench rates``, for ``referrals/matching/ranking.py``.

Values are compared whole, so that no chance of a short number is in what is counted: that part is reckoned from the
length where a weight is asked for. Files of one child are a child and how it is miswritten, in every kind of mistake as
often; others are all the other children of the population.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator

from bench import common, spellings
from bench.linkage import index
from referrals.matching import blocking_keys
from referrals.matching.blocking_keys import Scheme


def counted(size: int, seed: int, each: int) -> Iterator[str]:
    """Yield the lines of the table of rates."""
    population = spellings.Population(size, seed)
    rows: dict[tuple[Scheme, str], list[int]] = defaultdict(list)
    stored: Counter[Scheme] = Counter()
    for at, record in enumerate(population.children):
        for trait in blocking_keys.of(index.family(record)):
            rows[trait.scheme, trait.value].append(at)
            stored[trait.scheme] += 1
    same: Counter[tuple[Scheme, int]] = Counter()
    others: Counter[tuple[Scheme, int]] = Counter()
    queried: Counter[Scheme] = Counter()
    total = 0
    for kind in spellings.KINDS:
        for meant, record in spellings.queries(population, kind, each, seed):
            total += 1
            shared: Counter[tuple[int, Scheme]] = Counter()
            for trait in blocking_keys.searched_for(index.family(record)):
                queried[trait.scheme] += 1
                shared.update((at, trait.scheme) for at in rows.get((trait.scheme, trait.value), ()))
            for (at, scheme), count in shared.items():
                (same if at == meant else others)[scheme, min(count, 2)] += 1
    pairs = total * (size - 1)
    for scheme in sorted(stored):
        of_same = [max(same[scheme, count], 0.5) / total for count in (1, 2)]
        of_others = [max(others[scheme, count], 0.5) / pairs for count in (1, 2)]
        tries = stored[scheme] / size * queried[scheme] / total
        rates = ", ".join(f"({first:.3g}, {second:.3g})" for first, second in (of_same, of_others))
        yield f"    Scheme.{scheme.name}: Rates({rates}, {tries:.3g}),"


def main(_: str, words: list[str]) -> None:
    options = common.options(words, children=100_000, queries=100, seed=spellings.TUNING)
    spellings.set_up()
    print(*counted(options.children, options.seed, options.queries), sep="\n")
