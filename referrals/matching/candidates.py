"""Candidate search: finds files by their numbers in the index, opens them a few at a time, compares them.

It checks no reader's rights: it serves the service's own search, or an act that then shows what its actor may see.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.db.models import Prefetch, prefetch_related_objects

from encryption import keys
from encryption.sealed import OpenScope
from referrals.matching import buckets, comparison, identity
from referrals.matching.blocking_keys import ALIKE, WEIGHTS, Trait
from referrals.matching.comparison import Verdict
from referrals.matching.identity import Family
from referrals.models import PARTS, IndexSize, IndexValue, Referral
from referrals.vocabulary.duplicates import LinkKind
from referrals.vocabulary.states import State

#: How many files are opened for one search: those that share the most. The first few whatever they share; the others
#: where none of these is of the same child, and if they share more than chance gives.
OPENED_AT_MOST: Final = 60
_OPENED_FIRST: Final = 24
_BY_CHANCE: Final = 17.5
#: A bound on what one search reads of the index, far above what real names give.
_VALUES_AT_MOST: Final = 20_000
#: Of schemes that say the same, those beside the strongest count for one in so many: among equals they decide.
_BESIDE: Final = 20


@dataclass(frozen=True, slots=True)
class Found:
    """One file that may belong with another."""

    referral: Referral
    verdict: Verdict


def weight(shared: Iterable[Trait]) -> float:
    """Return how much shared traits speak for the same child.

    Of those that say the same the strongest counts: whoever shares both names and the year shares them nearly, too.
    """
    counts = Counter(trait.scheme for trait in shared)
    weights = {scheme: WEIGHTS[scheme][min(count, 2) - 1] for scheme, count in counts.items()}
    strongest = sum(max((weights[one] for one in alike & weights.keys()), default=0) for alike in ALIKE)
    return strongest + (sum(weights.values()) - strongest) / _BESIDE


def to_open(likely: Mapping[Any, float]) -> Iterator[list[Any]]:
    """Yield which to open of what is likely, which comes likeliest first, in the two parts in which it is opened."""
    best = list(islice(likely, OPENED_AT_MOST))
    rest = [one for one in best[_OPENED_FIRST:] if likely[one] > _BY_CHANCE]
    yield from (part for part in (best[:_OPENED_FIRST], rest) if part)


def likely(authority: UUID, traits: Collection[Trait], *, but: UUID | None = None) -> dict[UUID, float]:
    """Return the files of an authority that share traits, with how much that speaks, most first."""
    numbers = buckets.numbers(authority, traits, buckets.lengths_up_to(bits_of(authority)))
    # Which traits a row shares are the bits of one number: thousands of rows share a few hundred sets of them.
    ordered = list(dict.fromkeys(numbers.values()))
    bits = {trait: 1 << at for at, trait in enumerate(ordered)}
    marks = {number: bits[trait] for number, trait in numbers.items()}
    # By the numbers that ids are, which are counted and put in order much faster.
    ids: dict[int, UUID] = {}
    shared: dict[tuple[int, int], int] = defaultdict(int)
    rows = IndexValue.objects.filter(bucket__in=list(numbers)).values_list("bucket", "row", "referral_id")
    for bucket, row, referral in rows[:_VALUES_AT_MOST]:
        ids[referral.int] = referral
        shared[referral.int, row.int] |= marks[bucket]
    if but is not None:
        ids.pop(but.int, None)
    speaks = {mark: weight(trait for trait in ordered if bits[trait] & mark) for mark in set(shared.values())}
    # A case speaks by its likeliest child, and by whatever else it shares.
    weights: dict[int, list[float]] = {pk: [] for pk in ids}
    for (pk, _), mark in shared.items():
        if pk in ids:
            weights[pk].append(speaks[mark])
    summed = {pk: max(each) + sum(each) / 8 for pk, each in weights.items()}
    return {ids[pk]: summed[pk] for pk in sorted(summed, key=lambda pk: (-summed[pk], pk))}


def bits_of(authority: UUID) -> int:
    """Return the present length of an authority's values."""
    bits = IndexSize.objects.filter(authority=authority).values_list("bits", flat=True).first()
    return bits if bits is not None else buckets.SHORTEST


def load(cases: Sequence[Referral], *, narrowly: bool = False) -> None:
    """Load what is compared of some cases, and their keys: a query a part, and one of keys.

    ``narrowly`` leaves out every other column: for cases that are only looked at, for a child has some fifty.
    """
    parts: list[Any] = list(identity.COMPARED)
    if narrowly:
        parts = [Prefetch(name, PARTS[name]._default_manager.only(*_columns(name))) for name in parts]
    prefetch_related_objects(list(cases), *parts)
    keys.warm(case.case_key for case in cases if case.case_key)


def _columns(part: str) -> tuple[str, ...]:
    more = ("wrong_person", "restricted", "mac", "sex") if part == "children" else ()
    return ("referral", "position", *more, *identity.COMPARED[part])


def opened(case: Referral, scope: OpenScope, *, apart: bool = False) -> Family:
    """Return who a case is about, opened; ``apart``: children that are kept for named persons alone too."""
    rows = list(identity.rows_of(case, apart=apart))
    day = (case.received_at or case.created_at).date()
    return identity.family(rows, identity.plain_of(rows, scope), on=day)


def searched(
    mine: Family,
    authority: UUID,
    likely: Mapping[UUID, float],
    opening: Callable[[list[Referral]], OpenScope],
) -> list[Found]:
    """Open what is likely, a part at a time until one holds the same child; return what belongs with a family.

    ``opening`` is told of the files of a part before they are opened, and gives the scope to open them in.
    """
    matches: list[Found] = []
    for part in to_open(likely):
        others = cases(authority, part)
        matches += judged(mine, others, opening(others))
        if any(one.verdict.kind == LinkKind.SAME for one in matches):
            break
    return sorted(matches, key=lambda one: (-one.verdict.score, one.referral.pk))


def judged(mine: Family, others: Iterable[Referral], scope: OpenScope) -> list[Found]:
    """Return which of some files belong with a family."""
    verdicts = ((other, comparison.compare(mine, opened(other, scope))) for other in others)
    return [Found(other, verdict) for other, verdict in verdicts if verdict is not None]


def cases(authority: UUID, wanted: Sequence[UUID]) -> list[Referral]:
    """Return the files that are to be opened, in the order given, with what is compared of them loaded."""
    there = Referral.objects.filter(authority=authority).exclude(state__in=(State.DRAFT, State.PURGED))
    by_id = there.only("authority", "case_key", "received_at", "created_at", "state").in_bulk(wanted)
    referrals = [by_id[pk] for pk in wanted if pk in by_id]
    load(referrals, narrowly=True)
    return referrals
