"""Queries whose SQL is made once, since they differ by a few values alone; and relations loaded by them.

Making the SQL of a query takes Django longer than PostgreSQL takes to answer it. A query that is asked again and again
says ``Given`` where a value differs, and is made when it is first asked. The rows are made by the class that the
queryset names: what checks rows checks these.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from copy import copy
from functools import cache
from itertools import repeat
from typing import Any, Final, override
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import BooleanField, Expression, F, Field, Func, Model, QuerySet


class Given(Expression):
    """A value that a kept query is told each time that it is asked, by name."""

    def __init__(self, name: str, output_field: "Field[Any, Any]") -> None:
        super().__init__(output_field=output_field)
        self.name = name

    @override
    def as_sql(self, *_: object, **__: object) -> Any:
        """Return its place; what stands there comes later."""
        return "%s", [self]


class _Several(Field):  # type: ignore[type-arg]  # Django's isn't generic when the module is loaded
    """Ids, bytes or whole numbers as one value of a statement: one text costs the driver less than a list."""

    @override
    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if any(isinstance(one, int) for one in value):
            listed = ",".join(map(str, value))
            return f"{{{listed}}}" if connection.vendor == "postgresql" else f"[{listed}]"
        texts = [one.hex().upper() if isinstance(one, bytes) else one.hex for one in value]
        if connection.vendor != "postgresql":
            return json.dumps(texts)
        sign = r"\\x" if any(isinstance(one, bytes) for one in value) else ""
        return f"{{{','.join(f'"{sign}{text}"' for text in texts)}}}"


#: What PostgreSQL calls the type of a column that isn't of ids.
_TYPES: Final = {"BinaryField": "bytea", "BigIntegerField": "bigint"}


class AmongGiven(Func):
    """Whether a column of ids, bytes or numbers holds one of those that are given: one SQL, however many they are."""

    output_field = BooleanField()

    def __init__(self, column: str, name: str) -> None:
        super().__init__(F(column), Given(name, _Several()))

    @override
    def as_sql(self, compiler: Any, *_: Any, template: str | None = None, **__: Any) -> Any:
        """Return the condition; what is given comes later."""
        (column, before), (given, places) = map(compiler.compile, self.source_expressions)
        kind = _TYPES.get(self.source_expressions[0].output_field.get_internal_type(), "uuid")
        if template is None:  # SQLite has no text for bytes
            template = "({column} IN (SELECT value FROM json_each({given})))"
            column = f"hex({column})" if kind == "bytea" else column
        sql = template.format(column=column, given=given, type=kind)
        return sql, [*before, *places]

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> Any:
        """Return it as PostgreSQL says it, which finds them by an index."""
        return self.as_sql(compiler, connection, template="({column} = ANY({given}::text::{type}[]))")


class CompiledQuery[Row]:
    """A query that is made when it is first asked, and then kept."""

    def __init__(self, make: "Callable[[], QuerySet[Any, Row]]") -> None:
        """Keep what ``make`` returns: a queryset that says ``Given`` where a value differs."""
        self._make = make
        self._made: _Made | None = None

    def rows(self, **given: object) -> list[Row]:
        """Return the rows for the values given, by name."""
        if self._made is None:
            self._made = _Made(self._make())
        return self._made.rows(given)

    def first(self, **given: object) -> Row | None:
        return next(iter(self.rows(**given)), None)


class _Made:
    """A queryset with its SQL, shared by threads: nothing of it changes."""

    def __init__(self, queryset: "QuerySet[Any, Any]") -> None:
        self._queryset, self._alias = queryset, queryset.db
        self._compiler: Any = queryset.query.get_compiler(using=self._alias)
        try:
            self._sql, self._values = _spelled(
                *self._compiler.as_sql(), vendor=self._compiler.connection.vendor
            )
        except EmptyResultSet:
            self._sql, self._values = "", ()
        else:
            columns = [column for column, *_ in self._compiler.select[: self._compiler.col_count]]
            self._converters = self._compiler.get_converters(columns)

    def rows(self, given: dict[str, object]) -> list[Any]:
        if not self._sql:
            return []
        connection = connections[self._alias]
        values = tuple(
            one.output_field.get_db_prep_value(given[one.name], connection) if isinstance(one, Given) else one
            for one in self._values
        )
        # Copies, for Django's own classes make the rows, and find there what they would have made.
        compiler, queryset = copy(self._compiler), _shallow(self._queryset)
        compiler.connection = connection
        compiler.as_sql = lambda: (self._sql, values)
        compiler.get_converters = lambda _: self._converters
        queryset._query = _Ready(queryset._query, compiler)
        return list(queryset._iterable_class(queryset))


def _spelled(sql: str, values: Sequence[Any], *, vendor: str) -> tuple[str, tuple[Any, ...]]:
    """Return a statement with its codes, ids and flags spelled out, and the values that are left.

    PostgreSQL then plans by them, and once for all times that the statement is asked: of values beside it it must fear
    that each asks for another plan.
    """
    if vendor != "postgresql" or "%%" in sql:
        return sql, tuple(values)
    spelled = [_literal(value) for value in values]
    text = "".join(
        part + (literal or place)
        for part, literal, place in zip(
            sql.split("%s"), [*spelled, ""], [*repeat("%s", len(spelled)), ""], strict=True
        )
    )
    return text, tuple(value for value, literal in zip(values, spelled, strict=True) if literal is None)


def _literal(value: object) -> str | None:
    """Return what SQL says of a code, an id or a flag; None of what is none of these."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, UUID):
        return f"'{value}'::uuid"
    if isinstance(value, str) and _CODE.fullmatch(value):
        return f"'{str.__str__(value)}'"
    return None


