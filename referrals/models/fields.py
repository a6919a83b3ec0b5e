"""Declaration of a case's field: who may read it, whether the form needs it, how it is stored.

``clear`` and ``sealed`` give a model field three facts beside its type: its access class (A–M of
domain.md §1.3: who may read), its need (L, P, U, O of domain.md §4: whether the form asks for it), and whose data
it holds, with the reasons to withhold it from a copy (``copy_rules.FieldRule``). No migration knows of them.
Everything else that depends on a field (masking, the form, the field matrix, the copy) is derived from here.
"""

import uuid
from collections.abc import Sequence
from typing import Any

import django_fsm
from django.db import models

from core.languages import Text
from encryption.cells import Celled, CellsField
from encryption.fields import SealedField
from referrals.models.copy_rules import CHILD, NOBODY, FieldRule
from referrals.vocabulary.states import Coded

#: Classes whose sealed values are of the critical class P4 (security.md §2).
CRITICAL = frozenset("CEK")


def _mark(field: "models.Field[Any, Any]", **marks: object) -> None:
    """Write our own marks on one of Django's fields, which declares none of them."""
    for name, value in marks.items():
        setattr(field, name, value)


def clear[F: "models.Field[Any, Any]"](field: F, access_class: str, need: str = "O", **copying: Any) -> F:
    """Declare ``field`` stored in clear, readable by those of ``access_class``, asked for as ``need``.

    ``copying``: as ``FieldRule.taken_from`` reads it.
    """
    _mark(field, access_class=access_class, need=need, copied=FieldRule.taken_from(copying))
    if copying:
        raise TypeError(f"Unknown options of a field: {', '.join(copying)}.")
    return field


def internal[F: "models.Field[Any, Any]"](field: F, access_class: str) -> F:
    """Declare ``field`` stored in clear that says nothing of a person: a key, a count, a mark of the service."""
    return clear(field, access_class, subject=NOBODY)


class CodedField(models.CharField):  # type: ignore[type-arg]
    """A text field whose choices are no part of its migration: a new code or label changes no table."""

    def deconstruct(self) -> Any:
        """Return the field as a migration writes it: a plain ``CharField``."""
        name, _, args, kwargs = super().deconstruct()
        kwargs.pop("choices", None)
        return name, "django.db.models.CharField", args, kwargs


def coded(
    choices: type[models.TextChoices],
    access_class: str,
    need: str = "O",
    *,
    among: Sequence[tuple[str, Text]] = (),
    **options: Any,
) -> "models.CharField[Any, Any]":
    """Declare one code out of ``choices``, in clear; ``among``: the pairs of those that may stand there, if not all."""
    size = max(len(value) for value in choices.values)
    rule = FieldRule.taken_from(options)
    field = CodedField(max_length=max(size, 20), choices=among or choices.choices, **options)
    _mark(field, access_class=access_class, need=need, codes=choices, copied=rule)
    return field


def answer(
    choices: type[models.TextChoices], access_class: str, need: str = "O", **options: Any
) -> "models.CharField[Any, Any]":
    """Declare a code that the filer may leave open; the empty text is no answer."""
    return coded(choices, access_class, need, blank=True, default="", **options)


def code_list(
    choices: type[Coded], access_class: str, need: str = "O", **copying: Any
) -> "models.JSONField[Any, Any]":
    """Declare a list of codes out of ``choices``, in clear, empty until answered."""
    field: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    _mark(field, codes=choices)
    return clear(field, access_class, need, **copying)


def not_known(items: Sequence[str]) -> "models.JSONField[Any, Any]":
    """Declare the list of ``items`` that are said to be not known: names of fields, in clear."""
    field: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    _mark(field, items=items)
    return clear(field, "A", subject=CHILD)


def sealed(
    label: str, access_class: str, need: str = "O", *, codes: type[Coded] | None = None, **options: Any
) -> SealedField:
    """Declare a sealed value under its frozen ``label`` (``model.field``)."""
    critical = options.pop("critical", access_class in CRITICAL)
    rule = FieldRule.taken_from(options)
    field = SealedField(
        label=label,
        access_class=access_class,
        security_class="P4" if critical else "P3",
        key="filer" if access_class == "C" else "case",
        null=True,
        blank=True,
        default=None,
        **options,
    )
    _mark(field, need=need, codes=codes, copied=rule)
    return field


class _StateField(django_fsm.FSMField):
    """The column of a state; plain text to migrations, for django-fsm would listen to each of the models they make."""

    def deconstruct(self) -> Any:
        """Return name, class and arguments as of a column of text."""
        name, _, positional, keywords = super().deconstruct()
        keywords.pop("protected", None)
        return name, "django.db.models.CharField", positional, keywords


def state_field(states: type[Coded], first: Coded, access_class: str, **copying: Any) -> django_fsm.FSMField:
    """Return the column of a machine's state: only declared steps move it, and its class says who may read it."""
    field = _StateField(default=first, choices=states.choices, protected=True, max_length=20)
    return clear(field, access_class, **copying)


class SealedRow(Celled):
    """A row with sealed values, of which ``cells`` tells that the service wrote them (SEC-CR21)."""

    cells = internal(CellsField(), "A")

    class Meta:
        """Shared by all such rows; no table of its own."""

        abstract = True


def named_children() -> "models.JSONField[Any, Any]":
    """Declare the children of the case whom a row is about, ids as text; empty: the whole case (SEC-AZ20)."""
    nobody = models.Value([], models.JSONField())
    return internal(models.JSONField(default=list, db_default=nobody, blank=True), "A")


def row_id() -> "models.UUIDField[Any, Any]":
    """Declare a random row id; it is known before the row is saved, so that seals can bind it."""
    return internal(models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False), "A")


def of_referral(name: str, access_class: str = "A") -> "models.ForeignKey[Any, Any]":
    """Declare the link of a part to its referral, with ``name`` as the way back."""
    return clear(
        models.ForeignKey("referrals.Referral", models.PROTECT, related_name=name),
        access_class,
        subject=NOBODY,
    )
