"""Fixtures whose rows are made once in each process, and that each test gets as if they were its own.

``@shared_fixture`` makes one of a function; its parameters are shared fixtures themselves::

    @shared_fixture
    def world():
        return build()

    @shared_fixture
    def filed(world):
        return world.as_("filer").post(…)

What the functions write stays in a transaction that is open on both databases until a test needs other rows; each test
runs in savepoints upon it. What they return is copied for each test, all values of a test together, so that what is one
object in two of them is one in their copies. A test that commits (``transaction=True``) has the functions called for
itself alone. Each function begins some hours before ``tests.clock.NOW``, so that its rows are of the past to the tests.
"""

import inspect
import io
import pickle
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.db import connection, connections, transaction
from django.test import TestCase

from audit import pseudonyms
from core import clock
from encryption import cache
from encryption.row_writes import Waiting
from outbox import maintenance_gate
from tests.clock import NOW

BOTH = ["default", "keys"]
_FIRST = "_shared_rows"
#: How many functions may build upon one another: each begins an hour after the one before.
LEVELS_MAX = 10
type Build = Callable[..., Any]
_current: dict[str, Any] = {}
_should_check = TestCase._should_check_constraints
#: By database: its connection, and how many rows that had written when the test began.
_written: dict[str, tuple[Any, int]] = {}


class Unchanged(list[Any]):
    """Values that no test changes: too many to copy."""


class Copy:
    """Values that are copied for each test: packed once, which is ten times faster than ``copy.deepcopy``."""

    def __init__(self, values: dict[str, Any]) -> None:
        packed = io.BytesIO()
        packer = pickle.Pickler(packed, pickle.HIGHEST_PROTOCOL)
        self.uncopied: list[Any] = []
        packer.persistent_id = self._place
        packer.dump(values)
        self.packed = packed.getvalue()

    def _place(self, value: Any) -> int | None:
        if not isinstance(value, (Unchanged, UUID)):
            return None
        self.uncopied.append(value)
        return len(self.uncopied) - 1

    def take(self) -> dict[str, Any]:
        unpacker = pickle.Unpickler(io.BytesIO(self.packed))  # noqa: S301 - packed above, in this process
        unpacker.persistent_load = self.uncopied.__getitem__
        return unpacker.load()


def shared_fixture(build: Build) -> Any:
    name = build.__name__

    def fixture(**values: Any) -> Any:
        return values[_FIRST][name]

    fixture._build = build
    wanted = [_FIRST, "db_both", *inspect.signature(build).parameters]
    fixture.__signature__ = inspect.Signature(
        [inspect.Parameter(one, inspect.Parameter.KEYWORD_ONLY) for one in wanted]
    )
    fixture.__doc__ = build.__doc__
    return pytest.fixture(name=name)(fixture)


def current(name: str) -> Any:
    """Return the value of a shared fixture in the test that runs or the rows that are being made; None without one."""
    return _current.get(name)


