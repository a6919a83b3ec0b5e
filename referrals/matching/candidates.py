"""Candidate search: finds files by their numbers in the index, opens them a few at a time, compares them.

It checks no reader's rights: it serves the service's own search, or an act that then shows what its actor may see.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice, pairwise
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import (
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    UUIDField,
    prefetch_related_objects,
)
from django.db.models.functions import Cast

from core import compiled_queries
from core.compiled_queries import AmongGiven, CompiledQuery, Given
from encryption import keys
from encryption.sealed import OpenScope
from referrals.matching import buckets, comparison, identity, ranking
from referrals.matching.blocking_keys import NORM, Scheme, Trait
from referrals.matching.comparison import Verdict
from referrals.matching.identity import Family
from referrals.models import IndexSize, IndexValue, Referral
from referrals.vocabulary.oversight import LinkKind
from referrals.vocabulary.states import State

#: How many files are opened for one search: those that share the most, a part at a time, until one holds the child.
#: Where a name and the date are mistaken, little but one value is shared, as by chance with some hundred others.
_PARTS: Final = (8, 24, 60, 99, 198, 297)
#: So many where somebody waits for the answer.
OPENED_AT_MOST: Final = 60
SEARCHED_AT_MOST: Final = _PARTS[-1]
#: In bits: the same child is in doubt below, and where another file is so much surer, a doubtful one isn't offered.
_DOUBTFUL: Final = 8.0
_SURER: Final = 6.0
#: What chance gives is told by the length: the children of an authority are two to four times as many as numbers.
_BY_CHANCE: Final = 1.5
#: A bound on what one search reads of the index, far above what real names give.
_VALUES_AT_MOST: Final = 20_000
#: Of a case with several rows that share something, those beside the likeliest count for one in so many.
_OTHER_ROWS: Final = 8


@dataclass(frozen=True, slots=True)
class Found:
    """One file that may belong with another."""

    referral: Referral
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Likely:
    """The files that share numbers with what is looked for, the likeliest first.

    The first ``strong`` of them share more than chance gives. ``bits`` is the authority's present length, ``among`` how
    many children its index held when they were counted last, ``cut`` that the index held more than one search reads.
    """

    files: Sequence[UUID]
    strong: int
    bits: int
    among: int
    cut: bool = False

    def without(self, pk: UUID) -> "Likely":
        """Return the others."""
        strong = self.strong - (pk in self.files[: self.strong])
        return replace(self, files=[one for one in self.files if one != pk], strong=strong)


def to_open[Key](likely: Iterable[Key], most: int = SEARCHED_AT_MOST) -> Iterator[list[Key]]:
    """Yield which to open of what is likely, which comes likeliest first, in the parts in which it is opened."""
    best = list(islice(likely, min(most, SEARCHED_AT_MOST)))
    parts = (best[first:end] for first, end in pairwise((0, *_PARTS)))
    yield from (part for part in parts if part)


class Size(NamedTuple):
    """How large an authority's index is: its present length, all that its values have now, and how many children."""

    authority: UUID
    bits: int
    lengths: tuple[int, ...]
    children: int


def size_of(authority: UUID) -> Size:
    """Return how large an authority's index was when its children were counted last."""
    counted = _COUNTED.first(authority=authority)
    return _size(counted) if counted else Size(authority, buckets.SHORTEST, (buckets.SHORTEST,), children=0)


def likely(size: Size, traits: Collection[Trait]) -> Likely:
    """Return the files of an authority that share traits."""
    # Which traits a row shares, and at which length, are the bits of one number: thousands of rows share a few hundred
    # sets of them.
    ordered = list(dict.fromkeys(traits))
    place = {trait: at for at, trait in enumerate(ordered)}
    begins = {length: at * len(ordered) for at, length in enumerate(size.lengths)}
    numbers = buckets.numbers(size.authority, ordered, size.lengths)
    marks = {number: 1 << (begins[length] + place[trait]) for number, (trait, length) in numbers.items()}
    rows = _SHARING.rows(numbers=list(marks)) if marks else []
    case_of: dict[str, UUID] = {}
    shared: dict[str, int] = {}
    for bucket, row, referral in rows[:_VALUES_AT_MOST]:
        if row in shared:
            shared[row] |= marks[bucket]
        else:
            shared[row], case_of[row] = marks[bucket], referral
    speaks = _speaking(set(shared.values()), ordered, begins)
    # By the numbers that ids are, which are counted and put in order much faster.
    ids: dict[int, UUID] = {}
    each: dict[int, list[float]] = {}
    for row, mark in shared.items():
        referral = case_of[row]
        pk = referral.int
        if pk in ids:
            each[pk] = each[pk] + speaks[mark]
        else:
            ids[pk], each[pk] = referral, speaks[mark]
    # A case speaks by its likeliest child, and by whatever else it shares.
    weights = {
        pk: of[0] if len(of) == 1 else max(of) + (sum(of) - max(of)) / _OTHER_ROWS for pk, of in each.items()
    }
    best = sorted(weights)
    best.sort(key=weights.__getitem__, reverse=True)  # equals stay in order
    return Likely(
        [ids[pk] for pk in best],
        strong=sum(weight > size.bits + _BY_CHANCE for weight in weights.values()),
        bits=size.bits,
        among=size.children,
        cut=len(rows) > _VALUES_AT_MOST,
    )


