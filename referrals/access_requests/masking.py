"""Finds in a text whom it isn't about: names, numbers, addresses and places that the case knows of somebody else.

Capitals, accents, hyphens, apostrophes and blanks count for nothing, so that « JEAN PIERRE » is found by
« Jean-Pierre »; parts of a name of three letters and more are found too, on the borders of words. What the person who
asks is called or lives at is never hidden from this person.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from referrals.access_requests.copies import Span
from referrals.vocabulary.access_requests import Withheld

_SHORTEST: Final = 3
#: Of an address or place a word says something from this length on.
_SHORTEST_OF_PLACE: Final = 4
#: Words that stand beside names and places and lead to nobody.
_TITLES: Final = frozenset(
    {"mme", "mlle", "monsieur", "madame", "mademoiselle", "docteur", "maitre", "les", "des", "nee"}
)
# fmt: off
_COMMON: Final = _TITLES | {
    "aux", "sur", "sous", "chez", "dans", "pour", "par", "avec", "une", "rue", "avenue", "boulevard", "place",
    "allee", "allees", "chemin", "impasse", "route", "quai", "cours", "square", "passage", "residence",
    "batiment", "appt", "appartement", "etage", "escalier", "porte", "foyer", "maison", "centre", "enfance",
    "famille", "accueil", "ville", "saint", "sainte", "college", "lycee", "ecole", "hotel", "gare", "france",
    "nord", "sud", "est", "ouest", "cedex", "lieu", "dit", "bis", "ter", "service", "association", "hopital",
}
# fmt: on
_LIGATURES: Final = {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d"}
_WORD: Final = re.compile(r"[^\W_]+")
_E_MAIL: Final = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")
_PHONE: Final = re.compile(r"(?:\+|00)?\d(?:[\s.\-/()]*\d){7,14}")
#: Between the words of a name as somebody typed it.
_BETWEEN: Final = r"[\W_]{0,3}"


class Kind(Enum):
    """How a value is looked for."""

    NAME = auto()  # as a whole, and each of its words
    PLACE = auto()  # as a whole, each part between commas, and each of its words that says something
    WHOLE = auto()  # as a whole alone


@dataclass(frozen=True, slots=True)
class Folded:
    """A text without capitals, accents and signs that nobody sees, and where each of its signs stands in the text."""

    text: str
    at: Sequence[int]
    length: int

    @classmethod
    def of(cls, text: str) -> "Folded":
        signs: list[str] = []
        at: list[int] = []
        for place, sign in enumerate(text):
            small = sign.casefold()
            if not small.isascii():
                small = "".join(_LIGATURES.get(one, one) for one in unicodedata.normalize("NFKD", small))
                small = "".join(one for one in small if unicodedata.category(one) not in ("Mn", "Me", "Cf"))
            signs.append(small)
            at += [place] * len(small)
        return cls("".join(signs), at, len(text))

    def span(self, start: int, end: int, code: Withheld) -> Span:
        # Accents that stand behind their letter as signs of their own go with it, to the next sign that counts.
        last = self.at[end] if end < len(self.at) else self.length
        return Span(start=self.at[start], end=max(last, self.at[end - 1] + 1), code=code)


def bare(text: str) -> str:
    return " ".join(_WORD.findall(Folded.of(text).text))


def digits(text: str) -> str:
    """Return the digits of a phone number without what is dialled before them in France."""
    digits_only = re.sub(r"\D", "", text)
    for before in ("0033", "33", "0"):
        if digits_only.startswith(before) and len(digits_only) - len(before) >= 8:
            return digits_only.removeprefix(before).removeprefix("0")
    return digits_only


@dataclass(slots=True)
class Masks:
    """What is looked for, by the reason for which it is hidden; ``own``: what never is."""

    own: set[str] = field(default_factory=set)
    own_places: set[str] = field(default_factory=set)
    own_numbers: set[str] = field(default_factory=set)
    _found: dict[Withheld, set[str]] = field(default_factory=lambda: defaultdict(set))
    _pattern: dict[Withheld, re.Pattern[str]] = field(default_factory=dict)

    def keep(self, values: Iterable[str], kind: Kind) -> None:
        """Never hide these values of who asks; of a name no word either, of a place none where it is part of one."""
        for value in values:
            whole = bare(value)
            self.own.add(whole)
            self.own_numbers |= {digits(one) for one in _PHONE.findall(value)}
            # Not the words of a place: « Hugo » who lives in no rue Victor-Hugo is hidden there as anywhere.
            (self.own_places if kind is Kind.PLACE else self.own).update(whole.split())

    def hide(self, values: Iterable[str], code: Withheld, kind: Kind) -> None:
        """Hide these values wherever they stand; after all calls of ``keep``."""
        for value in values:
            self._found[code].update(self._patterns(value, kind))
        self._pattern.clear()

    def _patterns(self, value: str, kind: Kind) -> Iterable[str]:
        for one in _E_MAIL.findall(value):
            yield re.escape(Folded.of(one).text)
        for one in _PHONE.findall(value):
            if (number := digits(one)) not in self.own_numbers:
                yield _number(number)
        rest = _PHONE.sub(" ", _E_MAIL.sub(" ", value))
        place = kind is Kind.PLACE
        for whole in [rest, *re.split(r"[,;\n]", rest)] if place else [rest]:
            words = bare(whole).split()
            if " ".join(words) not in self.own and (
                any(_leads(word, place) for word in words) or (kind is Kind.NAME and len("".join(words)) > 1)
            ):
                yield _BETWEEN.join(map(re.escape, words))
        if kind is Kind.NAME:
            # « O'Kermadec » and « Karim-Élie » are found where they are typed in one.
            for one in rest.split():
                words = bare(one).split()
                if len(words) > 1 and not set(words) <= self.own:
                    yield _BETWEEN.join(map(re.escape, words))
        if kind is not Kind.WHOLE:
            own = self.own | self.own_places if place else self.own
            yield from (
                re.escape(word) for word in bare(rest).split() if _leads(word, place) and word not in own
            )

    def spans(self, text: str) -> tuple[Span, ...]:
        """Return what is to be hidden of a text, from the first passage on; none lies within another of its reason."""
        folded = Folded.of(text)
        spans: list[Span] = []
        for code, patterns in self._found.items():
            if code not in self._pattern and patterns:
                # The longest first: of « Jean Dupont » the whole is hidden, not each word for itself.
                longest = sorted(patterns, key=len, reverse=True)
                self._pattern[code] = re.compile("|".join(rf"(?<!\w)(?:{one})(?!\w)" for one in longest))
            if patterns:
                hits = self._pattern[code].finditer(folded.text)
                spans += [folded.span(*hit.span(), code) for hit in hits]
        return tuple(sorted(spans, key=lambda span: (span.start, span.end, span.code)))


def _leads(word: str, place: bool) -> bool:
    if place:
        return len(word) >= _SHORTEST_OF_PLACE and word not in _COMMON and not word.isdigit()
    return len(word) >= _SHORTEST and word not in _TITLES and not word.isdigit()


def _number(number: str) -> str:
    """Return the pattern of a phone number, however it is grouped and whatever is dialled before it."""
    between = r"[\s.\-/()]*"
    return rf"(?:(?:\+|00)?{between}33{between})?0?{between}" + between.join(number)
