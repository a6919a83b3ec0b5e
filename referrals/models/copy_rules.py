"""Whose data a field holds, and when it is withheld from who asks for a copy (RGPD art. 15; domain.md §7.5, AR5).

A field says so where it is defined (``clear`` and ``sealed`` in ``fields.py``), a model by ``copied``, of whom its rows
are, or by ``not_copied``, why nothing of it is ever copied. The collector reads nothing but what is declared, and the
system check below fails for the rest: a new field can neither be forgotten in a copy nor slip into one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Self

from django.apps import apps
from django.core import checks
from django.db import models

from referrals.vocabulary.access_requests import Subject, Withheld

#: Why an access request is in no copy.
REQUEST: Final = "a request and how it was answered: its requester has the answer, nobody else learns of it"
#: Why nothing of the models of other apps is copied. They hold nothing of a case: none relates to a model of this app.
ELSEWHERE: Final[Mapping[str, str]] = {
    "accounts": "an account or a right of an agent, told by the account's own pages; how the service is set up",
    "outbox": "notices hold no name and no fact (domain.md §2.8 no. 7)",
    "encryption": "wrapped keys",
    "audit": "the list of readers is made of the journal (readers.py), its rows are never copied",
    "directory": "the directory of resources knows of no case",
    "contenttypes": "how the service is set up",
    "auth": "how the service is set up",
    "guardian": "rights on cases stand in ReferralUserObjectPermission",
}


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


@dataclass(frozen=True, slots=True)
class Withholding:
    """The reasons for which a field may be hidden, and why it is at once in the copy of a child, of a holder."""

    codes: frozenset[Withheld] = frozenset()
    from_child: Withheld | None = None
    from_holder: Withheld | None = None

    def at_once(self, *, holder: Withheld, child: Withheld | None = None) -> "Withholding":
        codes = self.codes | {holder} | ({child} if child is not None else set())
        return Withholding(codes, child, holder)


@dataclass(frozen=True, slots=True)
class FieldRule:
    """Whose data a field holds, and when it is withheld.

    ``alone``: it counts all children of a case together, so it is copied only where the case has no child beside those
    asked for.
    """

    subjects: frozenset[Subject]
    withhold: frozenset[Withheld] = frozenset()
    from_child: Withheld | None = None
    from_holder: Withheld | None = None
    alone: bool = False

    @classmethod
    def taken_from(cls, options: dict[str, Any]) -> Self | None:
        """Take a declaration out of the options of a field; None: nobody declared whose data it holds.

        ``subject``: a ``Subject`` or several; ``withhold``: a reason, several, or a ``Withholding``; ``alone``.
        """
        subject: Subject | tuple[Subject, ...] | None = options.pop("subject", None)
        withhold: Withheld | tuple[Withheld, ...] | Withholding = options.pop("withhold", ())
        alone = options.pop("alone", False)
        if subject is None:
            return None
        subjects = frozenset(subject if isinstance(subject, tuple) else (subject,))
        if not isinstance(withhold, Withholding):
            withhold = Withholding(frozenset(withhold if isinstance(withhold, tuple) else (withhold,)))
        return cls(subjects, withhold.codes, withhold.from_child, withhold.from_holder, alone)


@dataclass(frozen=True, slots=True)
class RowRule:
    """Of whom a row is. ``link``: see ``Whose``; ``on``: the field whose day is the row's, else the case's receipt.

    ``staff``: the fields that name an account, whose own entry the row is. ``of_filer``: the field that is empty where
    the filer wrote the row.
    """

    whose: Whose = Whose.CASE
    link: str = ""
    on: str = ""
    staff: tuple[str, ...] = ()
    of_filer: str = ""


CHILD, HOLDER, FILER = Subject.CHILD, Subject.HOLDER, Subject.FILER
THIRD, STAFF, NOBODY = Subject.THIRD_PARTY, Subject.STAFF, Subject.NOBODY

#: What a text about a child may have to hide, whoever wrote it.
TEXT: Final = Withholding(frozenset(Withheld) - {Withheld.JUDICIAL, Withheld.MEDICAL})
ANY_TEXT: Final = Withholding(frozenset(Withheld))
#: Texts that a holder isn't given unread: somebody decides first.
JUDICIAL_TEXT: Final = TEXT.at_once(holder=Withheld.JUDICIAL)
MEDICAL_TEXT: Final = TEXT.at_once(holder=Withheld.MEDICAL)
INQUIRY_TEXT: Final = TEXT.at_once(holder=Withheld.INQUIRY)
#: Where a child is, and how it is reached, is never told to a holder by this way (domain.md §4.1, §7.5).
SAFETY_TEXT: Final = TEXT.at_once(holder=Withheld.SAFETY)
#: What a child said: whether it is against its interest that a holder reads it a person says.
INTEREST_TEXT: Final = TEXT.at_once(holder=Withheld.CHILD_INTEREST)
COURT_PAPERS: Final = Withholding(TEXT.codes | {Withheld.JUDICIAL}).at_once(holder=Withheld.CHILD_INTEREST)
FOREIGN_TEXT: Final = TEXT.at_once(holder=Withheld.THIRD_PARTY)
#: A handle may be the child's own or that of who sells it: nobody tells by the row alone.
TRACE: Final = TEXT.at_once(holder=Withheld.THIRD_PARTY, child=Withheld.THIRD_PARTY)
JUDICIAL: Final = Withholding().at_once(holder=Withheld.JUDICIAL)
INTEREST: Final = Withholding().at_once(holder=Withheld.CHILD_INTEREST)
PLACE: Final = Withholding().at_once(holder=Withheld.SAFETY)
#: It tells where an exploiter or an implicated parent lives or works, and what is kept from them.
EXPLOITER: Final = Withholding(frozenset({Withheld.THIRD_PARTY})).at_once(holder=Withheld.SAFETY)
#: Where the child lives apart from this holder: the collector decides by the addresses of the row.
HOME: Final = Withheld.SAFETY
PRIVATE: Final = Withheld.THIRD_PARTY
#: As what, and by whom, a third party is mentioned.
MENTION: Final = (Withheld.THIRD_PARTY, Withheld.INQUIRY, Withheld.OTHER_CHILD)


def row_rule(model: type[models.Model]) -> RowRule | None:
    """Return what a model itself declares, not one that it inherits from; None: nothing of it is copied."""
    rule: RowRule | None = vars(model).get("copied")
    return rule


def field_rules(model: type[models.Model]) -> dict[str, FieldRule]:
    """Return the declared fields of a model by name; one that nobody declared is in no copy."""
    fields: tuple[Any, ...] = (*model._meta.concrete_fields, *model._meta.local_many_to_many)
    return {field.name: field.copied for field in fields if getattr(field, "copied", None) is not None}


def undeclared(model: type[models.Model]) -> list[str]:
    """Return what of a model is not declared: its fields by name, or the model itself."""
    label = model._meta.label
    fields: tuple[Any, ...] = (*model._meta.concrete_fields, *model._meta.local_many_to_many)
    if model._meta.app_label != "referrals":
        related = (field.related_model for field in fields if field.is_relation)
        return [label] if any(one._meta.app_label == "referrals" for one in related) else []
    # The pairs of a relation are told by the relation itself.
    if model._meta.auto_created or vars(model).get("not_copied"):
        return []
    if row_rule(model) is None:
        return [label]
    return sorted(f"{label}.{name}" for name in {one.name for one in fields} - field_rules(model).keys())


def check_copy_rules(**_: object) -> list[checks.CheckMessage]:
    """Check that each field of a case says whose data it holds, and that no other app has data of a case."""
    names = [name for model in apps.get_models(include_auto_created=True) for name in undeclared(model)]
    return [checks.Error(f"{name}: nobody declared whose data it is.", id="referrals.E001") for name in names]