def see_all() -> None:
    """Let the running transaction see the rows of all authorities, as a factory or an assertion must."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('repere.authorities', 'all', true)")


@dataclass
class _Level:
    """What one function wrote: in transactions of its own."""

    build: Build
    transactions: ExitStack
    values: Copy


@dataclass
class Levels:
    """The rows that stand now, function upon function, and the values that a test has of them."""

    levels: list[_Level] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def reach(self, chain: list[Build]) -> None:
        """Let the databases hold what these functions wrote, one after the other, and nothing else."""
        same = 0
        while same < min(len(chain), len(self.levels)) and self.levels[same].build is chain[same]:
            same += 1
        self.drop(same)
        for build in chain[same:]:
            self._add(build)
        self.values = self.levels[-1].values.take() if chain else {}
        _begin(self.values)

    def drop(self, left: int = 0) -> None:
        while len(self.levels) > left:
            self.levels.pop().transactions.close()

    def _add(self, build: Build) -> None:
        values = self.levels[-1].values.take() if self.levels else {}
        transactions = ExitStack()
        for alias in BOTH:
            atomic = transaction.atomic(using=alias)
            atomic._from_testcase = True  # as Django's own tests do, so that what must not be nested may be
            transactions.enter_context(atomic)
            transactions.callback(transaction.set_rollback, True, using=alias)
        try:
            _call(build, values)
            for one in connections.all():
                if one.vendor == "sqlite":
                    one.check_constraints()
            made = Copy(values)
        except BaseException:
            transactions.close()
            raise
        self.levels.append(_Level(build, transactions, made))


class _OfOneTest(Levels):
    """The rows of a test that commits: its own alone, made when it asks for them."""

    def __init__(self, chain: list[Build]) -> None:
        super().__init__()
        self.chain = chain

    def __getitem__(self, name: str) -> Any:
        for build in self.chain:
            if name in self.values:
                break
            if build.__name__ not in self.values:
                _call(build, self.values)
        return self.values[name]


def _begin(values: dict[str, Any]) -> None:
    global _current
    _current = values


def _call(build: Build, values: dict[str, Any]) -> None:
    """Call a function with the values that it asks for, and put its own beside them."""
    _begin(values)
    begins = NOW - timedelta(hours=LEVELS_MAX - len(values))
    with time_machine.travel(begins), pytest.MonkeyPatch.context() as patch:
        patch.setattr(maintenance_gate, "_reasons", [])  # as for tests: nothing was restored
        patch.setattr(clock, "of_database", lambda *_: datetime.now(UTC))
        see_all()
        values[build.__name__] = build(*(values[name] for name in inspect.signature(build).parameters))
    forget()


def forget() -> None:
    """Forget what the process remembers of rows that are rolled back, and what it has to tell of those of fixtures."""
    cache.forget_all()
    pseudonyms.forget()
    hooks = connection.run_on_commit
    connection.run_on_commit = [one for one in hooks if not isinstance(one[1], Waiting)]


@contextmanager
def undone() -> Iterator[None]:
    """Undo what is done inside the block, in both databases.

    No block of its own: the service asks for one, where a refusal is written, that is the outermost but the test's.
    """
    points = [(one, transaction.savepoint_create(using=one)) for one in BOTH]
    yield
    for one, point in points:
        transaction.savepoint_rollback(point, using=one)
    forget()


def _should_check_constraints(self: TestCase, connection: Any) -> bool:
    """Spare the look for references to missing rows, in all tables of an SQLite, after a test that wrote nothing."""
    before = _written.get(connection.alias)
    wrote = before is None or before[0] is not connection.connection or before[1] != before[0].total_changes
    return wrote and _should_check(self, connection)


TestCase._should_check_constraints = _should_check_constraints


@pytest.fixture(scope="session")
def _shared_levels(django_db_setup: None, django_db_blocker: Any) -> Iterator[Levels]:
    """Undo all before the databases go."""
    levels = Levels()
    yield levels
    with django_db_blocker.unblock():
        levels.drop()


@pytest.fixture
def _shared_rows(
    request: pytest.FixtureRequest, _shared_levels: Levels, django_db_blocker: Any, _frozen_clock: None
) -> Levels:
    """Make the rows of the test, before pytest-django begins the test's own savepoints."""
    chain = _chain(request.node)
    marker = request.node.get_closest_marker("django_db")
    with django_db_blocker.unblock():
        if "transactional_db" in request.fixturenames or (marker and marker.kwargs.get("transaction")):
            _shared_levels.drop()
            return _OfOneTest(chain)
        _shared_levels.reach(chain)
    for one in connections.all():
        if one.vendor == "sqlite" and one.connection is not None:
            _written[one.alias] = one.connection, one.connection.total_changes
    return _shared_levels


@pytest.hookimpl(trylast=True)  # once each folder has marked its own
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let each test that asks a database make its rows first; in a file, put tests of the same rows together."""
    for item in items:
        names = getattr(item, "fixturenames", None)
        if names is None or not _asks_a_database(item):
            continue
        fixtures = item._fixtureinfo.name2fixturedefs
        wide = [name for name in names if name in fixtures and fixtures[name][-1].scope != "function"]
        place = names.index(wide[-1]) + 1 if wide else 0
        item.fixturenames = [*names[:place], _FIRST, *names[place:]]
    items[:] = [
        item for _, of_file in groupby(items, lambda one: one.path) for item in _by_rows(list(of_file))
    ]


def _by_rows(items: list[Any]) -> list[Any]:
    places: dict[Build, int] = {}

    def key(item: Any) -> list[int]:
        chain = _chain(item) if _FIRST in getattr(item, "fixturenames", ()) else ()
        return [places.setdefault(build, len(places)) for build in chain]

    return sorted(items, key=key)


def _asks_a_database(item: Any) -> bool:
    marked = item.get_closest_marker("django_db") or item.get_closest_marker("opens_databases")
    return marked is not None or bool({"db", "db_both", "transactional_db"} & set(item.fixturenames))


def _chain(item: Any) -> list[Build]:
    """Return the functions of a test's shared fixtures, each after those that it builds upon."""
    fixtures = item._fixtureinfo.name2fixturedefs
    chain: list[Build] = []

    def follow(name: str) -> None:
        build = getattr(fixtures[name][-1].func, "_build", None) if name in fixtures else None
        if build is None or build in chain:
            return
        for parameter in inspect.signature(build).parameters:
            follow(parameter)
        chain.append(build)

    for name in item.fixturenames:
        follow(name)
    return chain
