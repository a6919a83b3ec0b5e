"""How a child is miswritten: kinds of error in names and dates, alone, with a vague date, two and three at once.

Each error takes what the file says and returns what the next form says, or nothing where it can't be made of that child
(no particle, no compound): then another child is drawn. Whoever is searched for and isn't in any file is ``ABSENT``.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Final

from bench import names
from bench.linkage.population import FIRST_DAY, TODAY, YEARS, Population, Record
from referrals.matching import pet_names

type Error = Callable[[Record, Random, names.Book], Record | None]

_PARTICLE: Final = re.compile(r"^(?:de la|de|du|des|da|dos|el|al|ben|le|la|van|von)[ -](?=..)", re.IGNORECASE)
_PARTICLES: Final = ("de", "du", "da", "dos", "el", "ben", "le")


def typed(word: str, chance: Random) -> str:
    """Return a word with one letter left out, doubled, replaced or exchanged with its neighbour; no word stays none."""
    if len(word) < 2:
        return word
    at = chance.randrange(1, max(2, len(word) - 1))
    letter = chance.choice("aeilnorst")
    return chance.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + word[at - 1] + word[at:],
            word[:at] + letter + word[at + 1 :],
            word[: at - 1] + word[at : at + 1] + word[at - 1] + word[at + 1 :],
        )
    )


_BY_SOUND: Final = (
    ("ph", "f"), ("ault", "o"), ("eau", "o"), ("au", "o"), ("ou", "u"), ("ch", "sh"), ("qu", "k"), ("ck", "k"), ("ç", "ss"),
    ("y", "i"), ("c", "k"), ("k", "c"), ("z", "s"), ("x", "ks"), ("d", "t"), ("m", "mm"), ("n", "nn"), ("l", "ll"), ("t", "th"),
    ("é", "er"), ("i", "y"), ("a", "ah"),
)  # fmt: skip


def phonetic(word: str, chance: Random, times: int = 1) -> str:
    for _ in range(times):
        fitting = [(spoken, written) for spoken, written in _BY_SOUND if spoken in word]
        spoken, written = chance.choice(fitting) if fitting else ("e", "eh")
        word = word.replace(spoken, written, 1)
    return word


def plain(word: str) -> str:
    return word.translate(str.maketrans("éèêëïîôûüàâç", "eeeeiiouuaac"))


# --- Names --------------------------------------------------------------------------------------------


def _one_of_both(record: Record, chance: Random, _: names.Book) -> Record:
    which = chance.choice(("last", "first"))
    return replace(record, **{which: phonetic(getattr(record, which), chance)})


def _by_sound(record: Record, chance: Random, _: names.Book) -> Record:
    return replace(record, last=phonetic(record.last, chance, 2), first=phonetic(record.first, chance, 2))


def _initial(word: str) -> str:
    return f"{word[0].upper()}." if word else ""


def _cut_short(record: Record, chance: Random, _: names.Book) -> Record:
    return replace(record, first=record.first[: max(3, len(record.first) // 2)])


def _pet_name(record: Record, chance: Random, _: names.Book) -> Record:
    """Return a child by its pet name: of the table where it has one, seven times in ten, else made like one."""
    pet_forms = pet_names.of(plain(record.first))
    if pet_forms and chance.random() < 0.7:
        return replace(record, first=chance.choice(pet_forms))
    start = re.match(r"[^aeiouy]*[aeiouy]+", plain(record.first))
    syllable = start[0] if start else record.first[:2]
    made = (syllable * 2, record.first[: len(syllable) + 1] + "ou", record.first[: len(syllable) + 1] + "y")
    return replace(record, first=chance.choice(made))


def _replaced(record: Record, chance: Random, book: names.Book) -> Record:
    return replace(record, last=book.lasts.drawn(chance))


def _particle(record: Record, chance: Random, _: names.Book) -> Record:
    """Return a child whose last name has a particle more, less, or another one."""
    bare = _PARTICLE.sub("", record.last)
    added = f"{chance.choice(_PARTICLES)}{chance.choice((' ', ' ', '-', ''))}{bare}"
    return replace(record, last=bare if bare != record.last and chance.random() < 0.6 else added)


def _half(record: Record, chance: Random, _: names.Book) -> Record | None:
    compound = [which for which in ("last", "first") if re.search(r"\w{2}[ -]\w{2}", getattr(record, which))]
    compound = [which for which in compound if not _PARTICLE.match(getattr(record, which))]
    if not compound:
        return None
    which = chance.choice(compound)
    return replace(record, **{which: chance.choice(re.split("[ -]", getattr(record, which)))})


def _usage_name_alone(record: Record, chance: Random, _: names.Book) -> Record | None:
    return replace(record, last=record.usual, usual="") if record.usual else None


#: Errors in names.
NAMES: Final[Mapping[str, Error]] = {
    "typing error in the last name": lambda s, c, _: replace(s, last=typed(s.last, c)),
    "typing error in the first name": lambda s, c, _: replace(s, first=typed(s.first, c)),
    "heard, not read": _one_of_both,
    "accents and hyphens": lambda s, _, __: replace(
        s, last=plain(s.last).replace("-", "").upper(), first=plain(s.first).replace("-", " ")
    ),
    "names exchanged": lambda s, _, __: replace(s, last=s.first, first=s.last),
    "usage name added": lambda s, c, b: replace(s, last=f"{b.lasts.drawn(c)}-{s.last}"),
    "first name cut short": _cut_short,
    "last name changed by two letters": lambda s, c, _: replace(s, last=typed(typed(s.last, c), c)),
    "typing errors in both names": lambda s, c, _: replace(s, last=typed(s.last, c), first=typed(s.first, c)),
    "spelt by sound": _by_sound,
    "initial of the first name": lambda s, _, __: replace(s, first=_initial(s.first)),
    "initial of the last name": lambda s, _, __: replace(s, last=_initial(s.last), usual=""),
    "pet name": _pet_name,
    "no first name": lambda s, _, __: replace(s, first=""),
    "no last name": lambda s, _, __: replace(s, last="", usual=""),
    "another last name": _replaced,
    "another particle": _particle,
    "half of a compound name": _half,
    "usage name alone": _usage_name_alone,
}

# --- Dates --------------------------------------------------------------------------------------------


def exchanged(day: date) -> date:
    """Return the date with day and month exchanged, a day of the same month apart where that is none."""
    return (
        day.replace(month=day.day, day=day.month)
        if day.day <= 12
        else day + timedelta(days=1 if day.day < 28 else -1)
    )


def one_digit(day: date, chance: Random) -> date:
    if chance.random() < 0.4:
        last = 28 if day.month == 2 else day.day
        return day.replace(year=day.year + chance.choice((-1, 1)), day=min(day.day, last))
    return day.replace(day=day.day + 10) if day.day < 19 else day.replace(day=day.day - 10)


def two_parts(day: date, chance: Random) -> date:
    """Return the date with two of its three parts mistaken, the third as it is."""
    part = chance.choice(("year", "month", "day"))
    year = day.year if part == "year" else day.year + chance.choice((-2, -1, 1, 2))
    month = day.month if part == "month" else chance.choice([m for m in range(1, 13) if m != day.month])
    of_month = day.day if part == "day" else chance.choice([d for d in range(1, 29) if d != day.day])
    return date(year, month, min(of_month, 28))


def age(day: date) -> int:
    return TODAY.year - day.year - ((TODAY.month, TODAY.day) < (day.month, day.day))


def _dated(change: Callable[[date, Random], date]) -> Error:
    return lambda record, chance, _: record.birth and replace(record, birth=change(record.birth, chance))


def _aged(between: Callable[[int, Random], tuple[int, int]]) -> Error:
    def error(record: Record, chance: Random, _: names.Book) -> Record | None:
        if record.birth is None:
            return None
        least, most = between(age(record.birth), chance)
        return replace(record, birth=None, ages=(max(0, least), max(0, most)))

    return error


def _year_alone(record: Record, _: Random, __: names.Book) -> Record | None:
    """Return a child of whom the year is known: an age that is one of two."""
    if record.birth is None:
        return None
    reached = TODAY.year - record.birth.year
    return replace(record, birth=None, ages=(max(0, reached - 1), reached))


def _about(years: int, chance: Random) -> tuple[int, int]:
    """Return "about fifteen": one number, a year off half the time."""
    shifted = years + chance.choice((-1, 0, 0, 1))
    return shifted, shifted


#: Errors in dates.
DATES: Final[Mapping[str, Error]] = {
    "day and month exchanged": _dated(lambda day, _: exchanged(day)),
    "one digit of the date": _dated(one_digit),
    "two parts of the date": _dated(two_parts),
    "1 January of the year": _dated(lambda day, _: day.replace(month=1, day=1)),
    "first of the month": _dated(lambda day, _: day.replace(day=1)),
    "the year alone": _year_alone,
    "no date, an estimated age": _aged(lambda years, _: (years - 1, years + 1)),
    "about fifteen": _aged(_about),
    "an estimated age, two years off": _aged(lambda y, c: (y + (off := c.choice((-2, 2))) - 1, y + off + 1)),
    "neither date nor age": lambda said, _, __: replace(said, birth=None, ages=None),
}
#: Dates that are vague and not wrong: each error in a name is drawn with one of these too, at equal shares.
VAGUE: Final = ("1 January of the year", "the year alone", "no date, an estimated age", "about fifteen")


# --- Kinds --------------------------------------------------------------------------------------------

TWO: Final = "two errors at once"
THREE: Final = "three errors at once"
_WITH: Final = ", vague date"
KINDS: Final = (*NAMES, *DATES, *(f"{name}{_WITH}" for name in NAMES), TWO, THREE)
#: Who is in no file, and what they are to somebody who is.
ABSENT: Final = ("stranger", "stranger, vague date", "namesake", "sibling", "twin")


def miswritten(record: Record, kind: str, chance: Random, book: names.Book) -> Record | None:
    """Return a child as written down with the errors of a kind; None where they can't be made of it."""
    if kind in (TWO, THREE):
        count = 1 if kind == TWO and chance.random() < 0.5 else 2
        kinds = chance.sample(list(NAMES), count)
        kinds += [chance.choice(list(DATES))] if kind == THREE or count == 1 else []
    elif kind.endswith(_WITH):
        kinds = [kind.removesuffix(_WITH), chance.choice(VAGUE)]
    else:
        kinds = [kind]
    written: Record | None = record
    for one in kinds:
        error = NAMES.get(one) or DATES[one]
        written = written and error(written, chance, book)
        if written is not None and not (written.last or written.first):
            return None  # of whom nothing is said nobody is found
    return written


