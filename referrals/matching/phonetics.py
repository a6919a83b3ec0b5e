"""Name normalisation and French phonetic code: without accents, particles and case, and by its sound.

The sound is coarse on purpose: it finds, and ``comparison`` judges. The results are part of the stored index: a change
of any of these functions requires a new ``blocking_keys.NORM``.
"""

import re
import unicodedata
from typing import Final

#: Letters that don't come apart into a letter and a mark.
LETTERS: Final = str.maketrans(
    {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
#: Words of a name that one person writes and another leaves out.
PARTICLES: Final = frozenset(
    (
        "d",
        "de",
        "du",
        "des",
        "da",
        "das",
        "del",
        "della",
        "der",
        "den",
        "di",
        "do",
        "dos",
        "l",
        "la",
        "le",
        "les",
        "el",
        "al",
        "van",
        "von",
        "ben",
        "bin",
        "ibn",
        "bint",
        "ait",
        "ould",
    )
)
_WORD: Final = re.compile(r"[^\W_]+")
#: From spelling to sound, in this order; what is settled is in capitals. Vowels and mute letters go last.
_SOUNDS: Final = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^(?:ou|w)(?=[aeiouy])", "F"),
        (r"ph|v", "F"),
        (r"ch(?=[lr])|qu|q|ck|kh|k|gu(?=[eiy])|gh", "K"),
        (r"sch|sh|ch|dj|j|g(?=[eiy])", "J"),
        (r"gn|m|n", "N"),
        (r"c(?=[eiy])|s|z|x", "S"),
        (r"c|g", "K"),
        (r"[hw]", ""),
        (r"b|p", "P"),
        (r"d|t", "T"),
        (r"f", "F"),
        (r"l", "L"),
        (r"r", "R"),
        (r"^[aeiouy]+", "A"),
        (r"[aeiouy]+", ""),
        (r"(.)\1+", r"\1"),
    )
)
_MUTE: Final = re.compile(r"(?<=..)[ST]+$")


def words(text: str) -> tuple[str, ...]:
    """Return the words of a name in small letters without accents; letters of other scripts stay as they are."""
    apart = unicodedata.normalize("NFKD", text.casefold().translate(LETTERS))
    return tuple(_WORD.findall("".join(sign for sign in apart if not unicodedata.combining(sign))))


def core(name: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words that count, particles left out; all of them where nothing else is there."""
    return tuple(word for word in name if word not in PARTICLES) or name


def forms(text: str) -> tuple[str, ...]:
    """Return the ways to write a name that are one name: each word that counts, and all of them run together.

    *Le Goff* is *goff* and *legoff*; *Jean-Pierre* is *jean*, *pierre* and *jeanpierre*.
    """
    if not text:
        return ()
    name = words(text)
    counting = core(name)
    variants = ["".join(name), "".join(counting), *counting]
    return tuple(dict.fromkeys(word for word in variants if word))


def sound(word: str) -> str:
    """Return how a word of a name sounds: consonants of one kind are one letter, only a first vowel counts.

    Never nothing: a word of mute letters alone, as an initial, is itself.
    """
    letters = word
    for pattern, replaced in _SOUNDS:
        letters = pattern.sub(replaced, letters)
    return _MUTE.sub("", letters) or letters or word
