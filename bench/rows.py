"""Lines for COPY: a table's defaults are spelled once, and each line fills in what differs."""

import json
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import models

NULL = "\\N"


def spelled(value: Any) -> str:
    """Return a value in the text format of COPY."""
    return _SPELLED.get(type(value), _text)(value)


def _text(value: Any) -> str:
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


def _json(value: Any) -> str:
    return _text(json.dumps(value, ensure_ascii=False))


_SPELLED: dict[type, Any] = {
    type(None): lambda value: NULL,
    bool: lambda value: "t" if value else "f",
    bytes: lambda value: "\\\\x" + value.hex(),
    datetime: datetime.isoformat,
    date: date.isoformat,
    UUID: str,
    int: str,
    list: _json,
    dict: _json,
}


class Table:
    """One table: its COPY statement, and a line with the columns that differ from row to row."""

    def __init__(self, model: Any, *differing: str, **fixed: Any) -> None:
        own = [field for field in model._meta.concrete_fields if not field.generated]
        fields = [
            field for field in own if not isinstance(field, models.AutoField) or field.attname in differing
        ]
        self.name = model._meta.db_table
        self.differing = differing
        quoted = ", ".join(f'"{field.column}"' for field in fields)
        self.copy = f'COPY "{self.name}" ({quoted}) FROM STDIN'
        self._line = "\t".join(self._column(field, fixed) for field in fields) + "\n"

    def _column(self, field: "models.Field[Any, Any]", fixed: dict[str, Any]) -> str:
        from encryption.fields import SealedField  # here, for this module is imported before Django is set up

        if field.attname in self.differing:
            return f"%({field.attname})s"
        if field.attname in fixed:
            return spelled(fixed[field.attname]).replace("%", "%%")
        default = None if isinstance(field, SealedField) else field.get_default()
        return spelled(default).replace("%", "%%")

    def line(self, **values: Any) -> str:
        return self._line % {name: spelled(values[name]) for name in self.differing}

    def spelled_line(self, values: dict[str, str]) -> str:
        return self._line % values
