"""Passwords: one spelling, bounds before any hash, and the rules of the settings."""

import unicodedata

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, check_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.errors import InvalidInput
from accounts.models import User


def spelled(password: str) -> str:
    """Return the NFC spelling of a password: an accent typed on two keyboards is the same accent."""
    return unicodedata.normalize("NFC", password)


def matches(user: User | None, password: str) -> bool:
    """Tell whether a password is that of an account; for nobody the answer costs one hash all the same.

    An over-long password is refused before it is hashed, whoever it is for (SEC-AU3).
    """
    if len(password) > settings.PASSWORD_LENGTH_MAX:
        return False
    return check_password(spelled(password), user.password if user else UNUSABLE_PASSWORD_PREFIX)


def require_acceptable(password: str, user: User) -> None:
    """Refuse a password that is too short, too long, too common or too close to the person.

    Raises:
        InvalidInput: names the field; why isn't said in detail, the rules are public.
    """
    if len(password) > settings.PASSWORD_LENGTH_MAX:
        raise InvalidInput({"password": ["too-long"]})
    try:
        validate_password(spelled(password), user)
    except ValidationError as error:
        codes = [fault.code for fault in error.error_list]
        raise InvalidInput(
            {"password": ["too-short" if "password_too_short" in codes else "invalid"]}
        ) from error
