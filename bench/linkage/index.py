"""The service's own index of invented children, its numbers kept in memory instead of a table; filled, or grown.

An authority that grows begins with no child and grows by one in a hundred at a time. Each child is indexed at the length
of that day; after each step the children are counted, and those whose values became too short are indexed anew, as the
service does in the background (``referrals/duplicates/renewal.py``). Keys, lengths, weights and comparison are the
service's own.

So that a million children take minutes: the traits of a child are read and keyed once, for every length that it may
still come to have, and only rows that one of the searches asks for are held.
"""

from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from bench.linkage.population import TODAY, Record
from referrals.matching import blocking_keys, buckets, candidates, comparison, identity, phonetics, ranking

AUTHORITY: Final = UUID(int=93)
STEP: Final = 100


def family(record: Record) -> identity.Family:
    """Return a case with this one child."""
    answers: dict[str, Any] = {
        "last_name": record.last, "first_names": record.first, "usual_name": record.usual,
        "birth_date": record.birth.isoformat() if record.birth else None,
    }  # fmt: skip
    if record.ages:
        answers |= {"age_estimated_min": record.ages[0], "age_estimated_max": record.ages[1]}
    holder = phonetics.core(phonetics.words(record.holder))
    child = identity.child(UUID(int=0), answers, sex=record.sex, on=TODAY)
    return identity.Family((child,), {UUID(int=1): holder} if holder else {})


def numbers_of(record: Record, lengths: Iterable[int]) -> dict[int, Any]:
    """Return trait and length behind each number that a search for a child asks for."""
    return buckets.numbers(AUTHORITY, blocking_keys.searched_for(family(record)), lengths)


class Numbers:
    """The numbers of children by length, made when they are first asked for.

    ``wanted`` are the searches that will be made; without them every number is held. ``longest`` is the greatest length
    that any of the children comes to have.
    """

    def __init__(self, children: Sequence[Record], wanted: Collection[Record] | None = None) -> None:
        self.children = children
        self.longest = buckets.length_for(len(children))
        lengths = buckets.lengths_between(buckets.SHORTEST, self.longest)
        self.wanted = None if wanted is None else {n for one in wanted for n in numbers_of(one, lengths)}
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
        lengths = buckets.lengths_between(bits, max(bits, self.longest))
        by_length = {length: array("Q") for length in lengths}
        traits = blocking_keys.of(family(self.children[at]))
        for number, (_, length) in buckets.numbers(AUTHORITY, traits, lengths).items():
            if self.wanted is None or number in self.wanted:
                by_length[length].append(number)
        return by_length


@dataclass(frozen=True, slots=True)
class Answer:
    """Whom a search shows as the same child, best first; how many share a number; whom it shows as of one home."""

    same: list[int]
    candidates: int
    kin: list[int]


class Index:
    """An authority's index, of which a search asks as the service does (``candidates.likely``)."""

    def __init__(self, numbers: Numbers) -> None:
        self.numbers = numbers
        self.children = numbers.children
        self.length_of: list[int] = []
        self.bits = buckets.length_for(0)
        #: By length, then by number: the children that have it.
        self.rows: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))

    def file(self) -> None:
        """Take in the next child, at the present length."""
        self.length_of.append(self.bits)
        self._put(len(self.length_of) - 1)

    def count(self) -> list[int]:
        """Let the length follow the number of children; return those whose values are too short now."""
        bits = max(self.bits, buckets.length_for(len(self.length_of)))
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

    def likely(self, asked: Record) -> dict[int, float]:
        """Return the children that share numbers with one, likeliest first."""
        shared: dict[int, set[Any]] = defaultdict(set)
        for number, (trait, length) in numbers_of(asked, list(self.rows)).items():
            for at in self.rows[length].get(number, ()):
                shared[at].add(trait)
        weighed = {at: ranking.of_shared(traits, self.length_of[at]) for at, traits in shared.items()}
        return dict(sorted(weighed.items(), key=lambda item: (-item[1], -item[0])))

    def search(self, asked: Record) -> Answer:
        mine, likely = family(asked), self.likely(asked)

        def judge(part: list[int]) -> list[tuple[Any, int]]:
            verdicts = ((self._compared(mine, at), at) for at in part)
            return [(verdict, at) for verdict, at in verdicts if verdict is not None]

        shown = candidates.until_same(candidates.to_open(likely), judge)
        shown.sort(key=lambda one: -one[0].score)
        same = [at for verdict, at in shown if verdict.kind == "same"]
        return Answer(same, len(likely), [at for verdict, at in shown if "siblings" in verdict.reasons])

    def _compared(self, mine: identity.Family, at: int) -> Any:
        return comparison.compare(mine, family(self.children[at]), among=len(self.children))

    def judges_the_same(self, asked: Record, meant: int) -> bool:
        """Tell whether the comparison takes a file for the child's, were it opened: what the index may lose."""
        verdict = self._compared(family(asked), meant)
        return verdict is not None and verdict.kind == "same"

    def shown(self, asked: Record) -> tuple[list[int], int]:
        """Return whom a search shows as the same child, best first, and how many children share a number."""
        answer = self.search(asked)
        return answer.same, answer.candidates


def grown(
    numbers: Numbers, *, halfway: bool = False, at_step: Callable[[Index], None] = lambda _index: None
) -> Index:
    """Return an index that grew by one in a hundred at a time, and was shown ``at_step`` after each.

    ``halfway``: the last renewal has done half of the children.
    """
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
