"""What is indexed of a file: compound values that few children share, so that none tells a name by its count.

A trait joins at least two facts (a name's sound and the date, two names, …), never one name alone: the most common
name of the country would stand out in a list of keyed values, however well they are keyed (SEC-CR16). The only single
facts are numbers and accounts, which hardly two families share.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from referrals.likeness import kin, spelling
from referrals.likeness.identity import Child, Family
from referrals.likeness.kin import Person

#: The version of all that stands here and in ``spelling``: cases indexed under another one are indexed anew.
NORM: Final = 3
_SHORTEST_SOUND: Final = 2
_PAIRS_MAX: Final = 6
#: Of a child whose age is estimated, each year in which it may be born; more than these are no estimate.
_YEARS_MAX: Final = 5


class Scheme(StrEnum):
    """Of which facts a trait is made. A code is part of the keyed value: it never changes within a ``NORM``."""

    EXACT = "exact"  # both names as they are written, and the date
    DATED = "dated"  # the date, and how one name sounds
    INITIALS = "initials"  # the date, and the first sound of either name
    NAMES = "names"  # how both names sound
    NEARLY = "nearly"  # the same with one sound left out: any single mistake in one of the names
    YEARLY = "yearly"  # the year, how one name sounds, and the first sound of the other
    DAILY = "daily"  # the same with day and month in the place of the year
    HOLDER = "holder"  # how the words of a holder's name sound
    CONTACT = "contact"  # a telephone number or an account
    KIN = "kin"  # how two words of anybody's name sound: asked for by the ties of staff, by no search for a child


#: How much a shared trait speaks for the same child, before anything is opened: the more, the less chance shares it.
#: Whoever shares both names, or names and date, shares several others too, so that those say little alone.
WEIGHTS: Final = {
    Scheme.EXACT: 1, Scheme.DATED: 9, Scheme.INITIALS: 7, Scheme.NAMES: 1, Scheme.NEARLY: 4,
    Scheme.YEARLY: 4, Scheme.DAILY: 4, Scheme.HOLDER: 6, Scheme.CONTACT: 12, Scheme.KIN: 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False)
class Trait:
    """One compound value of one row."""

    row: UUID
    scheme: Scheme
    value: str


def of(family: Family) -> list[Trait]:
    """Return the traits of a case, each once."""
    found = [trait for one in family.children for trait in of_child(one)]
    for row, name in family.holders.items():
        if len(name) > 1:  # a single word is no compound
            found.append(Trait(row, Scheme.HOLDER, _joined(map(spelling.sound, name))))
    found += [Trait(row, Scheme.CONTACT, value) for row, _, value in family.contacts]
    return list(dict.fromkeys(found))


def of_people(people: Mapping[UUID, Person]) -> Iterator[Trait]:
    """Yield the traits by which people of a case are found from somebody's ties; a search for a child has none."""
    for row, person in people.items():
        yield from (Trait(row, Scheme.KIN, pair) for pair in kin.coarse(person))


def of_child(child: Child) -> Iterator[Trait]:
    """Yield the traits of one child, as far as it is known."""
    lasts, firsts = _sounds(child.last), _sounds(child.first)
    if child.birth is not None:
        # The day and month in either order: exchanging them is the commonest mistake in a date.
        day = "/".join([str(child.birth.year), *map(str, sorted((child.birth.month, child.birth.day)))])
        for heard in dict.fromkeys([*lasts, *firsts]):
            yield Trait(child.row, Scheme.DATED, _joined((day, heard)))
        if lasts and firsts:
            initials = sorted((lasts[0][0], firsts[0][0]))
            yield Trait(child.row, Scheme.INITIALS, _joined((day, *initials), keep_order=True))
        if child.main_last and child.main_first:
            whole = sorted({*child.last[:1], *child.first[:1]})
            yield Trait(child.row, Scheme.EXACT, _joined((child.birth.isoformat(), *whole), keep_order=True))
    yield from _half_right(child, lasts, firsts)
    pairs = [(last, first) for last in lasts for first in firsts][:_PAIRS_MAX]
    for pair in pairs:
        yield Trait(child.row, Scheme.NAMES, _joined(pair))
    if child.main_last and child.main_first:
        last, first = spelling.sound(child.main_last), spelling.sound(child.main_first)
        for nearly in _with_one_sound_left_out(last, first):
            yield Trait(child.row, Scheme.NEARLY, nearly)


def _half_right(child: Child, lasts: list[str], firsts: list[str]) -> Iterator[Trait]:
    """Yield what is left where a name is mistaken and a part of the date, too."""
    if not lasts or not firsts:
        return
    halves = [(heard, firsts[0][0]) for heard in lasts] + [(heard, lasts[0][0]) for heard in firsts]
    for half in dict.fromkeys(halves[:_PAIRS_MAX]):
        for year in _years(child):
            yield Trait(child.row, Scheme.YEARLY, _joined((str(year), *half)))
        if child.birth is not None:
            day = "/".join(map(str, sorted((child.birth.month, child.birth.day))))
            yield Trait(child.row, Scheme.DAILY, _joined((day, *half)))


def _years(child: Child) -> Iterable[int]:
    if child.birth is not None:
        return (child.birth.year,)
    least, most = child.ages or (1, 0)
    return range(least, most + 1) if most - least < _YEARS_MAX else ()


def _with_one_sound_left_out(last: str, first: str) -> list[str]:
    pairs = [(last, first)]
    pairs += [(shorter, first) for shorter in _shorter(last)]
    pairs += [(last, shorter) for shorter in _shorter(first)]
    return [_joined(pair) for pair in dict.fromkeys(pairs)]


def _shorter(heard: str) -> list[str]:
    if len(heard) <= _SHORTEST_SOUND:
        return []
    return [heard[:at] + heard[at + 1 :] for at in range(len(heard))]


def _sounds(forms: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(map(spelling.sound, forms)))


def _joined(facts: Iterable[str], *, keep_order: bool = False) -> str:
    """Return facts as one value, in no order: so names that changed places are still the same."""
    return "\x1f".join(facts if keep_order else sorted(facts))
