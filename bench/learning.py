"""Counts what ``referrals.matching.weights`` is made of: ``python -m bench learning``.

Files of one child are the queries of every kind of error but those of three, as many of each, on the tuning seed; files
of two are pairs of the population. The frequencies are those of the commonest names of the book.
"""

import json
from collections import Counter
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any, Final

from bench import common, names, spellings
from bench.linkage import index
from bench.linkage.errors import KINDS, THREE, queries
from bench.linkage.population import TUNING, Population, Record
from referrals.matching import levels, phonetics

FOLDER: Final = Path(__file__).parents[1] / "referrals" / "matching"
CHILDREN: Final = 20_000
PAIRS: Final = 200_000
LISTED: Final = 1_500


def main(_: str, words: list[str]) -> None:
    """Write both files."""
    each = common.options(words, queries=200).queries
    spellings.set_up()
    population = Population(CHILDREN, TUNING)
    (FOLDER / "name_frequencies.tsv").write_text(_listed(population.book), encoding="utf-8")
    weights = _counted(population, each)
    (FOLDER / "weights.json").write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")


def _listed(book: names.Book) -> str:
    """Return the commonest names and how many in a million children have each, as the product reads them."""
    lines = [
        f"# Children in a million with a name. Source: Insee, fichier des noms, fichier des prénoms ({book.source})."
    ]
    lines += ["# Licence Ouverte 2.0 (Etalab). Made by python -m bench learning."]
    for which, listed in (("last", book.lasts), ("first", book.firsts)):
        counts = Counter[str]()
        whole = listed.added_up[-1]
        ends = (0.0, *listed.added_up)
        for name, (before, after) in zip(listed.listed, pairwise(ends), strict=True):
            counts["".join(phonetics.words(name))] += (after - before) / whole * (1 - listed.rare)
        lines += [f"{which}\t{name}\t{share * 1e6:.0f}" for name, share in counts.most_common(LISTED)]
    return "\n".join(lines) + "\n"


def _counted(population: Population, each: int) -> dict[str, Any]:
    same: dict[str, Counter[str]] = {field: Counter() for field in ("last", "first", "birth", "age")}
    other: dict[str, Counter[str]] = {field: Counter() for field in ("last", "first", "birth")}
    kinds = [kind for kind in KINDS if kind != THREE]
    exchanged = 0
    for kind in kinds:
        for at, record in queries(population, kind, each, TUNING):
            swapped = kind.startswith("names exchanged")
            exchanged += swapped
            for field, level in _levels(record, population.children[at], swapped=swapped):
                same[field][level] += 1
    chance = Random(TUNING)
    initials = 0
    for _ in range(PAIRS):
        one, two = (population.children[chance.randrange(len(population.children))] for _ in range(2))
        for field, level in _levels(one, two) if one is not two else ():
            if field in other:
                other[field][level] += 1
        initials += one.first[0] == two.first[0]
    ages = {level for level in levels.Birth if level in ("year", "next", "years", "never")}
    return {
        "made": f"python -m bench learning: seed {TUNING}, {CHILDREN:,} children of {population.book.source}, "
        f"{len(kinds)} kinds of error, {each} each, and {PAIRS:,} pairs of children. Each level of a field: its share of "
        "pairs of one child, and of two. An initial is wrong as often as the model takes a form to err: 2 in 100.",
        "initial": (0.98, round(initials / PAIRS, 4)),
        "exchanged": round(exchanged / (len(kinds) * each), 4),
        "last": _shares(same["last"], other["last"], [level for level in levels.Name if level != "initial"]),
        "first": _shares(same["first"], other["first"], [level for level in levels.Name if level != "initial"]),
        "birth": _shares(same["birth"], other["birth"], sorted(set(levels.Birth) - ages, key=list(levels.Birth).index)),
        "age": {level: round(_share(same["age"], level, len(ages)), 5) for level in levels.Birth if level in ages},
    }  # fmt: skip


def _levels(one: Record, other: Record, *, swapped: bool = False) -> list[tuple[str, str]]:
    (mine,), (theirs,) = (index.family(record).children for record in (one, other))
    lasts, firsts = (mine.first, mine.last) if swapped else (mine.last, mine.first)
    compared = [("last", levels.names(lasts, theirs.last)), ("first", levels.names(firsts, theirs.first))]
    pairs = [(field, str(alike.level)) for field, alike in compared if alike is not None]
    births = levels.births(mine, theirs)
    if births is not None:
        pairs.append(("age" if births[0] in ("year", "next", "years", "never") else "birth", str(births[0])))
    return pairs


def _shares(same: Counter[str], other: Counter[str], every: list[Any]) -> dict[str, tuple[float, float]]:
    return {
        str(level): (round(_share(same, level, len(every)), 7), round(_share(other, level, len(every)), 7))
        for level in every
    }


def _share(counts: Counter[str], level: str, levels: int) -> float:
    """Return the share of a level, half a pair added to each so that none is impossible."""
    return (counts[level] + 0.5) / (counts.total() + levels / 2)
