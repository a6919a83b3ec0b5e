"""Index numbers of a trait: an HMAC per authority, truncated so that several children share a number.

With R values and L bits, R / 2^L share a number by chance, which must be at least 2 and at most the root of R
(SEC-CR16). L has one bit more whenever R has doubled: from 2^(L+1) children on two share a number, and fewer than four
up to 2^(L+2), where the next length begins. That is no more than the root of R from 16 children on, and with fewer L
is 2, and R / 4 no more than the root either. From 2^21 children on L stays what it is.

At each step the cases of an authority are indexed anew in the background (``duplicates/renewal.py``); until that is
done a search asks for each length that is still there. An authority that grew to n children has renewed fewer than 2n,
for each renewal is half as large as the next. L never falls: if the number of children swings round a step, they are
indexed anew once; if it falls and stays lower, fewer share a number. The front of a number gives scheme and length,
under the same key: equal values of two authorities, schemes or lengths aren't equal numbers.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final
from uuid import UUID

from encryption import index
from referrals.matching.blocking_keys import NORM, Scheme, Trait
from referrals.models.matching import LENGTHS

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
    return min(max(SHORTEST, children.bit_length() - 2), max(LENGTHS))


def lengths_between(least: int, most: int) -> tuple[int, ...]:
    """Return the lengths from one to another."""
    return tuple(length for length in LENGTHS if least <= length <= most)


def numbers(authority: UUID, traits: Iterable[Trait], lengths: Iterable[int]) -> dict[int, tuple[Trait, int]]:
    """Return the trait and the length behind each number to ask for; of two traits that share one, the first.

    Raises:
        KeysUnavailable: see ``values``.
    """
    by_number: dict[int, tuple[Trait, int]] = {}
    wanted, sizes = tuple(traits), tuple(lengths)
    # While the key is being replaced, cases stand under the one or the other.
    for under in index.likeness_keys():
        for number, trait, length in _each(authority, wanted, sizes, under=under):
            by_number.setdefault(number, (trait, length))
    return by_number


def values(
    authority: UUID, traits: Iterable[Trait], length: int, *, under: UUID
) -> Iterator[tuple[int, Trait]]:
    """Yield the number of each trait at one length and under one key, and no number twice for one row.

    Raises:
        KeysUnavailable: the key store or the provider doesn't answer, or that key is gone.
    """
    yielded: set[tuple[UUID, int]] = set()
    for number, trait, _ in _each(authority, traits, (length,), under=under):
        if (trait.row, number) not in yielded:
            yielded.add((trait.row, number))
            yield number, trait


def _each(
    authority: UUID, traits: Iterable[Trait], lengths: Sequence[int], *, under: UUID
) -> Iterator[tuple[int, Trait, int]]:
    """Yield each trait's number at each length, with the length: the HMAC is the same for all lengths."""
    fronts: dict[tuple[Scheme, int], int] = {}
    for trait in traits:
        keyed = _whole(under, authority, f"{trait.scheme}\x1e{trait.value}")
        more = MORE_BITS.get(trait.scheme, 0)
        for length in lengths:
            front = fronts.get((trait.scheme, length))
            if front is None:
                named = _whole(under, authority, f"{trait.scheme}\x1e\x1e{length}")
                front = fronts[trait.scheme, length] = (named & ((1 << _FRONT_BITS) - 1)) << _VALUE_BITS
            yield front | (keyed & ((1 << length + more) - 1)), trait, length


def _whole(under: UUID, authority: UUID, said: str) -> int:
    return int.from_bytes(index.likened(under, f"{NORM}\x1e{said}".encode(), owner=authority)[:8])
