"""Make the n-th statement of a request fail, and look at everything that the databases hold."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any
from uuid import UUID
from zlib import crc32

from django.db import OperationalError, connection, connections, transaction

from audit import journal
from audit.models import Entry
from encryption.models import DATA_KINDS, WrappedKey
from tests.audit.owner import as_owner
from tests.conftest import see_all

FAULTS = {"request:failed", "request:denied"}
#: What the journal itself writes; everything else is an effect.
JOURNAL = ("audit_entry", "audit_entrysubject", "audit_actorpseudonym", "audit_subjectpseudonym")
#: Tables that migrations alone write.
OF_MIGRATIONS = ("auth_permission", "django_content_type")


@dataclass
class Crash:
    """Fails one statement of either database: the n-th, or each that ``hits`` names.

    ``committing``: it was the end of a transaction, so that the service can't know what became of that.
    """

    at: int = 0
    hits: Callable[[str], bool] = lambda _sql: False
    seen: int = 0
    fired: bool = False
    ending: bool = False
    committing: bool = False

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        # Within a test, ROLLBACK TO and the RELEASE behind it are the end of a transaction, which can't fail.
        ends = sql.startswith("ROLLBACK") or (self.ending and sql.startswith("RELEASE"))
        self.ending = sql.startswith("ROLLBACK")
        if ends:
            return execute(sql, params, many, context)
        self.seen += 1
        if self.seen == self.at or self.hits(sql):
            self.fired = True
            self.committing = sql.startswith("RELEASE")
            raise OperationalError("connection lost: a value that nobody may read")
        return execute(sql, params, many, context)


@contextmanager
def crashing(at: int = 0, hits: Callable[[str], bool] = lambda _sql: False) -> Iterator[Crash]:
    """Let statements fail inside the block, on both databases."""
    crash = Crash(at=at, hits=hits)
    with ExitStack() as stack:
        for one in connections.all():
            stack.enter_context(one.execute_wrapper(crash))
        yield crash


def into_the_journal(sql: str) -> bool:
    """Tell whether a statement writes an entry."""
    return sql.startswith("INSERT") and any(f'"{table}"' in sql for table in JOURNAL)


def effects(aside: frozenset[str] = frozenset()) -> Counter[tuple[str, str]]:
    """Return every row of ``default`` outside the journal, and outside the tables that are put aside."""
    with transaction.atomic(), connection.cursor() as cursor:
        see_all()
        tables = [table for table in tables_of_effects() if table not in aside]
        if connection.vendor == "postgresql":  # in one statement: there are many tables
            cursor.execute(" UNION ALL ".join(f"SELECT '{t}', r::text FROM \"{t}\" r" for t in tables))  # noqa: S608 - tables' names
            return Counter(cursor.fetchall())
        # Each row as one text, written by SQLite: making Python's values of them takes ten times as long.
        cursor.execute(" UNION ALL ".join(f"SELECT '{t}', {_as_text(t)} FROM \"{t}\"" for t in tables))  # noqa: S608 - id.
        return Counter(cursor.fetchall())


def state(aside: frozenset[str] = frozenset()) -> tuple[Any, ...]:
    """Return what there is outside the journal and the tables put aside, as something that can be compared.

    A crash at each statement looks at it thousands of times. On PostgreSQL a digest stands for each table's rows; on
    SQLite only tables with rows are read, and of those that migrations alone write the rows are counted.
    """
    tables = [table for table in tables_of_effects() if table not in aside]
    with transaction.atomic(), connection.cursor() as cursor:
        see_all()
        if connection.vendor == "postgresql":
            digest = "SELECT '{0}', count(*), sum(hashtextextended(r::text, 0)) FROM \"{0}\" r"
            _execute_prepared(cursor, " UNION ALL ".join(digest.format(table) for table in tables))
            return tuple(cursor.fetchall())
        cursor.execute(" UNION ALL ".join(f"SELECT '{t}', count(*) FROM \"{t}\"" for t in tables))  # noqa: S608 - names
        counts = cursor.fetchall()
        read = [table for table, count in counts if count and table not in OF_MIGRATIONS]
        return (counts, *(cursor.execute(_rows_of(table)).fetchall() for table in read))


def _execute_prepared(cursor: Any, sql: str) -> None:
    """Execute a statement of PostgreSQL that is planned once for each connection: that takes longer than to execute it."""
    name = f"state_{crc32(sql.encode())}"
    cursor.execute("SELECT 1 FROM pg_prepared_statements WHERE name = %s", [name])
    if not cursor.fetchone():
        cursor.execute(f"PREPARE {name} AS {sql}")
    cursor.execute(f"EXECUTE {name}")


@cache
def _columns(table: str) -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}" LIMIT 0')  # noqa: S608 - a table's name
        return tuple(column[0] for column in cursor.description)


@cache
def _rows_of(table: str) -> str:
    """Return the query for a table's rows as SQLite stores them: the sign keeps Django from making dates of texts."""
    return f'SELECT {", ".join(f'+"{column}"' for column in _columns(table))} FROM "{table}"'  # noqa: S608 - names


@cache
def _as_text(table: str) -> str:
    """Return the expression that writes a row of a table of SQLite."""
    return " || '|' || ".join(f'quote("{column}")' for column in _columns(table))


def data_keys() -> frozenset[UUID]:
    """Return the ids of the wrapped keys that seal values."""
    return frozenset(WrappedKey.objects.filter(kind__in=DATA_KINDS).values_list("pk", flat=True))


@cache
def tables_of_effects() -> tuple[str, ...]:
    """Return the tables of ``default`` but the journal's."""
    left_out = (*JOURNAL, "django_migrations")
    return tuple(name for name in connection.introspection.table_names() if name not in left_out)


def entries() -> Counter[str]:
    """Return the acts in the journal, counted."""
    with as_owner():
        return Counter(Entry.objects.values_list("act", flat=True))


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the tracebacks of thousands of crashes out of the log: writing them takes longer than the requests."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def wrecked(
    name: str,
    make_ready: Callable[[], Callable[[], Any]],
    *,
    first: int = 1,
    every: int = 1,
    aside: frozenset[str] = frozenset(),
    before: Any = None,
) -> Any:
    """Send a write until no statement of it crashes any more; return its answer and how often it crashed.

    ``aside`` are tables whose rows a crash may leave, for others to clear away; ``before`` is what there is, where that
    was looked at already.
    """
    journal.tell_rows()  # what was made ready by other means than requests, which commit
    before = before or state(aside)
    keys, written = data_keys(), entries()
    for crashes in count():
        act = make_ready()
        with crashing(at=first + crashes * every) as crash:
            answer = act()
        if not crash.fired:
            return answer, crashes
        if answer.status_code < 400:  # what came after the act's own transaction crashed
            return answer, crashes
        acts = entries()
        new = acts - written
        assert answer.status_code == 503, (name, crash.at, answer.content)
        assert b"connection lost" not in answer.content
        assert b"Traceback" not in answer.content
        assert state(aside) == before, (name, crash.at)
        if crash.committing:  # they stay, for the case may be there
            keys = data_keys()
        assert data_keys() == keys, (name, crash.at)
        assert set(new) <= FAULTS, (name, crash.at, new)
        assert sum(new.values()) <= 1, (name, crash.at, new)
        written = acts
    raise AssertionError
