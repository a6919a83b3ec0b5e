"""How alike two children are, field by field: each pair of names, and of dates, has one of a few levels.

What a level is worth is another question (``weights``). A value that one of both doesn't have has no level: it says
nothing, for or against.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import product
from typing import Final

from rapidfuzz.distance import OSA

from referrals.matching import phonetics
from referrals.matching.identity import Child

#: One letter more, less, other or exchanged, in a name of three at least.
_SHORTEST: Final = 3
#: Of the letters of the longer name, the share that may be kept by chance in no other name.
_NEARLY: Final = 0.6
_SOUND_NEARLY: Final = 0.5
_START: Final = 2
#: Years by which a mistaken year is mistaken.
_YEARS_OFF: Final = 2


class Name(StrEnum):
    """How alike two names are, most alike first."""

    SAME = "same"  # letter for letter, but for accents, case and hyphens
    FORM = "form"  # one form of both: without the particle, half of a compound, the usage name, a pet name
    SOUND = "sound"  # one sound, and half of the letters
    CLOSE = "close"  # one letter more, less, other or exchanged
    PART = "part"  # one begins or ends with the other
    NEAR = "near"  # most of the letters
    INITIAL = "initial"  # one is the other's first letter
    START = "start"  # the first names of both begin with the same two letters: many pet names have no more
    OTHER = "other"


class Birth(StrEnum):
    """How alike two dates are, or a date and an age, most alike first."""

    SAME = "same"
    EXCHANGED = "exchanged"  # day and month
    DIGIT = "digit"  # one part by a digit, or by one
    PART = "part"  # one part anyhow
    TWO = "two"  # two parts: of the same year, or two years apart at most with the same day or month
    OTHER = "other"
    YEAR = "year"  # of one of them no more is known than the years in which it may be, and they fit
    NEXT = "next"  # those years are one apart
    YEARS = "years"  # or two
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Alike:
    """The level of two names, and the forms that gave it."""

    level: Name
    forms: tuple[str, str]


def names(mine: tuple[str, ...], theirs: tuple[str, ...]) -> Alike | None:
    """Return how alike the closest ways of writing two names are; None where one is missing."""
    if not mine or not theirs:
        return None
    if mine[0] == theirs[0] and len(mine[0]) > 1:
        return Alike(Name.SAME, (mine[0], mine[0]))
    if common := [form for form in mine if form in theirs and len(form) > 1]:
        longest = max(common, key=len)
        return Alike(Name.FORM, (longest, longest))
    return _closest(mine, theirs)


_ORDER: Final = tuple(Name)


def _closest(mine: tuple[str, ...], theirs: tuple[str, ...]) -> Alike:
    best, at, forms = len(_ORDER) - 1, 0.0, (mine[0], theirs[0])
    letters = {pair: OSA.normalized_similarity(*pair) for pair in product(mine, theirs)}
    # A sound takes longest, and where no letters are near it tells nothing.
    near = max(letters.values()) >= _SOUND_NEARLY
    sounds = {form: phonetics.sound(form) for form in {*mine, *theirs} if len(form) > 1} if near else {}
    shared_sounds = {sounds[form] for form in mine if form in sounds} & {
        sounds[form] for form in theirs if form in sounds
    }
    for (one, other), alike in letters.items():
        of_one_sound = sounds.get(one) in shared_sounds and sounds.get(other) in shared_sounds
        level = _words(one, other, alike, of_one_sound=of_one_sound)
        if level is Name.OTHER and (one, other) == (mine[0], theirs[0]) and one[:_START] == other[:_START]:
            level = Name.START
        place = _ORDER.index(level)
        if (place, -alike) < (best, -at):
            best, at, forms = place, alike, (one, other)
    return Alike(_ORDER[best], forms)


def _words(one: str, other: str, alike: float, *, of_one_sound: bool) -> Name:
    shorter, longer = sorted((one, other), key=len)
    if len(set(shorter)) == 1:  # *A.*, and *Aa* as a child is called
        return Name.INITIAL if longer[0] == shorter[0] else Name.OTHER
    if alike >= _SOUND_NEARLY and of_one_sound:
        return Name.SOUND
    if len(longer) >= _SHORTEST and (1 - alike) * len(longer) < 1.5:
        return Name.CLOSE
    if len(shorter) >= _SHORTEST and (longer.startswith(shorter) or longer.endswith(shorter)):
        return Name.PART
    return Name.NEAR if alike >= _NEARLY else Name.OTHER


# --- Births -------------------------------------------------------------------------------------------


def births(one: Child, other: Child) -> tuple[Birth, int] | None:
    """Return how alike two births are, and of how many years an age may be; None where one isn't known at all.

    1 January stands for a year of which no more is known: forms and papers have it so.
    """
    if one.birth and other.birth and not (_vague(one.birth) or _vague(other.birth)):
        return _dates(one.birth, other.birth), 1
    years = [_years(child) for child in (one, other)]
    if years[0] is None or years[1] is None:
        return None
    (least, most), (low, high) = years[0], years[1]
    width = max(most - least, high - low) + 1
    apart = max(least - high, low - most, 0)
    return (Birth.YEAR, Birth.NEXT, Birth.YEARS, Birth.NEVER)[min(apart, 3)], width


def _vague(day: date) -> bool:
    return day.month == day.day == 1


def _years(child: Child) -> tuple[int, int] | None:
    return (child.birth.year, child.birth.year) if child.birth else child.ages


def _dates(one: date, other: date) -> Birth:
    mine, theirs = (one.year, one.month, one.day), (other.year, other.month, other.day)
    if mine == theirs:
        return Birth.SAME
    if (mine[0], mine[2], mine[1]) == theirs:
        return Birth.EXCHANGED
    differing = [(a, b) for a, b in zip(mine, theirs, strict=True) if a != b]
    if len(differing) == 1:
        return Birth.DIGIT if _one_digit(*differing[0]) else Birth.PART
    same_year = one.year == other.year
    near = len(differing) == 2 and abs(one.year - other.year) <= _YEARS_OFF
    return Birth.TWO if same_year or near else Birth.OTHER


def _one_digit(one: int, other: int) -> bool:
    """Tell whether two numbers differ by one digit, or by their order, or by one."""
    return OSA.distance(f"{one:04}", f"{other:04}") == 1 or abs(one - other) == 1
