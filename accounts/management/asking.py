"""What the commands about accounts ask for: an account by its address, and a password that is never an argument."""

import getpass
import sys

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db.models import QuerySet

from accounts.identifiers import normalised_email
from accounts.models import User


def typed_password() -> str:
    """Return a password that is typed, or read from the standard input."""
    return getpass.getpass("Mot de passe : ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


def address(text: str) -> str:
    """Return an address as accounts have it.

    Raises:
        CommandError: it is none.
    """
    try:
        return normalised_email(text)
    except ValidationError as error:
        raise CommandError("Adresse électronique invalide.") from error


def account(accounts: QuerySet[User], text: str) -> User:
    """Return the one of some accounts that has an address.

    Raises:
        CommandError: it is no address, or nobody's.
    """
    user = accounts.filter(email=address(text)).first()
    if user is None:
        raise CommandError("Introuvable : compte.")
    return user