def queries(population: Population, kind: str, count: int, seed: int) -> Iterator[tuple[int, Record]]:
    """Yield children of the population with how they are written down; the form doesn't tell who brings them up."""
    chance = Random(f"{seed}/{kind}")
    for _ in range(count):
        record = None
        while record is None:
            at = chance.randrange(len(population.children))
            record = miswritten(replace(population.children[at], holder=""), kind, chance, population.book)
        yield at, record


def absent(population: Population, kind: str, count: int, seed: int) -> Iterator[tuple[int, Record]]:
    """Yield children who are in no file, with whom of the population they are kin or namesake of.

    A brother's, sister's or twin's form names who brings them up, as eight in ten do.
    """
    chance = population.chance = Random(f"{seed}/absent {kind}")
    for _ in range(count):
        at = chance.randrange(len(population.children))
        one = population.children[at]
        if kind == "twin":
            made = population.twin_of(one)
        elif kind == "sibling":
            made = population.sibling_of(one)
        elif kind == "namesake":
            made = replace(population.namesake_of(one), usual="")
        else:
            made = Record(population.last(), population.first(), _day(chance))
        if kind == "stranger, vague date":
            made = DATES[chance.choice(VAGUE)](made, chance, population.book) or made
        if chance.random() >= 0.8 or kind not in ("twin", "sibling"):
            made = replace(made, holder="")
        yield at, made


def _day(chance: Random) -> date:
    return FIRST_DAY + timedelta(days=chance.randrange(YEARS * 365))
