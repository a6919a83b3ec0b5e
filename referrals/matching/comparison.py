"""Similarity of two families, once both are opened: same child, same family, or neither; with the reasons.

What is known of two children (``levels``) is weighed (``weights``) under four explanations: they are one child, twins,
brother or sister, or namesakes; what none explains is chance. A person chooses among few candidates, so a doubtful one
is shown, with its reasons. ``bench/spellings.py`` measures it on invented children.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf, log2
from typing import Final

from referrals.matching import levels, phonetics, weights
from referrals.matching.identity import OF_HOLDERS, OF_THIRD_PARTIES, OF_TRACES, Child, Family
from referrals.matching.levels import Alike, Birth, Name
from referrals.vocabulary.oversight import Likeness, LinkKind

#: Among how many children one is looked for, where nobody says.
_AMONG: Final = 50_000
_FEWEST: Final = 1_000
#: How many bits better than chance an explanation must be to be shown.
_SHOWN: Final = -1.5
_SHOWN_KIN: Final = 0.0
#: How much rarer than the same child are its twin, brother or sister, and namesake (shares of ``bench.linkage``, but
#: twice as many brothers and sisters as households with two in files).
_TWIN: Final = log2(0.08)
_SIBLING: Final = log2(0.16)
_NAMESAKE: Final = log2(0.06)
#: One holder, or one number: chance explains it once in a thousand, as names of holders are compared by their sound.
_ONE_HOME: Final = 10.0
#: What the children themselves must have in common beside their home to be one child.
_OF_THE_CHILD: Final = 8.0
#: One form in fifty gives another sex.
_OTHER_SEX: Final = log2(0.02 / 0.5)
#: Two children of one home hardly have one first name, nor two born on different days one date.
_OF_TWO: Final = -5.0
_SURE: Final = frozenset({Name.SAME, Name.FORM, Name.SOUND})
_NEAR: Final = frozenset(
    {Birth.EXCHANGED, Birth.DIGIT, Birth.PART, Birth.TWO, Birth.YEAR, Birth.NEXT, Birth.YEARS}
)
#: How well each name that is given must fit, where one looks for a name.
_LOOKED_FOR: Final = _SURE | {Name.CLOSE, Name.PART}
_LEAST: Final = 0.01


@dataclass(frozen=True, slots=True)
class Verdict:
    """Result of a comparison: how two files are related, how many bits better than chance that is, and why."""

    kind: LinkKind
    score: float
    reasons: tuple[Likeness, ...]


def compare(mine: Family, theirs: Family, *, among: int = _AMONG) -> Verdict | None:
    """Return what two files have to do with each other; None where nothing speaks for it.

    ``among``: how many children are in the files that are searched, a thousand at least. The more, the oftener chance
    makes two alike.
    """
    contacts, holder = _contacts(mine, theirs), _holders(mine, theirs)
    home = _ONE_HOME if holder or contacts else 0.0
    alike = [
        _children(one, other, home - log2(max(among, _FEWEST)), at_home=home > 0)
        for one in mine.children
        for other in theirs.children
    ]
    closest = max(alike, key=lambda likeness: likeness.same, default=None)
    if closest is not None and closest.is_same:
        return Verdict(LinkKind.SAME, closest.same, (*closest.reasons(), *contacts))
    kin = max((pair.kin for pair in alike), default=_SHOWN_KIN - 1)
    if kin >= _SHOWN_KIN or contacts:
        family = (Likeness.SIBLINGS,) if kin >= _SHOWN_KIN else ()
        return Verdict(LinkKind.RELATED, max(kin, _SHOWN_KIN) + len(contacts), (*family, *holder, *contacts))
    return None


# --- Two children -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Pair:
    """How alike two children are (None where one of them isn't known), and what explains it, in bits over chance."""

    last: Alike | None
    first: Alike | None
    birth: Birth | None
    swapped: bool
    same: float
    kin: float
    namesakes: float

    @property
    def is_same(self) -> bool:
        return self.same >= max(_SHOWN, self.kin, self.namesakes)

    def reasons(self) -> tuple[Likeness, ...]:
        names = [alike for alike in (self.last, self.first) if alike is not None]
        exact = all(alike.level is Name.SAME for alike in names)
        likenesses = [Likeness.NAME if exact else Likeness.SPELLING] if names else []
        if self.swapped:
            likenesses.append(Likeness.SWAPPED_NAMES)
        if self.birth is Birth.SAME:
            likenesses.append(Likeness.BIRTH_DATE)
        elif self.birth in _NEAR:
            likenesses.append(Likeness.NEAR_BIRTH_DATE)
        return tuple(likenesses)


def _children(one: Child, other: Child, before: float, *, at_home: bool) -> _Pair:
    """Return how alike two children are; ``before`` is what speaks for one child or home before they are compared.

    ``at_home``: a holder or a number is the same. Of brothers and sisters nothing else is but the last name, which by
    itself tells nobody that two children belong together.
    """
    (last, first), swapped = _names(one, other)
    births = levels.births(one, other)
    of_last, of_first, of_birth = (
        weights.of_names("last", last),
        weights.of_names("first", first),
        weights.of_births(births),
    )
    if swapped:
        of_last += weights.of_exchange()
    birth = births[0] if births is not None else None
    sexes = {one.sex, other.sex} == {"girl", "boy"}
    alike = of_last + of_first + of_birth + (_OTHER_SEX if sexes else 0)
    same = before + alike if alike >= _OF_THE_CHILD else -inf
    # Of two children of one home nothing but the last name is the same, and of twins the date.
    home = before + of_last + (_OF_TWO if first is not None and first.level is Name.SAME else 0)
    twins = home + of_birth + _TWIN
    siblings = home + _SIBLING + (_OF_TWO if birth is Birth.SAME else 0) if at_home else -inf
    namesakes = before + of_last + of_first + _NAMESAKE
    return _Pair(last, first, birth, swapped, same, max(twins, siblings), namesakes)


def _names(one: Child, other: Child) -> tuple[tuple[Alike | None, Alike | None], bool]:
    """Return how alike last and first names are, exchanged where that explains more, and whether they are."""
    straight = levels.names(one.last, other.last), levels.names(one.first, other.first)
    if all(alike is not None and alike.level in _SURE for alike in straight):
        return straight, False
    crossed = levels.names(one.first, other.last), levels.names(one.last, other.first)
    if _worth(crossed) + weights.of_exchange() > _worth(straight):
        return crossed, True
    return straight, False


def _worth(alike: tuple[Alike | None, Alike | None]) -> float:
    return weights.of_names("last", alike[0]) + weights.of_names("first", alike[1])


def fits(wanted: Child, other: Child) -> float:
    """Return how well a child fits what is known of one looked for: 0 where a name or birth that is given doesn't."""
    (last, first), _ = _names(wanted, other)
    given = [alike for name_is_given, alike in ((wanted.last, last), (wanted.first, first)) if name_is_given]
    births = levels.births(wanted, other)
    if any(alike is None or alike.level not in _LOOKED_FOR for alike in given):
        return 0.0
    if births is not None and births[0] in (Birth.OTHER, Birth.NEVER):
        return 0.0
    return max(_worth((last, first)) + weights.of_births(births), _LEAST)


# --- The family ---------------------------------------------------------------------------------------


def _holders(mine: Family, theirs: Family) -> tuple[Likeness, ...]:
    for one in mine.holders.values():
        for other in theirs.holders.values():
            if len(one) > 1 and len(other) > 1 and _sounds(one) == _sounds(other):
                return (Likeness.HOLDER,)
    return ()


def _sounds(name: Iterable[str]) -> set[str]:
    return set(map(phonetics.sound, name))


def _contacts(mine: Family, theirs: Family) -> tuple[Likeness, ...]:
    """Return which numbers and accounts two files share; a reason for each class, for its readers alone."""
    classes = (
        (OF_HOLDERS, Likeness.PHONE),
        (OF_THIRD_PARTIES, Likeness.THIRD_PARTY),
        (OF_TRACES, Likeness.TRACE),
    )
    reasons = [
        reason
        for contact_class, reason in classes
        if mine.reached_by(contact_class) & theirs.reached_by(contact_class)
    ]
    if not reasons and _all(mine) & _all(theirs):
        reasons.append(Likeness.TRACE)  # of two classes: the closest kept of all that tell of contacts
    return tuple(reasons)


def _all(family: Family) -> set[str]:
    return {value for _, _, value in family.contacts}
