"""Redaction of a text: passages are taken out of a copy, and « [occulté : motif] » stands in their place (§7.5).

What is hidden leaves nothing behind, not even its length. A passage that would cut through a sign as people see it (a
letter with its accents, an emoji made of several) is widened to the whole sign, so that no half of one is left.
"""

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from referrals.access_requests.copies import Span
from referrals.vocabulary.access_requests import Withheld

_JOINER: Final = "\u200d"
_SKIN_TONES: Final = range(0x1F3FB, 0x1F400)
_FLAG_LETTERS: Final = range(0x1F1E6, 0x1F200)
_TAGS: Final = range(0xE0020, 0xE0080)
_SELECTORS: Final = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
_HIGH: Final = range(0xD800, 0xDC00)
_LOW: Final = range(0xDC00, 0xE000)
#: Letters of Korean that make up one sign: first consonants, vowels, last consonants, and signs that take a last one.
_HANGUL_FIRST: Final = range(0x1100, 0x1160)
_HANGUL_VOWEL: Final = range(0x1160, 0x11A8)
_HANGUL_LAST: Final = range(0x11A8, 0x1200)
_HANGUL_WHOLE: Final = range(0xAC00, 0xD7A4)


def reason(codes: Collection[Withheld]) -> str:
    """Return why something is hidden, in French whoever reads: the package is French."""
    return ", ".join(code.labels_by_language["fr"] for code in Withheld if code in codes)


def mark(codes: Collection[Withheld]) -> str:
    return f"[occulté : {reason(codes)}]"


def redacted_text(text: str, spans: Iterable[Span]) -> str:
    """Return a text without its hidden passages, each replaced by why; those that meet become one.

    Raises:
        ValueError: a passage is empty or lies outside of the text.
    """
    out, at = [], 0
    for start, end, codes in merged(text, spans):
        out += [text[at:start], mark(codes)]
        at = end
    return "".join([*out, text[at:]])


def counted(text: str, spans: Iterable[Span]) -> Counter[Withheld]:
    """Return how many passages are hidden for each reason, as the reader of the copy counts them."""
    return Counter(code for _start, _end, codes in merged(text, spans) for code in codes)


def merged(text: str, spans: Iterable[Span]) -> list[tuple[int, int, frozenset[Withheld]]]:
    """Return the passages that are taken out, from the first on: start, end, reasons."""
    whole: list[tuple[int, int, frozenset[Withheld]]] = []
    for start, end, code in sorted(_widened(text, span) for span in spans):
        if whole and start <= whole[-1][1]:
            first, last, codes = whole[-1]
            whole[-1] = first, max(last, end), codes | {code}
        else:
            whole.append((start, end, frozenset({code})))
    return whole


def occurrences(text: str, words: str) -> Iterator[tuple[int, int]]:
    """Yield where some words stand in a text, whatever their capitals, accents and blanks: start and end.

    A part of a longer word isn't an occurrence: « Anne » doesn't stand in « Jeanne ».
    """
    wanted = [folded for _start, _end, folded in _words(words)]
    if not wanted:
        return
    here = list(_words(text))
    at = 0
    while at + len(wanted) <= len(here):
        window = here[at : at + len(wanted)]
        if [folded for _start, _end, folded in window] == wanted:
            yield window[0][0], window[-1][1]
            at += len(wanted)
        else:
            at += 1


def folded(word: str) -> str:
    """Return a word without capitals and accents, for comparison alone."""
    plain = unicodedata.normalize("NFKD", word).replace("’", "'").casefold()
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def _words(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield each word of a text: runs of letters and digits, with the marks that belong to them."""
    start = None
    for at, sign in enumerate(text):
        belongs = sign.isalnum() or (start is not None and bool(unicodedata.combining(sign)))
        if belongs and start is None:
            start = at
        elif not belongs and start is not None:
            yield start, at, folded(text[start:at])
            start = None
    if start is not None:
        yield start, len(text), folded(text[start:])


def _widened(text: str, span: Span) -> tuple[int, int, Withheld]:
    """Return a passage that begins and ends between two signs."""
    if not 0 <= span.start < span.end <= len(text):
        raise ValueError("A hidden passage lies within its text and isn't empty.")
    start, end = span.start, span.end
    while start > 0 and _one_sign(text, start):
        start -= 1
    while end < len(text) and _one_sign(text, end):
        end += 1
    return start, end, span.code


def _one_sign(text: str, at: int) -> bool:
    """Tell whether the code points before and at ``at`` are seen as one sign (Unicode UAX 29, in the main)."""
    before, here = ord(text[at - 1]), ord(text[at])
    return (
        _extends(text[at])
        or text[at - 1] == _JOINER
        or text[at - 1 : at + 1] == "\r\n"
        or (before in _HIGH and here in _LOW)
        or _same_flag(text, at)
        or _same_syllable(before, here)
    )


def _extends(sign: str) -> bool:
    code = ord(sign)
    return (
        unicodedata.category(sign) in {"Mn", "Me", "Mc"}
        or sign == _JOINER
        or code in _SKIN_TONES
        or code in _TAGS
        or any(code in some for some in _SELECTORS)
    )


def _same_flag(text: str, at: int) -> bool:
    """Tell whether two letters make up one flag: they pair off from the first on."""
    if ord(text[at]) not in _FLAG_LETTERS:
        return False
    before = at
    while before > 0 and ord(text[before - 1]) in _FLAG_LETTERS:
        before -= 1
    return (at - before) % 2 == 1


def _same_syllable(before: int, here: int) -> bool:
    if here in _HANGUL_FIRST:
        return before in _HANGUL_FIRST
    if here in _HANGUL_VOWEL:
        return before in _HANGUL_FIRST or before in _HANGUL_VOWEL or _without_last(before)
    if here in _HANGUL_LAST:
        return before in _HANGUL_VOWEL or before in _HANGUL_LAST or before in _HANGUL_WHOLE
    return before in _HANGUL_FIRST and here in _HANGUL_WHOLE


def _without_last(code: int) -> bool:
    return code in _HANGUL_WHOLE and (code - 0xAC00) % 28 == 0
