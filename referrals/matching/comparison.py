"""Similarity of two families, once both are opened: same child, same family, or neither; with the reasons.

A person chooses among few candidates, so a doubtful one is shown, with its reasons; one that only shares a common name
or a birthday isn't. ``bench/spellings.py`` evaluates the figures on invented spellings.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from referrals.matching import phonetics
from referrals.matching.identity import OF_HOLDERS, OF_THIRD_PARTIES, OF_TRACES, Child, Family
from referrals.vocabulary.duplicates import Likeness, LinkKind

#: What each thing that is known of both children weighs; names and date together weigh 10.
_NAME: Final = 3.0
_DATE: Final = 4.0
_OTHER_SEX: Final = 0.08
_ENOUGH: Final = 0.76
#: Below this a first name is another child's: a twin has the same name and date (hard cases of the figures).
_FIRST_NAME: Final = 0.5
_LAST_NAME: Final = 0.5
#: Without a date both names must be nearly right.
_BOTH_NAMES: Final = 0.85
_SOUNDS_THE_SAME: Final = 0.9
_A_PART: Final = 0.85
_PART_LETTERS: Final = 3
_EXCHANGED: Final = 0.9
_ONE_WRONG: Final = 0.75
_YEAR_FITS: Final = 0.75
_SAME: Final = 1.0
#: How well each name that is given must fit, where one looks for a name.
_LOOKED_FOR: Final = 0.7


@dataclass(frozen=True, slots=True)
class Verdict:
    """Result of a comparison: how two files are related, how certain that is (0 to 1), and why."""

    kind: LinkKind
    score: float
    reasons: tuple[Likeness, ...]


def compare(mine: Family, theirs: Family) -> Verdict | None:
    """Return what two files have to do with each other; None where nothing speaks for it."""
    contacts = _contacts(mine, theirs)
    alike = [_children(one, other) for one in mine.children for other in theirs.children]
    closest = max(alike, key=lambda likeness: likeness.score, default=None)
    if closest is not None and closest.same:
        return Verdict(LinkKind.SAME, closest.score, (*closest.reasons(), *contacts))
    holder = _holders(mine, theirs)
    siblings = any(_siblings(pair, holder=bool(holder or contacts)) for pair in alike)
    if siblings or contacts:
        family = (Likeness.SIBLINGS,) if siblings else ()
        return Verdict(LinkKind.RELATED, 0.5 + 0.1 * len(contacts), (*family, *holder, *contacts))
    return None


# --- Two children -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Alike:
    """How alike two children are: last name, first name, date (None where one of them isn't known)."""

    last: float
    first: float
    birth: float | None
    swapped: bool
    score: float

    @property
    def same(self) -> bool:
        if self.birth is None:
            return min(self.last, self.first) >= _BOTH_NAMES
        return self.score >= _ENOUGH and self.first >= _FIRST_NAME and self.last >= _LAST_NAME

    def reasons(self) -> tuple[Likeness, ...]:
        exact = self.last == _SAME and self.first == _SAME
        likenesses = [Likeness.NAME if exact else Likeness.SPELLING]
        if self.swapped:
            likenesses.append(Likeness.SWAPPED_NAMES)
        if self.birth is not None and self.birth > 0:
            likenesses.append(Likeness.BIRTH_DATE if self.birth == _SAME else Likeness.NEAR_BIRTH_DATE)
        return tuple(likenesses)


def _children(one: Child, other: Child) -> _Alike:
    last, first = _names(one.last, other.last), _names(one.first, other.first)
    swapped = False
    if min(last, first) < _SOUNDS_THE_SAME:
        crossed = _names(one.last, other.first), _names(one.first, other.last)
        if min(crossed) > min(last, first):
            (last, first), swapped = crossed, True
    birth = _births(one, other)
    total, weight = _NAME * (last + first), 2 * _NAME
    if birth is not None:
        total, weight = total + _DATE * birth, weight + _DATE
    differs = bool(one.sex and other.sex and one.sex != other.sex and {one.sex, other.sex} <= {"girl", "boy"})
    return _Alike(last, first, birth, swapped, total / weight - (_OTHER_SEX if differs else 0))


def _names(mine: tuple[str, ...], theirs: tuple[str, ...]) -> float:
    """Return how alike the closest ways of writing two names are."""
    if not mine or not theirs:
        return 0.0
    if mine[0] == theirs[0]:
        return _SAME
    if set(mine) & set(theirs):
        return _SOUNDS_THE_SAME
    best = max(_words(one, other) for one in mine for other in theirs)
    if best < _SOUNDS_THE_SAME and best > 0 and _sounds(mine) & _sounds(theirs):
        return _SOUNDS_THE_SAME if best >= _FIRST_NAME else max(best, 0.6)
    return best


def _sounds(forms: Iterable[str]) -> set[str]:
    return set(map(phonetics.sound, forms))


def _words(one: str, other: str) -> float:
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) >= _PART_LETTERS and (longer.startswith(shorter) or longer.endswith(shorter)):
        return _A_PART  # Alex for Alexandre
    return phonetics.closeness(one, other)


