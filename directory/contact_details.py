"""Tells whether a text that a service sends holds a way to reach somebody: an editor checks it first (field.md A.8)."""

import re
import unicodedata
from typing import Final

#: Times of day, which in hours aren't the digits of a number that one calls.
_TIME: Final = re.compile(r"(?<![\d:])(?:[01]?\d|2[0-4])\s?[:hH]\s?[0-5]\d(?!:?\d)")
#: Six digits or more, whatever short signs stand between them; an address of mail or of a page.
_DETAILS: Final = re.compile(
    r"\d(?:[\W_]{0,3}\d){5}|@|://|\bwww\b|\barobase\b|\(at\)|\[at\]|\w\.(?:com|eu|fr|info|net|org)\b",
    re.IGNORECASE,
)


def has_contact_details(text: str, *, is_hours: bool = False) -> bool:
    """Tell whether a text holds a number to call or an address to write to, however it is spelled in signs."""
    plain = unicodedata.normalize("NFKC", text)
    return bool(_DETAILS.search(_TIME.sub(" h ", plain) if is_hours else plain))
