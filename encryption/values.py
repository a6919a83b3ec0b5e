"""Serialisation of the value inside a sealed field: one encoding for each value.

The first byte says which: ``T``, the text itself in UTF-8; ``J``, any other value as canonical JSON (sorted keys, no
white space); ``K``, the key of a sealed object, which comes out as a handle. Text isn't spelled as JSON because
escaping and unescaping it would cost as much as sealing it. A sealed value reads back identical, of the same type; one
that wouldn't (a tuple, a date object, a key that isn't text) is refused at sealing.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from json import JSONDecoder, JSONEncoder
from typing import Any, Final

from encryption.errors import Unsealable
from encryption.objects import ObjectKey, bytes_of
from encryption.suites import KEY_BYTES

MAX_DEPTH: Final = 20
MAX_INTEGER: Final = 2**53 - 1  # RFC 7493 §2.2: beyond it, another JSON reader would round

# ``check_circular`` is off, because ``_is_json`` has bounded the depth before; NaN has no JSON and is refused.
_encode: Final = JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"), check_circular=False
).encode
_decode: Final = JSONDecoder().raw_decode
TEXT: Final = ord("T")
_JSON: Final = ord("J")
_KEY: Final = ord("K")
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/+-]*")


def _is_text(value: object) -> bool:
    return type(value) is str


def _is_integer(value: object) -> bool:
    # ``type`` and not ``isinstance``: ``True`` is an int, and would come back as one where a boolean was sealed.
    return type(value) is int and -MAX_INTEGER <= value <= MAX_INTEGER


def _is_code(value: object) -> bool:
    return type(value) is str and _CODE.fullmatch(value) is not None


def _is_date(value: object) -> bool:
    try:
        return type(value) is str and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_instant(value: object) -> bool:
    try:
        return type(value) is str and "T" in value and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _is_json(value: object, depth: int = 0) -> bool:
    if value is None:
        return depth > 0  # an absent value is NULL in the column, not a sealed null
    if depth > MAX_DEPTH:
        return False
    if type(value) is list:
        return all(_is_json(item, depth + 1) for item in value)
    if type(value) is dict:
        return all(type(key) is str and _is_json(item, depth + 1) for key, item in value.items())
    return type(value) in (str, bool, float) or _is_integer(value)


KINDS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "text": _is_text,
    "date": _is_date,
    "datetime": _is_instant,
    "code": _is_code,
    "json": _is_json,
    "bool": lambda value: type(value) is bool,
    "int": _is_integer,
    "key": lambda value: type(value) is ObjectKey,
}


def encoded(kind: str, value: object, max_length: int) -> bytes:
    """Return the bytes to seal.

    ``date`` and ``datetime`` are ISO 8601 text, an instant with its offset. ``max_length`` counts the
    characters of a text, and of the JSON text of anything else.

    Raises:
        Unsealable: not of this kind, too long, or not expressible in UTF-8 or JSON.
    """
    # Decided here and raised outside any handler: the foreign error would keep the plaintext.
    try:
        if kind == "text" and type(value) is str and len(value) <= max_length:  # nearly all
            return b"T" + value.encode()
        if KINDS[kind](value):
            if type(value) is ObjectKey:
                return b"K" + bytes_of(value)
            # Length is checked before encoding: a bound on characters, as the form states it.
            text = value if type(value) is str else _encode(value)
            if len(text) <= max_length:
                return (b"T" if text is value else b"J") + text.encode()
    except ValueError:  # a lone surrogate, an infinite number
        pass
    raise Unsealable


def decoded(plaintext: bytes) -> Any:
    """Return the value that ``encoded`` spelled."""
    if plaintext[0] == _KEY and len(plaintext) == 1 + KEY_BYTES:
        return ObjectKey(plaintext[1:])
    text = plaintext[1:].decode()
    if plaintext[0] == TEXT:
        return text
    # ``raw_decode`` allows bytes behind the value. They can only be our own fault, so they are refused, not ignored.
    value, end = _decode(text)
    if plaintext[0] != _JSON or end != len(text):
        raise ValueError("The bytes inside aren't of this format.")
    return value
