"""Blocking keys of a file: compound values that few children share, so that their frequency reveals no name.

A trait joins at least two facts (a name's sound and the date, two names, …), never one name alone: the most common name
of the country would stand out in a list of keyed hashes, however well they are keyed (SEC-CR16). The only single facts
are numbers and accounts, which hardly two families share.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from referrals.matching import phonetics, relatives
from referrals.matching.identity import Child, Family
from referrals.matching.relatives import Person

#: The version of all that stands here and in ``spelling``: cases indexed under another one are indexed anew.
NORM: Final = 4
_SHORTEST_SOUND: Final = 2
_PAIRS_MAX: Final = 6
#: Of a child whose age is estimated, each year in which it may be born; more than these are no estimate, and no half
#: of a date either.
_YEARS_MAX: Final = 5
_FRONT: Final = 2
#: By how many years an estimated age may be wrong.
_MISJUDGED: Final = 2


class Scheme(StrEnum):
    """Of which facts a trait is made. A code is part of the keyed value: it never changes within a ``NORM``."""

    EXACT = "exact"  # both names as they are written, and the date
    DATED = "dated"  # the date, and how one name sounds
    CLOSELY = "closely"  # the date, and how one name sounds with one sound left out
    INITIALS = "initials"  # the date, and the first sound of either name
    WRITTEN = "written"  # the year, and both names as they are written
    NAMES = "names"  # the year, and how both names sound
    NEARLY = "nearly"  # the same with one sound left out: any single mistake in one of the names
    YEARLY = "yearly"  # the year, how one name sounds, and the first sound of the other
    MONTHLY = "monthly"  # the same with the month in that year
    DAILY = "daily"  # the same with day and month in the place of the year
    PART = "part"  # the month or the day of the month, and how both names sound: whatever else is wrong with the date
    FRONT = "front"  # the year, and the first two sounds of either name
    HOLDER = "holder"  # how the words of a holder's name sound
    CONTACT = "contact"  # a telephone number or an account
    KIN = "kin"  # how two words of anybody's name sound: asked for by the ties of staff, by no search for a child


#: What is made of a date of which something may be wrong.
_OF_PARTS: Final = frozenset({Scheme.CLOSELY, Scheme.INITIALS, Scheme.MONTHLY, Scheme.DAILY, Scheme.PART})


@dataclass(frozen=True, slots=True, repr=False)
class Trait:
    """One compound value of one row."""

    row: UUID
    scheme: Scheme
    value: str


def of(family: Family) -> list[Trait]:
    """Return the traits of a case, each once."""
    traits = [trait for one in family.children for trait in of_child(one)]
    for row, name in family.holders.items():
        if len(name) > 1:  # a single word is no compound
            traits.append(Trait(row, Scheme.HOLDER, _joined(map(phonetics.sound, name))))
    traits += [Trait(row, Scheme.CONTACT, value) for row, _, value in family.contacts]
    return list(dict.fromkeys(traits))


def searched_for(family: Family) -> list[Trait]:
    """Return the traits by which files of the same children are looked for: those of a case, and of an age misjudged.

    The index holds each name with the years that were said, so those beside an estimate are asked for. Of 1 January,
    which mostly stands for a day that nobody knows, no parts are asked for: they would only give others by chance.
    """
    vague = {one.row for one in family.children if one.birth and (one.birth.month, one.birth.day) == (1, 1)}
    traits = [trait for trait in of(family) if trait.row not in vague or trait.scheme not in _OF_PARTS]
    nearby = [trait for one in family.children for trait in _years_apart(one)]
    return list(dict.fromkeys([*traits, *nearby]))


def _years_apart(child: Child) -> Iterator[Trait]:
    if child.birth is None and child.ages is not None:
        (least, most), pairs = child.ages, _pairs(child)
        for year in (*range(least - _MISJUDGED, least), *range(most + 1, most + 1 + _MISJUDGED)):
            yield from (Trait(child.row, Scheme.NAMES, _joined((str(year), *pair))) for pair in pairs)


def of_people(people: Mapping[UUID, Person]) -> Iterator[Trait]:
    """Yield the traits by which people of a case are found from somebody's ties; a search for a child has none."""
    for row, person in people.items():
        yield from (Trait(row, Scheme.KIN, pair) for pair in relatives.coarse(person))


