"""How an answer writes codes, instants and reference numbers."""

from datetime import date, datetime
from typing import Any, Final

from encryption import digest
from referrals.vocabulary.states import Coded


def labelled(code: Coded) -> dict[str, Any]:
    """Return a code with its labels in both languages."""
    return {"code": str(code), "label": code.labels_by_language}


def moment(value: datetime | date | None) -> str | None:
    """Return an instant in UTC with a ``Z``, or a date, as text."""
    return None if value is None else value.isoformat().replace("+00:00", "Z")


# A reference number (``R7KD-4M2X-9QPA-W``) is unguessable and speakable: twelve characters of Crockford's base 32 (no
# I, L, O, U) hold 60 random bits; a check character over them detects a misheard or two swapped characters.
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BODY: Final = 12
GROUP: Final = 4
_LOOKALIKES: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})


def check_sign(body: str) -> str:
    """Return the check sign: the remainder of the body as a polynomial over the field of 32 elements, times x.

    Each place so weighs a different power of x, the check sign's among them: no single wrong sign and no
    two swapped ones, neighbours or not, leave it right. A sum modulo a prime below 32 would take Z for 0.
    """
    remainder = 0
    for sign in body:
        remainder = _times_x(remainder ^ ALPHABET.index(sign))
    return ALPHABET[remainder]


def _times_x(element: int) -> int:
    """Multiply by x in GF(32), whose polynomial is x⁵ + x² + 1: x has 31 different powers there."""
    shifted = element << 1
    return shifted ^ 0b100101 if shifted & 0b100000 else shifted


def random_signs(count: int) -> str:
    """Return so many random signs of the alphabet, five bits each."""
    return "".join(ALPHABET[byte & 31] for byte in digest.random_bytes(count))


def new_reference() -> str:
    """Return a fresh random reference."""
    body = random_signs(BODY)
    return grouped(body + check_sign(body))


def grouped(signs: str) -> str:
    """Return signs in groups of four, as people say them."""
    return "-".join(signs[n : n + GROUP] for n in range(0, len(signs), GROUP))


def read_reference(text: str) -> str | None:
    """Return the reference that was meant: case, hyphens and blanks don't count, O is 0, I and L are 1.

    None if it can't be one: wrong length, foreign signs, or a check sign that doesn't fit.
    """
    signs = _signs(text)
    if len(signs) != BODY + 1 or any(sign not in ALPHABET for sign in signs):
        return None
    return grouped(signs) if check_sign(signs[:-1]) == signs[-1] else None


def read_reference_part(text: str) -> str:
    """Return a part of a reference as it is shown; empty where it has fewer signs than a group, or foreign ones."""
    signs = _signs(text)
    fits = GROUP <= len(signs) <= BODY + 1 and all(sign in ALPHABET for sign in signs)
    return grouped(signs) if fits else ""


def _signs(text: str) -> str:
    return text.upper().replace("-", "").replace(" ", "").translate(_LOOKALIKES)
