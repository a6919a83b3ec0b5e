"""Keyset pagination with an encrypted cursor: a list continues after the last line shown, wherever that line now is.

The cursor holds the sort values of that line, which the reader may not know (SEC-AZ19): it is encrypted under a key of
its own, bound to the list and to the reader it was issued for, and as long as the longest that the columns of its list
could give (SEC-IN3). Unlike DRF's cursor it loses no line where thousands share a sort value (statutory dates do).
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, cast
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.db.models.query import ModelIterable

from core.query import InvalidQuery
from encryption import bearer, index
from encryption.authentic import CheckedRows
from encryption.errors import Unreadable

_PURPOSE: Final = "cursor"
#: How many bytes a value of a column takes at most, spelled; of a text four for each character that it may have.
_SIZES: "Final[tuple[tuple[type[models.Field[Any, Any]], int], ...]]" = (
    (models.BooleanField, 5),
    (models.IntegerField, 20),
    (models.DateTimeField, 32),
    (models.DateField, 10),
    (models.UUIDField, 36),
)
_CHARACTER: Final = 4
#: What JSON puts around a value with its type.
_AROUND: Final = len('["x",""],')
#: To whom cursors are given, and from whom they are taken: one account, whatever session or token it came by.
_reader: ContextVar[UUID | None] = ContextVar("reader", default=None)
_TYPES: Final[tuple[tuple[str, type, Callable[[Any], Any], Callable[[Any], Any]], ...]] = (
    ("b", bool, bool, bool),
    ("i", int, int, int),
    ("s", str, str, str),
    ("t", datetime, datetime.isoformat, datetime.fromisoformat),
    ("d", date, date.isoformat, date.fromisoformat),
    ("u", UUID, str, UUID),
)


@dataclass(frozen=True, slots=True)
class Page:
    """Lines of a list, and the cursor of the next page; None at the end."""

    items: list[Any]
    next: str | None


@dataclass(frozen=True, slots=True)
class _Key:
    """One sort key: a field or annotation, its direction, and whether it may be null (nulls come last).

    ``size``: how many bytes its longest value takes in a cursor.
    """

    name: str
    descending: bool
    nullable: bool
    size: int

    def ordering(self) -> OrderBy:
        last = True if self.nullable else None
        return F(self.name).desc(nulls_last=last) if self.descending else F(self.name).asc(nulls_last=last)

    def equal(self, value: object) -> Q:
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})

    def beyond(self, value: object, *, or_equal: bool = False) -> Q | None:
        """Return the condition of the lines after ``value``; None when there can be none."""
        if value is None:
            return self.equal(None) if or_equal else None
        lookup = ("lt" if self.descending else "gt") + ("e" if or_equal else "")
        condition = Q(**{f"{self.name}__{lookup}": value})
        return condition | self.equal(None) if self.nullable else condition


@contextmanager
def read_by(user_id: UUID | None) -> Iterator[None]:
    """Bind the cursors of the lists that are read inside the block to an account."""
    token = _reader.set(user_id)
    try:
        yield
    finally:
        _reader.reset(token)


def page_of(
    queryset: QuerySet[Any, Any],
    *,
    limit: int,
    order: Sequence[str] = ("-at", "-id"),
    cursor: str | None = None,
    bound_to: str = "",
) -> Page:
    """Return one page of ``queryset`` in ``order``, by one query; shorter by the rows that fail (SEC-AZ22).

    ``order`` names fields or annotations, ``-`` for descending, and ends with the primary key; directions may
    be mixed, nulls come last either way. ``bound_to`` says which list this is, filters included, so that
    a cursor of another list is refused.
    """
    keys, context = _keys(queryset, order), _context(queryset.model, order, bound_to)
    if cursor is not None:
        queryset = queryset.filter(_after(keys, _read(cursor, context, len(keys))))
    checked = queryset._iterable_class if issubclass(queryset._iterable_class, CheckedRows) else None
    fetched = list(first_rows(queryset, limit=limit, order=order))
    return _page(fetched, keys, context, limit=limit, keeps=None if checked is None else checked.keeps)


def first_rows(queryset: QuerySet[Any, Any], *, limit: int, order: Sequence[str]) -> QuerySet[Any, Any]:
    """Return the query of a page's rows and of one behind them, none of which is checked yet."""
    rows = queryset.order_by(*(key.ordering() for key in _keys(queryset, order)))[: limit + 1]
    # Rows that don't count are left out of the page, and not of what comes after it.
    if issubclass(rows._iterable_class, CheckedRows):
        rows._iterable_class = ModelIterable
    return rows


def first_page(
    fetched: list[Any],
    model: type[Model],
    *,
    limit: int,
    order: Sequence[str],
    bound_to: str,
    keeps: Callable[[Any], bool],
) -> Page:
    """Return the first page of a list, of which ``first_rows`` were fetched: as ``page_of``."""
    keys = _keys(model._base_manager.all(), order)
    return _page(fetched, keys, _context(model, order, bound_to), limit=limit, keeps=keeps)


