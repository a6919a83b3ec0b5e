"""What the duplicate search finds of invented children: ``python -m bench.spellings 5000 50000 1000000``.

The children have the names of France, each as often as it is given there (``bench/names``). A query is a child of them,
written down with one kind of error (``bench/linkage``), or somebody who isn't among them. The index is the service's own
code, its numbers kept in a dictionary instead of a table; beside it, on the same children and the same queries, what one
would do with names in plain. Whoever tunes looks at ``TUNING``; ``HELD_OUT`` is for the figures.
"""

import argparse
import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from uuid import UUID

from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from bench.linkage.errors import ABSENT, KINDS, NAMES, absent, plain, queries
from bench.linkage.population import HELD_OUT, TODAY, TUNING, Population, Said

AUTHORITY: Final = UUID(int=93)
#: Kinds of one error while the date is right.
SINGLE_WITH_DATE: Final = tuple(NAMES)


# --- The service's own search, numbers in a dictionary ------------------------------------------------


class Service:
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

    def search(self, asked: Said) -> "Answer":
        """Return whom a search shows, and how many children share a number."""
        from referrals.matching import blocking_keys, candidates, ranking

        found: dict[int, set[Any]] = defaultdict(set)
        mine = family(asked)
        for number, (trait, _) in self._numbers(blocking_keys.asked_for(mine)).items():
            for at in self.rows.get(number, ()):
                found[at].add(trait)
        weighed = {at: ranking.of_shared(shared, self.bits) for at, shared in found.items()}
        likely = dict(sorted(weighed.items(), key=lambda item: (-item[1], -item[0])))
        shown = candidates.until_found(candidates.to_open(likely), judging(mine, self.children))
        shown.sort(key=lambda one: -one[0].score)
        same = [at for verdict, at in shown if verdict.kind == "same"]
        kin = [at for verdict, at in shown if "siblings" in verdict.reasons]
        return Answer(same, len(found), kin)

    def judges_the_same(self, asked: Said, meant: int) -> bool:
        """Tell whether the comparison takes a file for the child's, were it opened: what the index may lose."""
        from referrals.matching import comparison

        verdict = comparison.compare(family(asked), family(self.children[meant]), among=len(self.children))
        return verdict is not None and verdict.kind == "same"

    def shown(self, asked: Said) -> tuple[list[int], int]:
        """Return whom a search shows as the same child, best first, and how many children share a number."""
        answer = self.search(asked)
        return answer.same, answer.candidates


def judging(mine: Any, children: list[Said]) -> Callable[[list[int]], list[tuple[Any, int]]]:
    from referrals.matching import comparison

    def judge(part: list[int]) -> list[tuple[Any, int]]:
        told = ((comparison.compare(mine, family(children[at]), among=len(children)), at) for at in part)
        return [(verdict, at) for verdict, at in told if verdict is not None]

    return judge


@dataclass(frozen=True, slots=True)
class Answer:
    """Whom a search shows as the same child, best first; how many it looked at; whom it shows as of one home."""

    same: list[int]
    candidates: int
    kin: list[int]


def family(said: Said) -> Any:
    from referrals.matching import identity, phonetics

    told = {
        "last_name": said.last, "first_names": said.first, "usual_name": said.usual,
        "birth_date": said.birth.isoformat() if said.birth else None,
    }  # fmt: skip
    if said.ages:
        told |= {"age_estimated_min": said.ages[0], "age_estimated_max": said.ages[1]}
    holder = phonetics.core(phonetics.words(said.holder))
    return identity.Family(
        (identity.child(UUID(int=0), told, sex=said.sex, on=TODAY),), {UUID(int=1): holder} if holder else {}
    )


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


def by_field(children: list[Said], least: float = 0.85) -> Callable[[Said], list[int]]:
    """Return the search by comparing field by field: Jaro-Winkler of either name, in either order, and the parts of the date.

    Names count 35 % each, the date 30 %; what one of both doesn't say isn't counted.
    """
    told = [
        (plain(said.last.lower()), plain(said.first.lower()), plain(said.usual.lower())) for said in children
    ]
    every = list({name for each in told for name in each if name})

    def search(asked: Said) -> list[int]:
        mine = [plain(name.lower()) for name in (asked.last, asked.first)]
        alike = [_alike(name, every) for name in mine]
        found = []
        for at, (last, first, usual) in enumerate(told):
            straight = _either(alike[0], last, usual), _either(alike[1], first)
            crossed = _either(alike[0], first), _either(alike[1], last, usual)
            names_alike = max(straight, crossed, key=lambda both: sum(one or 0.0 for one in both))
            if all(one is None or one >= 0.5 for one in names_alike):
                score = _weighed(*names_alike, _same_parts(asked, children[at]))
                if score >= least:
                    found.append((score, at))
        return [at for _, at in sorted(found, reverse=True)]

    return search


def _alike(name: str, every: list[str]) -> dict[str, float] | None:
    """Return how alike a name is to those of all that are alike at all; None of no name."""
    if not name:
        return None
    scored = process.extract_iter(name, every, scorer=JaroWinkler.similarity, score_cutoff=0.5)
    return {other: score for other, score, _ in scored}


def _either(alike: dict[str, float] | None, *names: str) -> float | None:
    told = [name for name in names if name]
    return max(alike.get(name, 0.0) for name in told) if alike is not None and told else None


def _same_parts(one: Said, other: Said) -> float | None:
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


