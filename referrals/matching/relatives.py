"""Comparison of a person with a declared tie: pairs of names, with the day of birth where both are known.

A pair is one word of the last name and one of the first, in no order; where nobody separated a name's parts, every two
words. Two spellings are used: ``spelled``, which hears vowels, decides where no date is known; the coarse sound of
``phonetics`` finds, and decides beside an equal date. One name alone is never compared: half a département would share
it. The results are part of stored values: a change requires a new ``blocking_keys.NORM`` and ``encodings.VERSION``.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from referrals.matching import phonetics

#: Words of one name that are looked at; and the pairs of one person.
_WORDS_MAX: Final = 6
_PAIRS_MAX: Final = 15
_SHORTEST: Final = 2
#: From spelling to what a careful ear hears, in this order; vowels stay, unlike in ``spelling.sound``.
_HEARD: Final = tuple(
    (re.compile(pattern), heard)
    for pattern, heard in (
        (r"ph", "f"),
        (r"bv", "v"),
        (r"sch|sh|ch(?![lr])", "$"),
        (r"qu|q|ck|kh|k|gh(?=[^eiy])|ch|c(?![eiy])", "k"),
        (r"sc(?=[eiy])|c|ss|z|x", "s"),
        (r"gu(?=[eiy])", "g#"),
        (r"j|dj|g(?=[eiy])", "j"),
        (r"#|h", ""),
        (r"w", "v"),
        (r"eau|au", "o"),
        (r"ai|ei|ay|ey", "e"),
        (r"y", "i"),
        (r"(.)\1+", r"\1"),
        (r"(?<=..)(?:e?s|e|[dtsx])+$", ""),
    )
)


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """A person to compare: pairs of words of the name, and the birth date if it is known."""

    pairs: tuple[tuple[str, str], ...]
    birth: date | None = None


def spelled(word: str) -> str:
    """Return a word as a careful ear writes it: *Durand* and *Durant*, *Marie* and *Mary* are one; never nothing."""
    letters = word
    for pattern, put in _HEARD:
        letters = pattern.sub(put, letters)
    return letters or word


def of_parts(lasts: Iterable[str], firsts: Iterable[str], birth: date | None = None) -> Person:
    """Return a person whose last and first names are told apart, each in several texts if need be.

    Each word that counts is a way to write the name, and so are all of them run together.
    """
    last = _counting(word for text in lasts for word in phonetics.forms(text))
    first = _counting(word for text in firsts for word in phonetics.forms(text))
    return Person(_pairs((one, other) for one in last for other in first), birth)


def of_whole(name: str) -> Person:
    """Return a person of whose name nobody said which part is which: *Karim Ben Ali*, *LE GOFF Anne-Marie*.

    Words that a hyphen joins are one name, and no pair.
    """
    parts = [(place, word) for place, part in enumerate(name.split()) for word in phonetics.words(part)]
    core = phonetics.core(tuple(word for _, word in parts))
    placed: list[tuple[tuple[int, ...], str]] = [((place,), word) for place, word in parts if word in core]
    led = (
        (a, b) for a, b in pairwise(parts) if a[1] in phonetics.PARTICLES and b[1] not in phonetics.PARTICLES
    )
    placed += [((a, b), one + other) for (a, one), (b, other) in led]
    joined = ((place, phonetics.words(part)) for place, part in enumerate(name.split()))
    placed += [((place,), "".join(words)) for place, words in joined if len(words) > 1]
    counting = _counting(word for _, word in placed)
    places = {word: frozenset(at) for at, word in reversed(placed)}
    pairs = ((one, other) for at, one in enumerate(counting) for other in counting[at + 1 :])
    return Person(_pairs((one, other) for one, other in pairs if not places[one] & places[other]))


def _counting(words: Iterable[str]) -> tuple[str, ...]:
    """Return the words that may be compared: no number, no initial, and no more than a name has."""
    counted = (word for word in words if len(word) >= _SHORTEST and word.isalpha())
    return tuple(dict.fromkeys(counted))[:_WORDS_MAX]


def _pairs(found: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    unlike = (pair for pair in found if pair[0] not in pair[1] and pair[1] not in pair[0])
    return tuple(dict.fromkeys(unlike))[:_PAIRS_MAX]


def close(person: Person) -> Iterator[str]:
    """Yield the pairs as a careful ear writes them: what decides without a date."""
    yield from _joined(person, spelled)


def coarse(person: Person) -> Iterator[str]:
    """Yield the pairs as they sound: what finds, and decides beside an equal date.

    It hears what ``spelled`` wrote, so that who is close is coarse too.
    """
    yield from _joined(person, lambda word: phonetics.sound(spelled(word)))


def _joined(person: Person, resolve_input: Callable[[str], str]) -> Iterator[str]:
    sounds = (sorted((resolve_input(one), resolve_input(other))) for one, other in person.pairs)
    yield from dict.fromkeys("\x1f".join(pair) for pair in sounds)


def day(birth: date) -> str:
    """Return a date with day and month in either order, for exchanging them is the commonest mistake."""
    return "/".join([str(birth.year), *map(str, sorted((birth.month, birth.day)))])


def texts(*said: object) -> Sequence[str]:
    """Return those that are texts and not empty."""
    return [one for one in said if isinstance(one, str) and one]
