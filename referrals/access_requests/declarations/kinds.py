"""What a declaration says: whose data a field holds, why it may be hidden, and whose a row is (domain.md §7.5)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from referrals.vocabulary.access_requests import Subject, Withheld


class Whose(StrEnum):
    """Of whom a row is, so that rows of others are left out."""

    CASE = "case"  # of the case as a whole
    CHILD = "child"  # of the child that ``link`` names; of the whole case where it names none
    CHILDREN = "children"  # of the children whose ids are listed in ``link``; of the whole case where none is
    MANY = "many"  # of the children that ``link`` relates to
    HOLDER = "holder"  # of the holder that ``link`` names
    ADDRESSEE = (
        "addressee"  # of the holder that ``link`` names; of the children listed, if it is written to them
    )
    THIRD_PARTY = "third_party"  # of the third party that the row is about
    NOBODY = "nobody"  # of nobody: no row is ever copied


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One field: ``subjects``, whose data it holds; ``withhold``, the reasons for which it may be hidden.

    ``child`` and ``holder``: what is hidden of it at once in the copy of a child, of a holder. ``alone``: it counts
    all children of a case together, so it is copied only where the case has no child beside those asked for.
    """

    subjects: frozenset[Subject]
    withhold: frozenset[Withheld] = frozenset()
    child: Withheld | None = None
    holder: Withheld | None = None
    alone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One model. ``link``: see ``Whose``; ``on``: the field whose day is that of the row, the case's receipt otherwise.

    ``staff``: the fields that name an account, whose own entry the row is. ``of_filer``: the field that is empty where
    the filer wrote the row. ``reason``: why nothing of it is ever copied.
    """

    fields: Mapping[str, Held]
    whose: Whose = Whose.CASE
    link: str = ""
    on: str = ""
    staff: tuple[str, ...] = ()
    of_filer: str = ""
    reason: str = field(default="")


type Group = Iterator[tuple[str, Held]]

CHILD, HOLDER, FILER = Subject.CHILD, Subject.HOLDER, Subject.FILER
THIRD, STAFF, NOBODY = Subject.THIRD_PARTY, Subject.STAFF, Subject.NOBODY

#: What a text about a child may have to hide, whoever wrote it.
TEXT: Final = (
    Withheld.FILER,
    Withheld.THIRD_PARTY,
    Withheld.OTHER_CHILD,
    Withheld.OTHER_HOLDER,
    Withheld.CHILD_INTEREST,
    Withheld.SAFETY,
    Withheld.INQUIRY,
    Withheld.STAFF_NAME,
)


def held(
    names: str,
    *subjects: Subject,
    withhold: tuple[Withheld, ...] = (),
    child: Withheld | None = None,
    holder: Withheld | None = None,
    alone: bool = False,
) -> Group:
    """Declare some fields alike; ``names`` is a list with blanks between."""
    first = {code for code in (child, holder) if code is not None}
    one = Held(
        subjects=frozenset(subjects),
        withhold=frozenset(withhold) | first,
        child=child,
        holder=holder,
        alone=alone,
    )
    for name in names.split():
        yield name, one


def none(names: str = "") -> Group:
    """Declare fields that say nothing of a person: keys, counts, marks of the service."""
    return held(names, NOBODY)


#: Of each row that is a part of a case.
PART: Final = "cells id position referral"


def fields(*groups: Group) -> dict[str, Held]:
    """Return the declaration of each field.

    Raises:
        ValueError: a field is declared twice.
    """
    all_ = [one for group in groups for one in group]
    made = dict(all_)
    if len(made) != len(all_):
        raise ValueError("A field is declared twice.")
    return made


def whole(reason: str) -> Declared:
    """Declare a model that holds nothing of a case, or nothing that is ever copied, and why."""
    return Declared(fields={}, whose=Whose.NOBODY, reason=reason)
