"""Shared parts of account commands: find an account by address, prompt for a password, invite.

A password is never a command-line argument.
"""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db import transaction
from django.db.models import QuerySet

from accounts import actions
from accounts.actor import SYSTEM
from accounts.errors import AccountsError
from accounts.identifiers import normalised_email
from accounts.models import User


@contextmanager
def acting() -> Iterator[None]:
    """Act in one transaction; what an act refuses is what the command says."""
    try:
        with transaction.atomic():
            yield
    except AccountsError as error:
        raise CommandError(f"{error} {error.extra or ''}".strip()) from error


def typed_password() -> str:
    return getpass.getpass("Mot de passe : ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


def address(text: str) -> str:
    """Return an address as accounts have it."""
    try:
        return normalised_email(text)
    except ValidationError as error:
        raise CommandError("Adresse électronique invalide.") from error


def account(accounts: QuerySet[User], text: str) -> User:
    """Return the one of some accounts that has an address."""
    user = accounts.filter(email=address(text)).first()
    if user is None:
        raise CommandError("Introuvable : compte.")
    return user


def invited(user: User, *, at: datetime, show_link: bool) -> str:
    """Invite somebody to choose their own password, in the running transaction; return what the host is told."""
    try:
        if show_link:
            link, code = actions.invite_by_hand(actor=SYSTEM, at=at, user_id=user.pk)
            return (
                f"Lien, à remettre à la personne seule : {link}\nCode, à lui dire par une autre voie : {code}"
            )
        _user, code = actions.invite(actor=SYSTEM, at=at, user_id=user.pk)
    except AccountsError as error:
        raise CommandError(str(error)) from error
    return f"Un lien part par courriel. Code, à dire de vive voix : {code}"