def _page(
    fetched: list[Any],
    keys: Sequence[_Key],
    context: str,
    *,
    limit: int,
    keeps: Callable[[Any], bool] | None,
) -> Page:
    items = [row for row in fetched[:limit] if keeps is None or keeps(row)]
    if len(fetched) <= limit:
        return Page(items, None)
    last = fetched[limit - 1]
    return Page(items, _write([_value(last, key.name) for key in keys], context, _size(keys)))


def _context(model: type[Model], order: Sequence[str], bound_to: str) -> str:
    return json.dumps([model._meta.label, list(order), bound_to])


def envelope(page: Page, results: object) -> dict[str, Any]:
    """Return the body of a list's answer."""
    return {"results": results, "next": page.next}


def _keys(queryset: QuerySet[Any, Any], order: Sequence[str]) -> list[_Key]:
    keys = [_key(queryset, one) for one in order]
    if keys[-1].name not in ("pk", cast("Any", queryset.model._meta.pk).name):
        raise ValueError("The order of a keyset page ends with the primary key.")
    return keys


def _key(queryset: QuerySet[Any, Any], spelled: str) -> _Key:
    name, descending = spelled.removeprefix("-"), spelled.startswith("-")
    meta = queryset.model._meta
    try:
        field = meta.pk if name == "pk" else meta.get_field(name)
    except FieldDoesNotExist:
        annotated = queryset.query.annotations[name].output_field
        return _Key(name, descending, nullable=True, size=_size_of(annotated))  # an annotation may be null
    return _Key(name, descending, nullable=bool(getattr(field, "null", True)), size=_size_of(field))


def _size_of(field: Any) -> int:
    """Return how many bytes the longest value of a column takes.

    Raises:
        TypeError: nobody knows: the cursors of a list by it would tell by their length.
    """
    while isinstance(field, models.GeneratedField) or field.remote_field is not None:
        field = field.output_field if isinstance(field, models.GeneratedField) else field.target_field
    for kind, size in _SIZES:
        if isinstance(field, kind):
            return size
    if field.max_length is None or not isinstance(field, models.CharField):
        raise TypeError(f"A list can't be sorted by a {type(field).__name__} without bounds.")
    return int(field.max_length) * _CHARACTER


def _size(keys: Sequence[_Key]) -> int:
    return 2 + sum(key.size + _AROUND for key in keys)


def _after(keys: Sequence[_Key], values: Sequence[Any]) -> Q:
    """Return the condition of the lines behind ``values``: equal in some first keys, beyond in the next."""
    alternatives = Q(pk__in=[])
    equal = Q()
    for key, value in zip(keys, values, strict=True):
        beyond = key.beyond(value)
        if beyond is not None:
            alternatives |= equal & beyond
        equal &= key.equal(value)
    # It follows from the alternatives, but only a condition outside an OR lets an index begin at the
    # right line.
    first = keys[0].beyond(values[0], or_equal=True)
    return alternatives if first is None else first & alternatives


def _value(row: object, name: str) -> Any:
    return row[name] if isinstance(row, Mapping) else getattr(row, name)


def _write(values: Sequence[Any], context: str, size: int) -> str:
    body = json.dumps([_spelled(value) for value in values], separators=(",", ":"), ensure_ascii=False)
    # Blanks at the end, which a reader of JSON passes over: what is encrypted must not tell by its length.
    plain = body.encode().ljust(size)
    return base64.urlsafe_b64encode(bearer.sealed(_secret(context), _PURPOSE, plain)).rstrip(b"=").decode()


def _read(cursor: str, context: str, expected: int) -> list[Any]:
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        body = bearer.opened(_secret(context), _PURPOSE, raw)
    except (binascii.Error, ValueError, Unreadable) as error:
        raise InvalidQuery({"cursor": "malformed"}) from error
    values = [_meant(kind, text) for kind, text in json.loads(body)]
    if len(values) != expected:
        raise InvalidQuery({"cursor": "malformed"})
    return values


def _secret(context: str) -> bytes:
    """Return the secret that opens the cursors of one list of one reader."""
    return index.keyed(_PURPOSE, json.dumps([str(_reader.get()), context]).encode())


def _spelled(value: object) -> list[Any]:
    if value is None:
        return ["n", None]
    for kind, of, spell, _ in _TYPES:
        if isinstance(value, of):
            return [kind, spell(value)]
    raise TypeError(f"A list can't be sorted by a {type(value).__name__}.")


def _meant(kind: str, text: object) -> Any:
    return None if kind == "n" else next(read for code, _, _, read in _TYPES if code == kind)(text)