def _speaking(
    marks: Collection[int], traits: Sequence[Trait], begins: Mapping[int, int]
) -> dict[int, list[float]]:
    """Return how much each set of shared traits speaks, once for each length at which some are shared."""
    schemes: dict[Scheme, int] = defaultdict(int)
    for at, trait in enumerate(traits):
        schemes[trait.scheme] |= 1 << at
    bits_of, every = list(schemes.items()), (1 << len(traits)) - 1
    speaks: dict[int, list[float]] = {}
    for mark in marks:
        speaks[mark] = []
        for length, first in begins.items():
            if part := (mark >> first) & every:
                counts = [(scheme, count) for scheme, of in bits_of if (count := (part & of).bit_count())]
                speaks[mark].append(ranking.of_counts(tuple(counts), length))
    return speaks


def _sharing() -> "QuerySet[Any, tuple[int, str, UUID]]":
    """Return what stands under some numbers: number, row, and case; the row as a text, which is quicker to count by."""
    rows = IndexValue.objects.filter(AmongGiven("bucket", "numbers"))
    shared: QuerySet[Any, Any] = rows.values_list("bucket", Cast("row", TextField()), "referral_id")
    return shared[: _VALUES_AT_MOST + 1]


_SHARING: Final = CompiledQuery(_sharing)


def lengths_elsewhere(own: UUID) -> dict[UUID, tuple[int, ...]]:
    """Return every length that a value of each other authority has at the moment."""
    return {size.authority: size.lengths for size in map(_size, _sizes().exclude(authority=own))}


#: Authority, present length, the shortest length that a search finds something at, and how many children there are.
type _Counted = tuple[UUID, int, int | None, int]


def _size(counted: _Counted) -> Size:
    authority, bits, shortest, children = counted
    lengths = buckets.lengths_between(bits if shortest is None else shortest, bits)
    return Size(authority, bits, lengths, children)


def _sizes() -> "QuerySet[Any, _Counted]":
    cases = Referral.objects.filter(authority=OuterRef("authority"), index_norm=NORM).order_by("index_bits")
    shortest = Subquery(cases.values("index_bits")[:1])
    sizes: QuerySet[Any, Any] = IndexSize.objects.order_by("pk").values_list(
        "authority", "bits", shortest, "children"
    )
    return sizes


_COUNTED: Final = CompiledQuery(lambda: _sizes().filter(authority=Given("authority", UUIDField())))


def load(cases: Sequence[Referral], *, narrowly: bool = False) -> None:
    """Load what is compared of some cases, and their keys: a query a part, and one of keys.

    ``narrowly`` leaves out every other column: for cases that are only looked at, for a child has some fifty.
    """
    if not narrowly:
        prefetch_related_objects(list(cases), *identity.COMPARED)
    elif cases:
        loaded = {}
        for part in identity.COMPARED:
            # ``_CASES`` says which parts a file has; cases that were read otherwise are asked about whatever they have.
            empty = [case for case in cases if not getattr(case, f"has_{part}", True)]
            loaded[part] = compiled_queries.rows_among(cases, part, *_columns(part), empty=empty)
        for case in cases:
            identity.keep(case, {part: rows[case.pk] for part, rows in loaded.items()})
    keys.warm(case.case_key for case in cases if case.case_key)


def _columns(part: str) -> tuple[str, ...]:
    more = ("wrong_person", "restricted", "mac", "sex") if part == "children" else ()
    return ("referral", "position", *more, *identity.COMPARED[part])