def _births(one: Child, other: Child) -> float | None:
    if one.birth is not None and other.birth is not None:
        return _dates(one.birth, other.birth)
    years = [(c.birth.year, c.birth.year) if c.birth else c.ages for c in (one, other)]
    if years[0] is None or years[1] is None:
        return None
    (least, most), (low, high) = years[0], years[1]
    return _YEAR_FITS if least <= high and low <= most else 0.0


def _dates(one: date, other: date) -> float:
    if one == other:
        return _SAME
    mine, theirs = (one.year, one.month, one.day), (other.year, other.month, other.day)
    if (mine[0], mine[2], mine[1]) == theirs:
        return _EXCHANGED
    differing = [(a, b) for a, b in zip(mine, theirs, strict=True) if a != b]
    return _ONE_WRONG if len(differing) == 1 and _one_digit(*differing[0]) else 0.0


def _one_digit(one: int, other: int) -> bool:
    """Tell whether two numbers differ by one digit, or by their order, or by one."""
    mine, theirs = f"{one:04}", f"{other:04}"
    return phonetics.edits(mine, theirs) == 1 or abs(one - other) == 1


def fits(wanted: Child, other: Child) -> float:
    """Return how well a child fits what is known of one looked for: 0 where a name that is given doesn't."""
    names = [
        (mine, theirs) for mine, theirs in ((wanted.last, other.last), (wanted.first, other.first)) if mine
    ]
    alike = [_names(mine, theirs) for mine, theirs in names]
    if len(alike) > 1:
        crossed = [_names(wanted.last, other.first), _names(wanted.first, other.last)]
        alike = max(alike, crossed, key=min)
    least = min(alike, default=0.0)
    birth = _births(wanted, other)
    if least < _LOOKED_FOR or birth == 0:
        return 0.0
    return sum(alike) + (birth or 0.0)


# --- The family ---------------------------------------------------------------------------------------


def _siblings(alike: _Alike, *, holder: bool) -> bool:
    """Tell whether children of two files may be of one home: one name and one holder, or twins."""
    return alike.last >= _SOUNDS_THE_SAME and not alike.swapped and (holder or alike.birth == _SAME)


def _holders(mine: Family, theirs: Family) -> tuple[Likeness, ...]:
    for one in mine.holders.values():
        for other in theirs.holders.values():
            if len(one) > 1 and len(other) > 1 and sorted(_sounds(one)) == sorted(_sounds(other)):
                return (Likeness.HOLDER,)
    return ()


def _contacts(mine: Family, theirs: Family) -> tuple[Likeness, ...]:
    """Return which numbers and accounts two files share; a reason for each class, for its readers alone."""
    classes = (
        (OF_HOLDERS, Likeness.PHONE),
        (OF_THIRD_PARTIES, Likeness.THIRD_PARTY),
        (OF_TRACES, Likeness.TRACE),
    )
    reasons = [
        reason for known_to, reason in classes if mine.reached_by(known_to) & theirs.reached_by(known_to)
    ]
    if not reasons and _all(mine) & _all(theirs):
        reasons.append(Likeness.TRACE)  # of two classes: the closest kept of all that tell of contacts
    return tuple(reasons)


def _all(family: Family) -> set[str]:
    return {value for _, _, value in family.contacts}
