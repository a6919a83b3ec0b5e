"""What the HMAC of a row is told of a value: the same of what is about to be written and of what a database gives back.

``encryption/authentic.py`` signs and checks rows by it.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from operator import attrgetter
from typing import Any, Final
from uuid import UUID


def of_list(values: Iterable[Any]) -> list[Any]:
    """Return values that ``ascii`` writes in one way only.

    Raises:
        TypeError: as ``_form_of``.
    """
    return [value if type(value) in _AS_IT_IS else _form_of(value) for value in values]


#: What the HMAC is told of a value, by its type: the same of what is about to be written and of what either database
#: gives back.
_FORMS: Final[dict[type, Callable[[Any], Any]]] = {
    UUID: attrgetter("hex"),
    datetime: lambda value: (value if value.tzinfo is UTC else value.astimezone(UTC)).isoformat(),
    date: date.isoformat,
    memoryview: bytes,
    list: of_list,
    tuple: of_list,
    dict: lambda value: of_list(sorted(value.items())),
}
# Asked by exact type: a subclass (an enumeration, SafeString) could write itself otherwise under ``ascii``.
_AS_IT_IS: Final = frozenset({str, int, bool, bytes, type(None)})


def _form_of(value: object) -> Any:
    """Return a value that ``ascii`` writes in one way only.

    Raises:
        TypeError: a type of which nothing is said, as an expression of SQL.
    """
    kind = type(value)
    if (form := _FORMS.get(kind)) is not None:
        return form(value)
    if isinstance(value, str):  # a member of an enumeration
        return str.__str__(value)
    # A type that nobody thought of must fail: ``ascii`` of an unknown object may write its address, and no row would
    # match.
    raise TypeError(f"No column that counts holds a {kind.__name__}.")


#: As long as ``isoformat`` is in UTC, without and with microseconds.
_LENGTHS: Final = frozenset({25, 32})


def _instant(text: str) -> str:
    """Return what ``_FORMS`` says of an instant, from what a database's JSON says; SQLite's bears no zone."""
    if text[10] == " ":
        return f"{text[:10]}T{text[11:]}+00:00"
    if text[-6:] == "+00:00" and len(text) in _LENGTHS:
        return text
    return datetime.fromisoformat(text).astimezone(UTC).isoformat()


#: What ``_FORMS`` says of a value that came as JSON of the database, by its column's type; others come as they are.
FORM_OF_JSON: Final[dict[str, Callable[[Any], Any]]] = {
    "UUIDField": lambda value: value.replace("-", ""),
    "DateTimeField": _instant,
    "BooleanField": bool,
}