def of_child(child: Child) -> Iterator[Trait]:
    """Yield the traits of one child, as far as it is known."""
    lasts, firsts = _sounds(child.last), _sounds(child.first)
    written = _written(child)
    if child.birth is not None:
        yield from _born_on(child, child.birth, lasts, firsts)
    yield from _half_right(child, lasts, firsts)
    pairs = _pairs(child)
    nearly: list[str] = []
    if child.main_last and child.main_first:
        last, first = phonetics.sound(child.main_last), phonetics.sound(child.main_first)
        nearly = _with_one_sound_left_out(last, first)
    # Whatever else is mistaken in a date, one of its numbers is right; in either place, for they change places, too.
    for number in sorted({child.birth.month, child.birth.day}) if child.birth else ():
        yield from (Trait(child.row, Scheme.PART, _joined((str(number), *pair))) for pair in pairs)
    for year in _years(child):
        if lasts and firsts:
            fronts = sorted((lasts[0][:_FRONT], firsts[0][:_FRONT]))
            yield Trait(child.row, Scheme.FRONT, _joined((str(year), *fronts), keep_order=True))
        if len(written) > 1:
            yield Trait(child.row, Scheme.WRITTEN, _joined((str(year), *written), keep_order=True))
        for pair in pairs:
            yield Trait(child.row, Scheme.NAMES, _joined((str(year), *pair)))
        for one in nearly:
            yield Trait(child.row, Scheme.NEARLY, _joined((str(year), one), keep_order=True))


def _pairs(child: Child) -> list[tuple[str, str]]:
    """Return how both names sound together, in each way in which they are written."""
    return [(last, first) for last in _sounds(child.last) for first in _sounds(child.first)][:_PAIRS_MAX]


def _born_on(child: Child, birth: date, lasts: list[str], firsts: list[str]) -> Iterator[Trait]:
    """Yield what a whole date of birth gives."""
    # The day and month in either order: exchanging them is the commonest mistake in a date.
    day = "/".join([str(birth.year), *map(str, sorted((birth.month, birth.day)))])
    month = f"{birth.year}/{birth.month}"
    for name_forms in dict.fromkeys([*lasts, *firsts]):
        yield Trait(child.row, Scheme.DATED, _joined((day, name_forms)))
        for shorter in dict.fromkeys((name_forms, *_shorter(name_forms))):
            yield Trait(child.row, Scheme.CLOSELY, _joined((day, shorter), keep_order=True))
        yield Trait(child.row, Scheme.MONTHLY, _joined((month, name_forms)))
    if lasts and firsts:
        initials = sorted((lasts[0][0], firsts[0][0]))
        yield Trait(child.row, Scheme.INITIALS, _joined((day, *initials), keep_order=True))
    if child.main_last and child.main_first:
        exact = _joined((birth.isoformat(), *_written(child)), keep_order=True)
        yield Trait(child.row, Scheme.EXACT, exact)


def _half_right(child: Child, lasts: list[str], firsts: list[str]) -> Iterator[Trait]:
    """Yield what is left where a name is mistaken and a part of the date, too."""
    if not lasts or not firsts:
        return
    years = _years(child)
    halves = [(forms, firsts[0][0]) for forms in lasts] + [(forms, lasts[0][0]) for forms in firsts]
    for half in dict.fromkeys(halves[:_PAIRS_MAX]):
        for year in years if len(years) <= _YEARS_MAX else ():
            yield Trait(child.row, Scheme.YEARLY, _joined((str(year), *half)))
        if child.birth is not None:
            day = "/".join(map(str, sorted((child.birth.month, child.birth.day))))
            yield Trait(child.row, Scheme.DAILY, _joined((day, *half)))


def _written(child: Child) -> list[str]:
    return sorted({*child.last[:1], *child.first[:1]})


def _years(child: Child) -> range:
    """Return each year in which a child may be born."""
    least, most = child.born
    return range(least, most + 1)


def _with_one_sound_left_out(last: str, first: str) -> list[str]:
    pairs = [(last, first)]
    pairs += [(shorter, first) for shorter in _shorter(last)]
    pairs += [(last, shorter) for shorter in _shorter(first)]
    return [_joined(pair) for pair in dict.fromkeys(pairs)]


def _shorter(heard: str) -> list[str]:
    if len(heard) < _SHORTEST_SOUND:
        return []
    return [heard[:at] + heard[at + 1 :] for at in range(len(heard))]


def _sounds(forms: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(map(phonetics.sound, forms)))


def _joined(facts: Iterable[str], *, keep_order: bool = False) -> str:
    """Return facts as one value, in no order: so names that changed places are still the same."""
    return "\x1f".join(facts if keep_order else sorted(facts))
