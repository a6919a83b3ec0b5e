"""Passwords: normalisation, length limits before any hash, and the rules of the settings."""

import re
import unicodedata
from typing import Final

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, check_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts import leaked
from accounts.errors import InvalidInput
from accounts.models import User

#: Words that whoever guesses here tries first, without accents; docs/asvs.md lists them.
CONTEXT_WORDS: Final = (
    "repere",
    "crip",
    "snated",
    "119",
    "ase",
    "pmi",
    "odpe",
    "informations",
    "information",
    "preoccupante",
    "transmission",
    "signalement",
    "evaluation",
    "protection",
    "enfance",
    "enfants",
    "enfant",
    "mineurs",
    "mineur",
    "danger",
    "departement",
    "conseil",
    "social",
    "prostitution",
    "motdepasse",
    "password",
)
#: So many characters a password has beside them.
BESIDE_MIN: Final = 8
_COMMON: Final = "password_too_common"  # Django's own code, of its own list
#: What is said of a fault of the settings' rules; of the others that the password isn't accepted.
_CODES: Final = {"password_too_short": "too-short", _COMMON: "known-password"}


class ContextWords:
    """Refuse a password that is hardly more than words of our trade (SEC-AU3)."""

    def validate(self, password: str, user: User | None = None) -> None:  # noqa: ARG002 - Django's signature
        """Raise Django's own error where too little is left without these words."""
        plain = leaked.plain(password)
        beside = re.sub("|".join(CONTEXT_WORDS), "", plain)
        if beside != plain and len(beside) < BESIDE_MIN:
            raise ValidationError("", code="password_context")

    def get_help_text(self) -> str:
        """Return nothing: pages say what they ask for."""
        return ""


class LeakedPasswords:
    """Refuse a password that many have chosen, or that was stolen elsewhere (SEC-AU3)."""

    def validate(self, password: str, user: User | None = None) -> None:  # noqa: ARG002 - Django's signature
        """Raise Django's own error where it is on one of the lists."""
        if leaked.is_leaked(password):
            raise ValidationError("", code=_COMMON)

    def get_help_text(self) -> str:
        """Return nothing: pages say what they ask for."""
        return ""


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
    """Refuse a password that is too short, too long, known elsewhere or too close to the person.

    Raises:
        InvalidInput: names the field, and one reason.
    """
    if len(password) > settings.PASSWORD_LENGTH_MAX:
        raise InvalidInput({"password": ["too-long"]})
    try:
        validate_password(spelled(password), user)
    except ValidationError as error:
        codes = {_CODES.get(fault.code or "", "invalid") for fault in error.error_list}
        first = next(code for code in (*_CODES.values(), "invalid") if code in codes)
        raise InvalidInput({"password": [first]}) from error
