"""Whose data each field of each model holds, and why it may be hidden from who asks for a copy (domain.md §7.5, AR5).

The collector reads nothing but what is declared here, and a field that nobody declared fails a test
(``tests/referrals/access_requests/test_declarations.py``): a new one can neither be forgotten in a copy nor slip into
one. A model that holds nothing of a case, or nothing that is ever copied, is declared whole, with the reason.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from django.db import models

from referrals.access_requests.declarations.form import FORM
from referrals.access_requests.declarations.kinds import Declared, Held, Whose
from referrals.access_requests.declarations.procedure import PROCEDURE
from referrals.access_requests.declarations.record import ELSEWHERE, RECORD

__all__ = ["DECLARED", "Declared", "Held", "Whose", "of", "undeclared"]

#: By ``app.Model``, in the order in which a copy shows them.
DECLARED: Final[Mapping[str, Declared]] = {**FORM, **PROCEDURE, **RECORD, **ELSEWHERE}


def of(model: type[models.Model]) -> Declared:
    """Return what is declared of a model.

    Raises:
        KeyError: nothing is.
    """
    return DECLARED[label_of(model)]


def label_of(model: type[models.Model]) -> str:
    """Return ``app.Model``."""
    return f"{model._meta.app_label}.{model.__name__}"


def undeclared(tables: Iterable[type[models.Model]]) -> list[str]:
    """Return what of some models isn't declared, or is declared and isn't there: models and fields by name."""
    lacking = []
    for model in tables:
        label = label_of(model)
        declared = DECLARED.get(label)
        if declared is None:
            lacking.append(label)
        elif not declared.reason or declared.fields:
            there = {field.name for field in (*model._meta.concrete_fields, *model._meta.local_many_to_many)}
            lacking += sorted(f"{label}.{name}" for name in there ^ declared.fields.keys())
    return lacking
