"""Rows that come as text with the row that was asked for, so that checking them costs no query (SEC-AZ22)."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler


class Hex(models.Func):
    function = "hex"

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **more: Any) -> Any:
        return self.as_sql(compiler, connection, template="encode(%(expressions)s, 'hex')", **more)


class AuditedRows(models.Aggregate):
    """The rows of a table that a condition in SQL found, as one text for ``MacField.any_is_authentic``.

    It comes with the row that was asked for, so that checking what the condition found costs no query.
    """

    template = "json_group_array(json_array(%(expressions)s))"

    def __init__(self, *expressions: Any, **extra: Any) -> None:
        super().__init__(*expressions, **{"output_field": models.TextField()} | extra)

    @classmethod
    def of(cls, rows: "models.QuerySet[Any]", key: str) -> models.Subquery:
        """Return the rows of a query, of those that bear the same ``key`` as the row outside."""
        columns = rows.model.mac_field().columns()
        row_as_json = cls(Hex("mac"), *(models.F(column.attname) for column in columns))
        return models.Subquery(rows.order_by().values(key).annotate(told=row_as_json).values("told"))

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **more: object) -> Any:
        template = "CAST(json_agg(json_build_array(%(expressions)s)) AS text)"
        return self.as_sql(compiler, connection, template=template, **more)
