"""Plaintext identity used for comparison: it lives as long as one disclosure, or one filing, and is never stored.

``plain_of`` opens it from a case's rows; at filing it is taken as it was sent.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from encryption.errors import Unreadable
from encryption.sealed import OpenScope
from referrals.matching import pet_names, phonetics, relatives
from referrals.matching.relatives import Person

if TYPE_CHECKING:
    from referrals.models import Referral

#: The parts of a case that are compared, and which of their fields are.
COMPARED: Final[Mapping[str, tuple[str, ...]]] = {
    "children": (
        "last_name",
        "usual_name",
        "first_names",
        "nickname",
        "birth_date",
        "age_estimated_min",
        "age_estimated_max",
    ),
    "holders": ("name", "phone"),
    "third_parties": ("name", "phone"),
    "digital_traces": ("handle", "phone"),
}
#: Who may read where a contact comes from: what a pair of files says of it is for those alone (domain.md §1.3).
OF_HOLDERS, OF_THIRD_PARTIES, OF_TRACES = "B", "F", "G"
_KEPT: Final = "_compared"
_FRENCH: Final = "33"
_SHORTEST: Final = 9  # fewer digits are a part of a number, or a service's
_LONGEST_AGE: Final = 21

type Plain = Mapping[UUID, Mapping[str, Any]]


@dataclass(frozen=True, slots=True, repr=False)
class Child:
    """One child as far as it is known; ``ages`` are the years in which it may have been born, by an estimate.

    ``first`` has the names that a pet name may stand for, too.
    ``born`` are those in any case, first and last: of the date, the estimate, or all ages that a file may be about.
    """

    row: UUID
    last: tuple[str, ...]
    first: tuple[str, ...]
    main_last: str
    main_first: str
    birth: date | None = None
    ages: tuple[int, int] | None = None
    sex: str = ""
    born: tuple[int, int] = (1, 0)


@dataclass(frozen=True, slots=True, repr=False)
class Family:
    """The identities in one case: children, holders, and ways to reach people, each with its class.

    ``people`` are all who are named, third parties too, as they are compared with the ties of staff.
    """

    children: tuple[Child, ...] = ()
    holders: Mapping[UUID, tuple[str, ...]] = field(default_factory=dict)
    contacts: frozenset[tuple[UUID, str, str]] = frozenset()
    people: Mapping[UUID, Person] = field(default_factory=dict)

    def reached_by(self, access_class: str) -> frozenset[str]:
        """Return the numbers and accounts of one class."""
        return frozenset(value for _, contact_class, value in self.contacts if contact_class == access_class)


def keep(referral: "Referral", rows: Mapping[str, list[Any]]) -> None:
    """Have ``rows_of`` find a case's rows, by part, with it: Django's relations take longer than the opening itself."""
    referral.__dict__[_KEPT] = rows


def rows_of(referral: "Referral", *, apart: bool = False) -> Iterator[tuple[str, Any]]:
    """Yield the rows of a case that are compared, with their part: no child recorded by mistake or kept apart.

    ``apart``: one that is kept apart too. No search finds it, and a tie to it counts all the same.
    """
    stored_rows = referral.__dict__.get(_KEPT)
    for part in COMPARED:
        for row in getattr(referral, part).all() if stored_rows is None else stored_rows[part]:
            if part != "children" or not (row.wrong_person or (row.restricted and not apart)):
                yield part, row


def plain_of(rows: Iterable[tuple[str, Any]], scope: OpenScope) -> dict[UUID, dict[str, Any]]:
    """Return what the rows say, opened; a value whose key is lost is left out."""
    plain: dict[UUID, dict[str, Any]] = {}
    for part, row in rows:
        values = plain[row.pk] = {}
        for name in COMPARED[part]:
            sealed = getattr(row, name)
            if sealed is None:
                continue
            try:
                values[name] = sealed.open(scope)
            except Unreadable:
                continue
    return plain


def family(rows: Iterable[tuple[str, Any]], plain: Plain, *, on: date, with_people: bool = True) -> Family:
    """Return who a case is about; ``on`` is the day on which an estimated age was said.

    ``with_people``: as people are compared with ties too, which a search doesn't.
    """
    children, holders, contacts, people = [], {}, set(), {}
    for part, row in rows:
        values = plain.get(row.pk, {})
        if with_people and (person := person_of(part, values)) is not None:
            people[row.pk] = person
        if part == "children":
            children.append(child(row.pk, values, sex=row.sex, on=on))
        if part == "holders" and (name := phonetics.core(phonetics.words(values.get("name") or ""))):
            holders[row.pk] = name
        contacts |= {(row.pk, *contact) for contact in _contacts(part, values)}
    return Family(tuple(children), holders, frozenset(contacts), people)


def person_of(part: str, said: Mapping[str, Any]) -> Person | None:
    """Return whom a row names, as it is compared with ties; None where it names nobody."""
    if part == "children":
        last = relatives.texts(said.get("last_name"), said.get("usual_name"))
        return relatives.of_parts(
            last, relatives.texts(said.get("first_names"), said.get("nickname")), _day(said.get("birth_date"))
        )
    return relatives.of_whole(said["name"]) if said.get("name") else None


def child(row: UUID, said: Mapping[str, Any], *, sex: str = "", on: date) -> Child:
    """Return one child out of what is said of it."""
    last, first = said.get("last_name") or "", said.get("first_names") or ""
    usual, called = said.get("usual_name") or "", said.get("nickname") or ""
    firsts = [*phonetics.forms(first), *phonetics.forms(called)]
    firsts += [name for form in firsts for name in pet_names.full(form)]
    birth, ages = _day(said.get("birth_date")), _born_between(said, on)
    any_age = (on.year - _LONGEST_AGE - 1, on.year)
    return Child(
        row=row,
        last=tuple(dict.fromkeys([*phonetics.forms(last), *phonetics.forms(usual)])),
        first=tuple(dict.fromkeys(firsts)),
        main_last="".join(phonetics.core(phonetics.words(last or usual))),
        main_first=(phonetics.words(first or called) or ("",))[0],
        birth=birth,
        ages=ages,
        sex=sex,
        born=(birth.year, birth.year) if birth else ages or any_age,
    )


def _day(said: Any) -> date | None:
    return date.fromisoformat(said) if isinstance(said, str) else said


def _born_between(said: Mapping[str, Any], on: date) -> tuple[int, int] | None:
    least, most = said.get("age_estimated_min"), said.get("age_estimated_max")
    if least is None and most is None:
        return None
    return on.year - (most if most is not None else _LONGEST_AGE) - 1, on.year - (least or 0)


def _contacts(part: str, said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    contact_class = {
        "holders": OF_HOLDERS,
        "third_parties": OF_THIRD_PARTIES,
        "digital_traces": OF_TRACES,
    }.get(part)
    if contact_class is None:
        return
    if number := phone(said.get("phone") or ""):
        yield contact_class, number
    if handle := "".join(phonetics.words(said.get("handle") or "")):
        yield contact_class, f"@{handle}"


def phone(said: str) -> str:
    """Return a number in its international digits, French where it begins with a single nought; "" if it is none."""
    digits = "".join(sign for sign in said if sign.isascii() and sign.isdigit())
    if digits.startswith("00"):
        digits = digits[2:]
    elif digits.startswith("0"):
        digits = _FRENCH + digits[1:]
    if digits.startswith(f"{_FRENCH}0"):  # +33 (0)6 …
        digits = _FRENCH + digits[len(_FRENCH) + 1 :]
    return digits if len(digits) >= _SHORTEST else ""
