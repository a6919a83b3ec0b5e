"""Queries whose SQL is made once, since they differ by a few values alone; and relations loaded by them.

Making the SQL of a query takes Django longer than PostgreSQL takes to answer it. A query that is asked again and again
says ``Given`` where a value differs, and is made when it is first asked. The rows are made by the class that the
queryset names: what checks rows checks these.
"""

from collections.abc import Callable, Iterable
from copy import copy
from functools import cache
from typing import Any, override

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Expression, Field, Model, QuerySet


class Given(Expression):
    """A value that a kept query is told each time that it is asked, by name."""

    def __init__(self, name: str, output_field: "Field[Any, Any]") -> None:
        super().__init__(output_field=output_field)
        self.name = name

    @override
    def as_sql(self, *_: object, **__: object) -> Any:
        """Return its place; what stands there comes later."""
        return "%s", [self]


class KeptQuery[Row]:
    """A query that is made when it is first asked, and then kept."""

    def __init__(self, make: "Callable[[], QuerySet[Any, Row]]") -> None:
        """Keep what ``make`` returns: a queryset that says ``Given`` where a value differs."""
        self._make = make
        self._made: _Made | None = None

    def rows(self, **given: object) -> list[Row]:
        """Return the rows for the values given, by name.

        Raises:
            KeyError: the query says a name that isn't given.
        """
        if self._made is None:
            self._made = _Made(self._make())
        return self._made.rows(given)

    def first(self, **given: object) -> Row | None:
        """Return the first of the rows, of a query that asks for no more than it needs."""
        return next(iter(self.rows(**given)), None)


class _Made:
    """A queryset with its SQL, shared by threads: nothing of it changes."""

    def __init__(self, queryset: "QuerySet[Any, Any]") -> None:
        self._queryset, self._alias = queryset, queryset.db
        self._compiler: Any = queryset.query.get_compiler(using=self._alias)
        try:
            self._sql, self._values = self._compiler.as_sql()
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
            found = getattr(owner, name).get_queryset()  # with its condition, for whoever filters it further
            found._result_cache, found._prefetch_done = [] if name in none else rows_of(owner, name), True
            loaded[name] = found


def rows_of(owner: Model, relation: str) -> list[Any]:
    """Return the rows of a relation as they are now, in its order; each knows its owner."""
    field: Any = owner._meta.get_field(relation)
    rows = _rows_of(type(owner), relation).rows(owner=owner.pk)
    for row in rows:
        field.field.set_cached_value(row, owner)
    return rows


@cache
def _rows_of(model: type[Model], name: str) -> KeptQuery[Any]:
    relation: Any = model._meta.get_field(name)
    field = relation.field
    owner = Given("owner", field.target_field)
    return KeptQuery(lambda: relation.related_model._default_manager.filter(**{field.name: owner}))
