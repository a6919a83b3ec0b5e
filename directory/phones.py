"""Spells telephone numbers one way, so that the same number typed twice is found (field.md A.8)."""

import re
from typing import Final

#: The calling codes of the French overseas, by the first four digits of a number dialled there.
_OVERSEAS: Final = {
    "0590": "590", "0690": "590", "0691": "590",
    "0594": "594", "0694": "594",
    "0596": "596", "0696": "596", "0697": "596",
    "0262": "262", "0263": "262", "0269": "262", "0639": "262", "0692": "262", "0693": "262",
    "0508": "508", "0708": "508",
}  # fmt: skip
_MAINLAND: Final = "33"
_INTERNATIONAL: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_NATIONAL: Final = re.compile(r"0[1-9][0-9]{8}")
#: Emergency and helpline numbers: 15, 119, 3018, 116000.
_SHORT: Final = re.compile(r"[1-9][0-9]{1,5}")


def normalised_phone(typed: str) -> str | None:
    """Return a number as it is stored: E.164 (``+33123456789``), or a short one; None for what is no number.

    Whoever types a French number as it is dialled gets its international form, the overseas' own calling code included.
    """
    bare = re.sub(r"[\s.\-()/\u2010-\u2014]", "", typed)
    bare = "+" + bare[2:] if bare.startswith("00") else bare
    bare = re.sub(r"^\+(33|262|508|590|594|596)0", r"+\1", bare)
    if _INTERNATIONAL.fullmatch(bare) or _SHORT.fullmatch(bare):
        return bare
    if _NATIONAL.fullmatch(bare):
        return f"+{_OVERSEAS.get(bare[:4], _MAINLAND)}{bare[1:]}"
    return None