#: Nothing in it could end a text of SQL.
_CODE: Final = re.compile("[a-z0-9_]{0,40}", re.ASCII)


def _shallow(queryset: "QuerySet[Any, Any]") -> Any:
    """Return a copy without what a copy of a queryset does of itself: its query is replaced."""
    copied = object.__new__(type(queryset))
    copied.__dict__ |= queryset.__dict__
    return copied


class _Ready:
    """What stands for the query of a queryset while its rows are made: it knows the compiler that is ready."""

    def __init__(self, query: Any, compiler: Any) -> None:
        self._query, self._compiler = query, compiler

    def get_compiler(self, *_: object, **__: object) -> Any:
        return self._compiler

    def __getattr__(self, name: str) -> Any:
        return getattr(self._query, name)


# --- Relations ----------------------------------------------------------------------------------------


def load(owner: Model, relations: Iterable[str], *, empty: Iterable[str] = ()) -> None:
    """Load relations as ``prefetch_related_objects`` does; those known to be ``empty`` by no statement."""
    none = frozenset(empty)
    loaded = owner.__dict__.setdefault("_prefetched_objects_cache", {})
    for name in relations:
        if name not in loaded:
            query = getattr(owner, name).get_queryset()  # with its condition, for whoever filters it further
            query._result_cache, query._prefetch_done = [] if name in none else rows_of(owner, name), True
            loaded[name] = query


def known_rows_of(owner: Model, relation: str) -> list[Any]:
    """Return the rows of a relation that were loaded with their owner; where none were, as they are now."""
    loaded = owner.__dict__.get("_prefetched_objects_cache", {}).get(relation)
    return rows_of(owner, relation) if loaded is None else list(loaded)


def rows_of(owner: Model, relation: str, *beside: str, **always: object) -> list[Any]:
    """Return the rows of a relation as they are now, in its order; each with its owner and what stands ``beside``.

    ``always``: conditions as ``filter`` takes them, whose values are the same at each call.
    """
    field: Any = owner._meta.get_field(relation)
    rows = _rows_of(type(owner), relation, beside, tuple(always.items())).rows(owner=owner.pk)
    for row in rows:
        field.field.set_cached_value(row, owner)
    return rows


def rows_among(
    owners: Sequence[Model], relation: str, *columns: str, empty: Collection[Model] = ()
) -> dict[Any, list[Any]]:
    """Return the rows of a relation of several owners by one statement, and of them ``columns`` alone; by owner's key.

    Those of which it is known to be ``empty`` aren't asked about; where they are all, there is no statement.
    """
    field: Any = owners[0]._meta.get_field(relation)
    rows: dict[Any, list[Any]] = {owner.pk: [] for owner in owners}
    none = {owner.pk for owner in empty}
    by_pk = {owner.pk: owner for owner in owners if owner.pk not in none}
    for row in _rows_among(type(owners[0]), relation, columns).rows(owners=list(by_pk)) if by_pk else ():
        owner = getattr(row, field.field.attname)
        field.field.set_cached_value(row, by_pk[owner])
        rows[owner].append(row)
    return rows


@cache
def _rows_among(model: type[Model], name: str, columns: tuple[str, ...]) -> CompiledQuery[Any]:
    relation: Any = model._meta.get_field(name)
    rows = relation.related_model._default_manager.only(*columns)
    return CompiledQuery(lambda: rows.filter(AmongGiven(relation.field.name, "owners")))


@cache
def _rows_of(
    model: type[Model], name: str, beside: tuple[str, ...], always: tuple[tuple[str, object], ...]
) -> CompiledQuery[Any]:
    relation: Any = model._meta.get_field(name)
    field = relation.field
    rows, owner = relation.related_model._default_manager, Given("owner", field.target_field)
    if beside:
        rows = rows.select_related(*beside)
    return CompiledQuery(lambda: rows.filter(**{field.name: owner}, **dict(always)))
