"""Writes one letter: opens what its kind may open, and says of each passage where it comes from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

from core.languages import FRENCH, Text, in_language
from encryption.fields import SealedField
from encryption.sealed import OpenScope, Sealed
from referrals.letters.letter_context import LetterContext
from referrals.letters.paper import Paper, Section
from referrals.letters.registry import LetterType, Occasion
from referrals.vocabulary.ages import AgeBand, age_on
from referrals.vocabulary.letters import SourceKind
from referrals.vocabulary.people import HolderLink

#: From which age a letter speaks to the child in which way (domain.md §4.9).
READ_ALOUD, YOUNG, GROWN = "under_12", "12", "16"


class Withheld(Exception):
    """The data of the step say that this letter isn't written now: its holder is told later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A passage of a letter, and what it is made from; the source is shown beside it, and not printed."""

    section: Section
    source: SourceKind
    on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What a letter says, as its kind writes it; head, date and signature are the same for all."""

    title: str
    to: tuple[str, ...]
    passages: tuple[Passage, ...]
    greeting: str = ""
    closing: bool = True
    large: bool = False
    reference: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A letter as it would be signed now: the paper, and its passages with their sources."""

    paper: Paper
    passages: tuple[Passage, ...]


@dataclass
class Writing:
    """One letter being written, within a disclosure. ``words``: what its author answered."""

    type: LetterType
    look: LetterContext
    occasion: Occasion
    scope: OpenScope
    words: Mapping[str, Any]
    passages: list[Passage] = field(default_factory=list)

    # --- What is opened -------------------------------------------------------------------------------

    def opened(self, row: Any, name: str) -> Any:
        """Return a field of a row, opened; "" where there is nothing.

        Raises:
            LookupError: the kind doesn't declare that it opens this field.
        """
        declared = row._meta.get_field(name)
        if not isinstance(declared, SealedField) or declared.label not in self.type.opens:
            raise LookupError(f"{self.type.kind} opens no {name}")
        value = getattr(row, name)
        if isinstance(value, Sealed):
            value = value.open(self.scope)
        return "" if value is None else value

    def name_of(self, child: Any) -> str:
        names = " ".join(filter(None, (self.opened(child, "first_names"), self.opened(child, "last_name"))))
        return names or "l'enfant"

    def first_name(self, child: Any) -> str:
        """Return a child's first names alone."""
        return str(self.opened(child, "first_names"))

    # --- What is said ---------------------------------------------------------------------------------

    def say(
        self,
        source: SourceKind,
        *paragraphs: str,
        on: date | None = None,
        heading: str = "",
        facts: Iterable[tuple[str, str]] = (),
        points: Iterable[str] = (),
    ) -> None:
        """Add a passage; what is empty in it is left out, and a passage that says nothing isn't there.

        Raises:
            LookupError: the kind doesn't declare this source.
        """
        if source not in self.type.sources:
            raise LookupError(f"{self.type.kind} says nothing of {source}")
        section = Section(
            heading=heading,
            facts=tuple((label, value) for label, value in facts if value),
            paragraphs=tuple(filter(None, paragraphs)),
            points=tuple(filter(None, points)),
        )
        if section.facts or section.paragraphs or section.points:
            self.passages.append(Passage(section=section, source=source, on=on))

    def setting(self, *names: str, heading: str = "") -> None:
        terms, reference = self.look.case.protocol, self.look.case.referral.reference
        paragraphs = [str(getattr(terms, name)).replace("{reference}", reference) for name in names]
        self.say(SourceKind.SETTING, *paragraphs, heading=heading)

    def added(self, name: str = "added", *, heading: str = "") -> None:
        self.say(SourceKind.ADDED, *str(self.words.get(name) or "").splitlines(), heading=heading)

    # --- The case -------------------------------------------------------------------------------------

    @property
    def child(self) -> Any:
        """Return the one child that the letter is about.

        Raises:
            LookupError: it isn't on the case any more.
        """
        return self.look.case.checked_child(self.occasion.children[0])

    @property
    def children(self) -> list[Any]:
        return self.look.case.of_case(self.occasion.children)

    @property
    def holder(self) -> Any:
        """Return the holder to whom the letter goes.

        Raises:
            LookupError: it isn't on the case any more.
        """
        return of(self.look.case.holders, self.occasion.holder)

    @property
    def civility(self) -> str:
        """Return how the holder is called, where the case says whether it is the mother or the father."""
        return CIVILITIES.get(str(self.opened(self.holder, "link")), "")

    @property
    def dear(self) -> str:
        """Return the salutation: to one person where the case says to whom."""
        return f"{self.civility}," if self.civility else DEAR

    def holder_lines(self) -> tuple[str, ...]:
        """Return the holder's name and own address: each is written to apart."""
        address = str(self.opened(self.holder, "address")).splitlines()
        name = str(self.opened(self.holder, "name"))
        called = f"{self.civility} {name}".strip() if name else "Titulaire de l'autorité parentale"
        return (called, *address)

    def age_of(self, child: Any) -> str:
        """Return how a child is spoken to, by its age now; where nobody knows that, as to the youngest."""
        born = self.opened(child, "birth_date")
        if isinstance(born, str) and born:
            born = date.fromisoformat(born)
        if isinstance(born, date):
            age = age_on(born, self.look.case.today)
            return GROWN if age >= 16 else YOUNG if age >= 12 else READ_ALOUD
        # Of eleven to fifteen the band doesn't say which side: who may be eleven is read to.
        return GROWN if child.age_band in (AgeBand.FROM_16, AgeBand.ADULT) else READ_ALOUD

    @property
    def phone(self) -> str:
        return self.look.case.protocol.letter_phone or self.look.case.protocol.crip_phone


def of[Row: Any](rows: Iterable[Row], pk: UUID | None) -> Row:
    """Return the row with an id.

    Raises:
        LookupError: there is none.
    """
    chosen = next((row for row in rows if row.pk == pk), None)
    if chosen is None:
        raise LookupError(pk)
    return chosen


def day_in_french(day: Any) -> str:
    """Return a day as French writes it; "" for none."""
    if isinstance(day, str) and day:
        day = date.fromisoformat(day[:10])
    return day.strftime("%d/%m/%Y") if isinstance(day, date) else ""


def label(text: Text) -> str:
    return in_language(text, FRENCH)


def lower(text: str) -> str:
    """Return a label as it stands within a sentence."""
    return text[:1].lower() + text[1:]


DEAR: Final = "Madame, Monsieur,"
CIVILITIES: Final[Mapping[str, str]] = {HolderLink.MOTHER: "Madame", HolderLink.FATHER: "Monsieur"}
