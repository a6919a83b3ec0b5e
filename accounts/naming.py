"""Resolves ids of a body or an address to rows."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Manager, Model, QuerySet

from accounts.errors import InvalidInput, NotVisible
from accounts.identifiers import normalised_email
from accounts.models import User


def named[M: Model](field: str, rows: QuerySet[M] | Manager[M], pk: UUID) -> M:
    """Return the row that a field of the body names.

    Raises:
        InvalidInput: none among ``rows``; whether it exists elsewhere isn't said.
    """
    row = rows.filter(pk=pk).first()
    if row is None:
        raise InvalidInput({field: ["not-a-choice"]})
    return row


def named_or_none[M: Model](field: str, rows: QuerySet[M] | Manager[M], pk: UUID | None) -> M | None:
    """Return the row that a field of the body names, if it names one.

    Raises:
        InvalidInput: it names one that isn't among ``rows``.
    """
    return None if pk is None else named(field, rows, pk)


def visible[M: Model](rows: QuerySet[M] | Manager[M], pk: UUID) -> M:
    """Return the row of an address."""
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotVisible
    return row


def account(email: str) -> User:
    """Return the account of an address that a body names.

    Raises:
        InvalidInput: it isn't an address, or nobody has it.
    """
    try:
        user = User.objects.filter(email=normalised_email(email)).first()
    except ValidationError as error:
        raise InvalidInput({"email": ["invalid"]}) from error
    if user is None:
        raise InvalidInput({"email": ["not-a-choice"]})
    return user
