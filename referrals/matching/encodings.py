"""Keyed hashes that compare the people of a case with the declared ties of staff (SEC-CR16).

They are whole values, 63 bits: those of a case are made when it is opened anyway, and discarded; those of a tie are
stored. Two persons are equal if they share a pair of names, close to the letter; where both have a date of birth, the
dates must agree, and the names need only sound alike. A telephone number is compared as it is.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from encryption import index
from referrals.matching import identity, relatives
from referrals.matching.identity import Family
from referrals.matching.relatives import Person

#: Another way to read a name asks for another version, and for values made anew (``work``).
VERSION: Final = 1
_PURPOSE: Final = "kin"
_ANY, _UNDATED, _DATED, _PHONE = "any", "undated", "dated", "phone"


def of_family(family: Family) -> frozenset[int]:
    """Return the values of everybody whom a case names.

    Raises:
        KeysUnavailable: the key store or the provider doesn't answer.
    """
    numbers = {f"{_PHONE}\x1e{value}" for _, _, value in family.contacts if not value.startswith("@")}
    return of_people(family.people.values()) | _keyed(numbers)


def of_people(people: Iterable[Person]) -> frozenset[int]:
    """Return the values of some people of a case. Raises: as ``of_family``."""
    return _keyed({text for person in people for text in _of_person(person)})


def of_tie(person: Person, phone: str) -> frozenset[int]:
    """Return the values of somebody to whom a member of staff is tied; "" is no number. Raises: as ``of_family``."""
    texts: list[str] = []
    if person.birth is None:
        texts += [f"{_ANY}\x1e{pair}" for pair in relatives.close(person)]
    else:
        texts += [f"{_UNDATED}\x1e{pair}" for pair in relatives.close(person)]
        texts += _dated(person)
    return _keyed([*texts, *_phones(phone)])


def of_own(name: str, phone: str) -> frozenset[int]:
    """Return the values of a member's own name and number. Raises: as ``of_family``."""
    return _keyed(
        [*(f"{_ANY}\x1e{pair}" for pair in relatives.close(relatives.of_whole(name))), *_phones(phone)]
    )


def mark_of_own(name: str, phone: str) -> bytes:
    """Return what changes when a name, a number or the way to read them does."""
    return index.keyed("kin.own", f"{VERSION}\x1e{name}\x1e{phone}".encode())


def _of_person(person: Person) -> Iterator[str]:
    for pair in relatives.close(person):
        yield f"{_ANY}\x1e{pair}"
        if person.birth is None:
            yield f"{_UNDATED}\x1e{pair}"
    if person.birth is not None:
        yield from _dated(person)


def _dated(person: Person) -> list[str]:
    day = relatives.day(person.birth) if person.birth is not None else ""
    return [f"{_DATED}\x1e{day}\x1e{pair}" for pair in relatives.coarse(person)]


def _phones(phone: str) -> list[str]:
    number = identity.phone(phone)
    return [f"{_PHONE}\x1e{number}"] if number else []


def _keyed(said: Iterable[str]) -> frozenset[int]:
    return frozenset(
        int.from_bytes(index.keyed(_PURPOSE, f"{VERSION}\x1e{one}".encode())[:8]) >> 1 for one in said
    )
