"""How much shared index numbers speak for the same child, before any file is opened.

A number speaks by how much oftener two files of one child share it than two of others do (Fellegi and Sunter 1969), and
others share it for two reasons: they have the value in common, or the numbers are so short that two values are one. The
second follows from the length, so that a file indexed at another length than its neighbours isn't ranked by it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from math import log2
from typing import Final

from referrals.matching import buckets
from referrals.matching.blocking_keys import Scheme, Trait

#: Of schemes that say the same, those beside the strongest count for one in so many: among equals they decide.
_BESIDE: Final = 20
#: No value is so rare that sharing it proves more: bits.
_STRONGEST: Final = 30.0


@dataclass(frozen=True, slots=True)
class Rates:
    """How often two files share one value of a scheme, and two or more: of one child, and of two others.

    ``tries``: how many pairs of values two files have to share a number by chance.
    """

    same: tuple[float, float]
    others: tuple[float, float]
    tries: float


#: Counted by ``python -m bench rates`` (seed 2026, 60,000 children, thirty queries of each kind of mistake).
#: Of a whole name or a number no figures are at hand: two homes hardly share one.
RATES: Final[Mapping[Scheme, Rates]] = {
    Scheme.EXACT: Rates((0.0453, 0.000333), (5.56e-09, 5.56e-09), 0.545),
    Scheme.DATED: Rates((0.148, 0.251), (6.51e-06, 1.89e-07), 3.24),
    Scheme.CLOSELY: Rates((0.012, 0.391), (4.42e-05, 1.95e-05), 41.5),
    Scheme.INITIALS: Rates((0.258, 0.000333), (3.01e-06, 5.56e-09), 0.545),
    Scheme.WRITTEN: Rates((0.244, 0.000333), (1.58e-06, 5.56e-09), 2.12),
    Scheme.NAMES: Rates((0.529, 0.111), (7.06e-05, 2.22e-07), 7.25),
    Scheme.NEARLY: Rates((0.161, 0.475), (0.00071, 4.05e-05), 82.7),
    Scheme.YEARLY: Rates((0.271, 0.489), (0.000575, 2.55e-05), 9.09),
    Scheme.FRONT: Rates((0.507, 0.000333), (0.000156, 5.56e-09), 2.12),
    Scheme.MONTHLY: Rates((0.154, 0.288), (0.000148, 1.91e-06), 3.24),
    Scheme.DAILY: Rates((0.138, 0.195), (1.41e-05, 7.11e-07), 3.07),
    Scheme.PART: Rates((0.0533, 0.254), (3.46e-05, 9.11e-07), 3.73),
    Scheme.HOLDER: Rates((0.5, 0.5), (5e-07, 5e-07), 2),
    Scheme.CONTACT: Rates((0.5, 0.5), (5e-10, 5e-10), 2),
}
#: The schemes that say the same of two children, as they join names with the same part of a date: the strongest counts.
ALIKE: Final = (
    frozenset({Scheme.EXACT, Scheme.DATED, Scheme.CLOSELY, Scheme.INITIALS}),
    frozenset({Scheme.WRITTEN, Scheme.NAMES, Scheme.NEARLY, Scheme.YEARLY, Scheme.FRONT}),
    *map(
        frozenset, ((Scheme.MONTHLY,), (Scheme.DAILY,), (Scheme.PART,), (Scheme.HOLDER,), (Scheme.CONTACT,))
    ),
)


@cache
def of_scheme(scheme: Scheme, count: int, bits: int) -> float:
    """Return how much ``count`` shared values of a scheme and length speak: a logarithm to base 2."""
    rates, which = RATES.get(scheme), min(count, 2) - 1
    if rates is None:
        return 0.0
    chance = rates.tries / 2.0 ** (bits + buckets.MORE_BITS.get(scheme, 0))
    once, twice = rates.others
    others = once + chance if which == 0 else twice + once * chance + chance * chance / 2
    return max(0.0, min(_STRONGEST, log2(rates.same[which] / others)))


def of_shared(shared: Iterable[Trait], bits: int) -> float:
    """Return how much the traits that a row of one length shares speak for the same child."""
    return of_counts(tuple(sorted(Counter(trait.scheme for trait in shared).items())), bits)


@lru_cache(maxsize=1 << 14)  # searches meet the same few hundred again and again
def of_counts(counts: tuple[tuple[Scheme, int], ...], bits: int) -> float:
    """Return the same of how many values a row shares of each scheme.

    Of those that say the same the strongest counts: whoever shares both names and the year shares them nearly, too.
    """
    weights = {scheme: of_scheme(scheme, count, bits) for scheme, count in counts}
    strongest = sum(max((weights[one] for one in alike & weights.keys()), default=0) for alike in ALIKE)
    return strongest + (sum(weights.values()) - strongest) / _BESIDE
