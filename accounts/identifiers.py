"""Identifiers that come from outside: e-mail addresses, and the numbers of French registers.

Each function validates one kind. A number that can't exist is refused here, so that a typing error
is seen when it is made and not by whoever writes to the wrong institution a year later.
"""

import re
import unicodedata
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

_UAI_LETTERS: Final = "ABCDEFGHJKLMNPRSTUVWXYZ"  # 23 letters: neither I, O nor Q
_LA_POSTE: Final = "356000000"
_NOT_EMAIL: Final = "Adresse électronique invalide."
_WRONG: Final = "Numéro invalide : vérifiez la saisie."


def normalised_email(address: str) -> str:
    """Return the one spelling under which an address is stored and looked up: NFC, lower case, ASCII domain.

    Raises:
        ValidationError: it isn't an address, or its local part isn't ASCII.
    """
    local, at, domain = unicodedata.normalize("NFC", address).strip().rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii") if domain else ""
    except UnicodeError as error:
        raise ValidationError(_NOT_EMAIL, code="invalid") from error
    found = f"{local}{at}{ascii_domain}".lower()
    try:
        validate_email(found)
    except ValidationError as error:
        raise ValidationError(_NOT_EMAIL, code="invalid") from error
    return found


def sought_email(address: str) -> str:
    """Return the spelling under which an address is looked up; empty for what is none, which no account has.

    Whoever types what is no address is answered, and counted, like whoever types one that nobody has (SEC-AU2).
    """
    try:
        return normalised_email(address)
    except ValidationError:
        return ""


def validate_phone(number: str) -> None:
    """Refuse a number that isn't in international form: ``+33612345678`` (ITU-T E.164).

    Raises:
        ValidationError: wrong shape.
    """
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", number):
        raise ValidationError(_WRONG, code="invalid")


def _luhn(digits: str) -> bool:
    """Tell whether the last digit is the Luhn check digit of the others (ISO/IEC 7812-1 annex B)."""
    doubled = [int(d) * 2 if i % 2 else int(d) for i, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def validate_siret(number: str) -> None:
    """Refuse a SIRET (14 digits) whose check digit is wrong.

    The establishments of La Poste share one SIREN and run out of Luhn numbers: their digits add up
    to a multiple of five instead.

    Raises:
        ValidationError: wrong shape or wrong check digit.
    """
    if not re.fullmatch(r"[0-9]{14}", number):
        raise ValidationError(_WRONG, code="invalid")
    if _luhn(number):
        return
    if not (number.startswith(_LA_POSTE) and sum(map(int, number)) % 5 == 0):
        raise ValidationError(_WRONG, code="invalid")


def validate_uai(number: str) -> None:
    """Refuse a UAI (school number: seven digits and a letter) whose letter isn't the digits modulo 23.

    Raises:
        ValidationError: wrong shape or wrong letter.
    """
    if not re.fullmatch(r"[0-9]{7}[A-Z]", number) or _UAI_LETTERS[int(number[:7]) % 23] != number[7]:
        raise ValidationError(_WRONG, code="invalid")


def validate_finess(number: str) -> None:
    """Refuse a FINESS number (nine characters) whose check digit is wrong.

    Corsican numbers hold a letter (2A, 2B), for which no rule is published: their shape alone is checked.

    Raises:
        ValidationError: wrong shape or wrong check digit.
    """
    if re.fullmatch(r"2[AB][0-9]{7}", number):
        return
    if not re.fullmatch(r"[0-9]{9}", number) or not _luhn(number):
        raise ValidationError(_WRONG, code="invalid")