type Search = Callable[[Said], tuple[list[int], int]]


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

    def told(self) -> str:
        """Return recall@1, recall@5 and precision with their 95 % intervals (Wilson), and F1."""
        asked = len(self.shown)
        recall, precision = _interval(self.hits, asked), _interval(self.right, sum(self.shown))
        return f"{self.first / asked:.2f} · {self.recall:.3f} ({recall}) · {self.precision:.2f} ({precision}) · {self.f1:.3f}"


def _interval(hits: int, tries: int) -> str:
    if not tries:
        return "–"
    z, p = 1.96, hits / tries
    middle, half = p + z * z / (2 * tries), z * math.sqrt(p * (1 - p) / tries + z * z / (4 * tries * tries))
    low, high = (middle - half) / (1 + z * z / tries), (middle + half) / (1 + z * z / tries)
    return f"{max(low, 0):.2f}–{high:.2f}"


def measured(search: Search, asked: list[tuple[int, Said]]) -> Figure:
    """Return the figures of one search; precision counts shown children that are the one meant, pair by pair."""
    first, hits, right, counts, candidates = 0, 0, 0, [], []
    for meant, said in asked:
        found, looked_at = search(said)
        first += found[:1] == [meant]
        hits += meant in found[:5]
        right += meant in found
        counts.append(len(found))
        candidates.append(looked_at)
    return Figure(first, hits, right, sorted(counts), sorted(candidates))


def main() -> None:
    """Print the tables of each size asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=[5_000])
    parser.add_argument("--queries", type=int, default=100, help="queries a kind")
    parser.add_argument("--plain", type=int, help="how many of them the searches in plain do, too (all)")
    parser.add_argument("--seed", type=int, default=TUNING, help=f"{HELD_OUT} is held out, for figures only")
    parser.add_argument(
        "--kind", action="append", choices=[*KINDS, *ABSENT], help="one of several kinds (all)"
    )
    asked = parser.parse_args()
    set_up()
    for size in asked.sizes:
        population = Population(size, asked.seed)
        service = Service(population.children)
        searches: dict[str, Search] = {"index": cache(service.shown)}
        if asked.plain != 0:
            for made in (exact, dice, by_field):
                searches[made.__name__] = counted(made(population.children))
        print(
            f"\n{size:,} children of {population.book.said}, seed {asked.seed}, values of {service.bits} bits\n"
        )
        _of_kinds(population, service, searches, asked)
        _of_absent(population, service, searches, asked)


def _of_kinds(
    population: Population, service: Service, searches: dict[str, Search], asked: argparse.Namespace
) -> None:
    named = " | ".join(f"{name}: recall@1 · recall@5 · precision · F1" for name in searches)
    print(f"| kind of error | {named} | judged the same if opened | candidates p50 · p95 | shown p50 · p95 |")
    print("|---|" + "---:|" * (len(searches) + 3))
    for kind in _of(asked.kind, KINDS):
        drawn = list(queries(population, kind, asked.queries, asked.seed))
        figures = {
            name: measured(search, drawn if name == "index" else drawn[: asked.plain])
            for name, search in searches.items()
        }
        cells = [figure.told() for figure in figures.values()]
        judged = sum(service.judges_the_same(said, at) for at, said in drawn)
        cells.append(f"{judged / len(drawn):.3f}")
        cells += [_spread(figures["index"].candidates), _spread(figures["index"].shown)]
        ours = measured(searches["index"], drawn[: asked.plain])  # of the same queries as those in plain
        others = [figure for name, figure in figures.items() if name != "index"]
        below = any(ours.f1 < one.f1 or ours.recall < one.recall for one in others)
        print(f"| {kind}{' (!)' if below else ''} | " + " | ".join(cells) + " |", flush=True)


def _of_absent(
    population: Population, service: Service, searches: dict[str, Search], asked: argparse.Namespace
) -> None:
    print(
        f"\n| in no file | {' | '.join(f'{name}: offered as the same' for name in searches)} | as of one home |"
    )
    print("|---|" + "---:|" * (len(searches) + 1))
    for kind in _of(asked.kind, ABSENT):
        drawn = list(absent(population, kind, asked.queries, asked.seed))
        cells = []
        for name, search in searches.items():
            some = drawn if name == "index" else drawn[: asked.plain]
            offered = sum(bool(search(said)[0]) for _, said in some)
            cells.append(f"{offered / len(some):.3f} ({_interval(offered, len(some))})")
        kin = sum(at in service.search(said).kin for at, said in drawn)
        cells.append(f"{kin / len(drawn):.3f} ({_interval(kin, len(drawn))})")
        print(f"| {kind} | " + " | ".join(cells) + " |", flush=True)


def _of(asked: list[str] | None, kinds: Iterable[str]) -> list[str]:
    return [kind for kind in kinds if asked is None or kind in asked]


def counted(search: Callable[[Said], list[int]]) -> Search:
    """Return a search in plain as one that tells how many it looked at, which is those it found."""

    def counted(said: Said) -> tuple[list[int], int]:
        found = search(said)
        return found, len(found)

    return counted


def _spread(values: list[int]) -> str:
    return f"{values[len(values) // 2]} · {values[int(len(values) * 0.95)]}"


def set_up() -> None:
    """Let the index have a key of its own, in memory: no database is asked. Sounds are remembered, for they are many."""
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from encryption import keyring
    from encryption.unwrapped import IndexKey
    from referrals.matching import phonetics

    made = {UUID(int=1): IndexKey(b"a key of the figures alone, no more")}
    keyring.likeness_keys = lambda: made  # type: ignore[assignment]
    phonetics.sound = cache(phonetics.sound)


if __name__ == "__main__":
    main()
