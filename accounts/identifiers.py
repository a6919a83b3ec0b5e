"""Validates external identifiers: e-mail addresses, the numbers of French registers, names.

Each function validates one kind. An impossible number is refused here, so that a typing error is found when it is made
and not a year later, when somebody writes to the wrong institution. The SIRET is python-stdnum's, which knows La
Poste's exception. That library (2.2) has neither the UAI nor the FINESS: this module has their rules.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from stdnum import luhn
from stdnum.fr import siret

_UAI_LETTERS: Final = "ABCDEFGHJKLMNPRSTUVWXYZ"  # 23 letters: neither I, O nor Q
_NOT_EMAIL: Final = "Adresse électronique invalide."
_WRONG: Final = "Numéro invalide : vérifiez la saisie."


def normalised_email(address: str) -> str:
    """Return the one spelling under which an address is stored and looked up: NFC, lower case, ASCII domain."""
    local, at, domain = unicodedata.normalize("NFC", address).strip().rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii") if domain else ""
    except UnicodeError as error:
        raise ValidationError(_NOT_EMAIL, code="invalid") from error
    normalised = f"{local}{at}{ascii_domain}".lower()
    try:
        validate_email(normalised)
    except ValidationError as error:
        raise ValidationError(_NOT_EMAIL, code="invalid") from error
    return normalised


def sought_email(address: str) -> str:
    """Return the spelling under which an address is looked up; empty for what is none, which no account has.

    Whoever types what is no address is answered, and counted, like whoever types one that nobody has (SEC-AU2).
    """
    try:
        return normalised_email(address)
    except ValidationError:
        return ""


def typed_phone(typed: str) -> str:
    """Return a number as it was typed in international form: a French one may begin with 0, and have spaces."""
    bare = re.sub(r"[\s.\-()\u00a0\u202f]", "", typed)
    return re.sub(r"^0(?=[1-9][0-9]{8}$)", "+33", re.sub(r"^00", "+", bare))


def validate_phone(number: str) -> None:
    """Refuse a number that isn't in international form: ``+33612345678`` (ITU-T E.164)."""
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", number):
        raise ValidationError(_WRONG, code="invalid")


def bare_number(typed: str) -> str:
    """Return a number of a register as it is stored: capitals, without blanks, points and hyphens."""
    return re.sub(r"[\s.\-\u2010-\u2014]", "", typed).upper()


def validate_siret(number: str) -> None:
    """Refuse a SIRET (14 digits) whose check digits are wrong: its own, or those of the SIREN in it."""
    if not re.fullmatch(r"[0-9]{14}", number) or not siret.is_valid(number):
        raise ValidationError(_WRONG, code="invalid")


def validate_uai(number: str) -> None:
    """Refuse a UAI (school number: seven digits and a letter) whose letter isn't the digits modulo 23."""
    if not re.fullmatch(r"[0-9]{7}[A-Z]", number) or _UAI_LETTERS[int(number[:7]) % 23] != number[7]:
        raise ValidationError(_WRONG, code="invalid")


def validate_finess(number: str) -> None:
    """Refuse a FINESS number (nine characters) whose check digit is wrong.

    Corsican numbers hold a letter (2A, 2B), for which no rule is published: their shape alone is checked.
    """
    if re.fullmatch(r"2[AB][0-9]{7}", number):
        return
    if not re.fullmatch(r"[0-9]{9}", number) or not luhn.is_valid(number):
        raise ValidationError(_WRONG, code="invalid")


#: The registers in which an institution may have a number, with the rule of each.
REGISTERS: Final[Mapping[str, Callable[[str], None]]] = MappingProxyType(
    {"siret": validate_siret, "uai": validate_uai, "finess": validate_finess}
)


def register_of(number: str) -> str:
    """Return the register to which a number as it is stored belongs: their shapes differ."""
    for register, validate in REGISTERS.items():
        try:
            validate(number)
        except ValidationError:
            continue
        return register
    raise ValidationError(_WRONG, code="invalid")


#: What stands in a person's name beside letters, and of how many words it is at most.
PERSON: Final = (" '’-.", 6)


def is_name(name: str, *, also: str, words: int) -> bool:
    """Tell whether a text is a name: of so many words at most, letters, and the signs ``also``."""
    signs = all(sign.isalpha() or unicodedata.combining(sign) or sign in also for sign in name)
    return signs and len(name.split()) <= words and any(sign.isalpha() for sign in name)