def apart(authorities: Collection[UUID]) -> list[UUID]:
    """Return the cases with a child that is kept for named persons: they are few, and the child stands in no index."""
    rows = Referral.objects.filter(authority__in=list(authorities), children__restricted=True)
    rows = rows.exclude(state__in=(State.DRAFT, State.PURGED)).order_by("pk").distinct()
    return list(rows.values_list("pk", flat=True))


def opened(case: Referral, scope: OpenScope) -> Family:
    """Return who a case is about, opened, but for children kept for named persons alone; its ``people`` are none."""
    rows = list(identity.rows_of(case))
    return identity.family(rows, identity.plain_of(rows, scope), on=_day(case), with_people=False)


def opened_whole(case: Referral, scope: OpenScope) -> tuple[Family, Family]:
    """Return what ``opened`` does, and the same with children that are kept apart; each value is opened once."""
    rows = list(identity.rows_of(case, apart=True))
    plain = identity.plain_of(rows, scope)
    whole = identity.family(rows, plain, on=_day(case))
    shown = list(identity.rows_of(case))
    return (whole if len(shown) == len(rows) else identity.family(shown, plain, on=_day(case))), whole


def _day(case: Referral) -> date:
    return (case.received_at or case.created_at).date()


def searched(
    mine: Family,
    authority: UUID,
    likely: Likely,
    opening: Callable[[list[Referral]], OpenScope],
    *,
    most: int = SEARCHED_AT_MOST,
) -> list[Found]:
    """Open what is likely, a part at a time until one holds the same child; return what belongs with a family.

    ``opening`` is told of the files of a part before they are opened, and gives the scope to open them in; ``most`` is
    how many it may be told of.
    """

    def judge(part: list[UUID]) -> list[tuple[Verdict, Referral]]:
        others = cases(authority, part)
        scope = opening(others)
        verdicts = (
            (comparison.compare(mine, opened(other, scope), among=likely.among), other) for other in others
        )
        return [(verdict, other) for verdict, other in verdicts if verdict is not None]

    matches = [Found(other, verdict) for verdict, other in until_same(to_open(likely.files, most), judge)]
    return sorted(matches, key=lambda one: (-one.verdict.score, one.referral.pk))


def until_same[Key, Other](
    parts: Iterable[list[Key]], judge: Callable[[list[Key]], Iterable[tuple[Verdict, Other]]]
) -> list[tuple[Verdict, Other]]:
    """Judge a part at a time until one holds the same child; return what belongs with it.

    A file that is doubtful is left out beside one that is much surer: it is mostly a namesake's.
    """
    matches: list[tuple[Verdict, Other]] = []
    for part in parts:
        matches += judge(part)
        if any(verdict.kind is LinkKind.SAME for verdict, _ in matches):
            break
    surest = max((verdict.score for verdict, _ in matches if verdict.kind is LinkKind.SAME), default=0.0)
    return [(verdict, other) for verdict, other in matches if not _is_outdone(verdict, surest)]


def _is_outdone(verdict: Verdict, surest: float) -> bool:
    return verdict.kind is LinkKind.SAME and verdict.score < min(_DOUBTFUL, surest - _SURER)


def cases(authority: UUID, wanted: Sequence[UUID]) -> list[Referral]:
    """Return the files that are to be opened, in the order given, with what is compared of them loaded."""
    by_id = {case.pk: case for case in _CASES.rows(cases=wanted, authority=authority)}
    referrals = [by_id[pk] for pk in wanted if pk in by_id]
    load(referrals, narrowly=True)
    return referrals


def _cases() -> "QuerySet[Referral]":
    there = Referral.objects.filter(AmongGiven("pk", "cases"), authority=Given("authority", UUIDField()))
    there = there.exclude(state__in=(State.DRAFT, State.PURGED))
    # Many a file names a child and nobody else: a statement for each part would find nothing.
    of_case = Q(referral=OuterRef("pk"))
    models: dict[str, Any] = {
        part: Referral._meta.get_field(part).related_model for part in identity.COMPARED
    }
    has = {f"has_{part}": Exists(model.objects.filter(of_case)) for part, model in models.items()}
    return there.annotate(**has).only("authority", "case_key", "received_at", "created_at", "state")


_CASES: Final = CompiledQuery(_cases)
