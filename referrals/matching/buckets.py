"""Index numbers of a trait: an HMAC per authority, truncated so that several children share a number.

With R values and L bits, R / 2^L share a number by chance; L is chosen so that this is at least 2 and at most the root
of R (SEC-CR16), in steps. When an authority passes one, its cases are indexed anew at the new length in the background
(``duplicates/renewal.py``); until that is done a search asks for each length that is still there. The front of a number
gives scheme and length, under the same key: equal values of two authorities, schemes or lengths aren't equal numbers.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from uuid import UUID

from encryption import index
from referrals.matching.blocking_keys import NORM, Scheme, Trait
from referrals.vocabulary.index_lengths import LENGTHS

#: Bits more for a scheme of which a child has two values (2.05 on average) or four (4.7): R counts values, as the bound
#: does, so that two share a number at the beginning of a step too.
MORE_BITS: Final[Mapping[Scheme, int]] = {
    Scheme.DATED: 1,
    Scheme.CLOSELY: 2,
    Scheme.MONTHLY: 1,
    Scheme.NEARLY: 2,
    Scheme.YEARLY: 1,
    Scheme.DAILY: 1,
    Scheme.PART: 1,
    Scheme.KIN: 3,  # of a child, its holders and third parties together about ten
}
SHORTEST: Final = min(LENGTHS)
_VALUE_BITS: Final = max(LENGTHS) + max(MORE_BITS.values())
_FRONT_BITS: Final = 63 - _VALUE_BITS  # the number is a signed integer of 64 bits, and never negative


def length_for(children: int) -> int:
    """Return how many bits a value has in an authority with so many children."""
    return max(bits for bits, least in LENGTHS.items() if children >= least)


def lengths_between(least: int, most: int) -> tuple[int, ...]:
    """Return the lengths from one to another."""
    return tuple(length for length in LENGTHS if least <= length <= most)


def numbers(authority: UUID, traits: Iterable[Trait], lengths: Iterable[int]) -> dict[int, Trait]:
    """Return the trait behind each number to ask for; of two that share one, the first.

    Raises:
        KeysUnavailable: see ``values``.
    """
    by_number: dict[int, Trait] = {}
    wanted, sizes = tuple(traits), tuple(lengths)
    # While the key is being replaced, cases stand under the one or the other.
    for under in index.likeness_keys():
        for number, trait in values(authority, wanted, sizes, under=under):
            by_number.setdefault(number, trait)
    return by_number


def values(
    authority: UUID, traits: Iterable[Trait], lengths: Iterable[int], *, under: UUID
) -> Iterator[tuple[int, Trait]]:
    """Yield the number of each trait under one key, once for each length, and no number twice for one row.

    Raises:
        KeysUnavailable: the key store or the provider doesn't answer, or that key is gone.
    """
    wanted = tuple(lengths)
    fronts: dict[tuple[Scheme, int], int] = {}
    yielded: set[tuple[UUID, int]] = set()
    for trait in traits:
        keyed = _whole(under, authority, f"{trait.scheme}\x1e{trait.value}")
        for length in wanted:
            front = fronts.get((trait.scheme, length))
            if front is None:
                named = _whole(under, authority, f"{trait.scheme}\x1e\x1e{length}")
                front = fronts[trait.scheme, length] = (named & ((1 << _FRONT_BITS) - 1)) << _VALUE_BITS
            bits = length + MORE_BITS.get(trait.scheme, 0)
            number = front | (keyed & ((1 << bits) - 1))
            if (trait.row, number) not in yielded:
                yielded.add((trait.row, number))
                yield number, trait


def _whole(under: UUID, authority: UUID, said: str) -> int:
    return int.from_bytes(index.likened(under, f"{NORM}\x1e{said}".encode(), owner=authority)[:8])
