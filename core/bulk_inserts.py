"""Inserts of rows of several tables in one statement, whose SQL is made once for a table.

Django makes a place and a value for each column of each row, most of them empty, and a statement for each table. Here
the rows of a table go to PostgreSQL as one JSON text, which leaves out what is null.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models import AutoField, DateField, Field, JSONField, Model

from encryption.authentic import tells_of_new_rows


def insert(rows: "Sequence[Model]", *, using: str = DEFAULT_DB_ALIAS) -> None:
    """Insert rows as ``bulk_create`` would, but values alone, no expressions; on PostgreSQL by one statement for all.

    No row may need another one of them by the rules of its table (row-level security): a statement doesn't see what it
    inserts.
    """
    by_model: dict[type[Model], list[Model]] = {}
    for row in rows:
        by_model.setdefault(type(row), []).append(row)
    connection = connections[using]
    # Whoever catches an error goes on with no transaction that lacks rows.
    with transaction.mark_for_rollback_on_error(using):
        for model in list(by_model):
            if connection.vendor != "postgresql" or tells_of_new_rows(model):
                model._default_manager.using(using).bulk_create(by_model.pop(model))
        if by_model:
            *others, last = map(_statement, by_model)
            parts = ", ".join(f"t{number} AS ({one})" for number, one in enumerate(others))
            texts = [_json(model, alike) for model, alike in by_model.items()]
            with connection.cursor() as cursor:
                cursor.execute(f"WITH {parts} {last}" if parts else last, texts)
    for row in rows:
        row._state.adding, row._state.db = False, using


@cache
def _statement(model: type[Model]) -> str:
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    table, columns = (
        quote(model._meta.db_table),
        ", ".join(quote(field.column) for field, *_ in _columns(model)),
    )
    # The table's own row type says which type each member has.
    return f"INSERT INTO {table} ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{table}, %s)"  # noqa: S608 - our table


@cache
def _columns(model: type[Model]) -> tuple[tuple[Any, str, bool, bool], ...]:
    """Return field, attribute, whether the field gives its value itself, and whether that is JSON, of each column."""
    fields: Iterable[Any] = (
        field
        for field in model._meta.concrete_fields
        if not field.generated and not isinstance(field, AutoField)
    )
    return tuple(
        (field, field.attname, _is_computed(field), isinstance(field, JSONField)) for field in fields
    )


def _is_computed(field: Any) -> bool:
    if isinstance(field, DateField):
        return field.auto_now or field.auto_now_add
    return type(field).pre_save is not Field.pre_save


def _json(model: type[Model], rows: "Sequence[Model]") -> str:
    columns, lists = _columns(model), []
    for row in rows:
        values: dict[str, Any] = {}
        for field, name, computed, is_json in columns:
            value = field.pre_save(row, True) if computed else getattr(row, name)
            if value is not None:
                values[field.column] = value if is_json else field.get_prep_value(value)
        lists.append(values)
    return _encode(lists)


def _of(value: object) -> str:
    """Spell what JSON has no type for as PostgreSQL reads it."""
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return f"\\x{bytes(value).hex()}"
    raise TypeError(f"No column of a row is inserted from a {type(value).__name__}.")


_encode: Final = json.JSONEncoder(default=_of, check_circular=False, separators=(",", ":")).encode
