"""Fields of a row that an actor reads: those of its classes, sealed ones opened.

Everything sealed is opened inside one disclosure. A value that can't be opened (a lost key) shows as
``{"unreadable": true}`` and the rest is there (SEC-CR14). What may not be read is absent from the answer.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import models

from encryption.errors import Unreadable
from encryption.sealed import OpenScope, Sealed
from referrals.vocabulary.formats import moment

UNREADABLE: Final = {"unreadable": True}
INTERNAL: Final = frozenset(
    {
        "id",
        "referral",
        "position",
        "case_key",
        "filer_key",
        "filed_by",
        "order",
        "by",
        "service",
        "judicial_referral",
        "child",
        "assessment",
        "holder",
        "visit",
        "user",
        "type",
        "letter",
        "next_change",
        "mac",
        "cells",
    }
)


def readable(
    row: models.Model,
    classes: Iterable[str],
    scope: OpenScope,
    *,
    own_class: str = "",
    sealed: bool = True,
) -> dict[str, Any]:
    """Return the fields of a row whose class is among ``classes``, sealed ones opened; ``own_class`` overrides D.

    ``sealed``: whether what is sealed is among them; not where the row is about a child whom the reader may not see.
    """
    allowed, values = frozenset(classes), {"id": str(row.pk)}
    for field in row._meta.concrete_fields:
        access_class = getattr(field, "access_class", None)
        if field.name in INTERNAL or access_class is None or (own_class or access_class) not in allowed:
            continue
        value = getattr(row, field.attname)
        if sealed or not isinstance(value, Sealed):
            values[field.name] = opened(value, scope)
    return values


def opened(value: object, scope: OpenScope) -> Any:
    """Return a value as the answer holds it; a sealed one is opened."""
    if isinstance(value, Sealed):
        try:
            return value.open(scope)
        except Unreadable:
            return dict(UNREADABLE)
    if isinstance(value, datetime | date):
        return moment(value)
    return str(value) if isinstance(value, UUID) else value
