"""States that many tests begin from: made once in each process, and returned to by a savepoint.

``@kept`` makes a fixture of a function whose parameters are kept fixtures themselves::

    @kept
    def world():
        return build()

    @kept
    def filed(world):
        return world.as_("filer").post(…)

What the functions write stays in a transaction that is open on both databases until a test needs another state; each
test runs in savepoints upon it. What they return is copied for each test, all values of a test together, so that
what is one object in two of them is one in their copies. A test that commits (``transaction=True``) has the functions
called for itself alone. Each function begins some hours before ``tests.clock.NOW``, so that what it writes is of the
past to the tests.
"""

import inspect
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction

from audit import pseudonyms
from core import clock
from encryption import cache
from encryption.row_writes import Waiting
from outbox import maintenance_gate
from tests import statements
from tests.clock import NOW
from tests.copies import Copy

BOTH = ["default", "keys"]
_FIRST = "_kept_states"
#: How many functions may build upon one another: each begins an hour after the one before.
LEVELS_MAX = 10
type Build = Callable[..., Any]
_current: dict[str, Any] = {}


def kept(build: Build) -> Any:
    """Make a kept fixture of a function."""
    name = build.__name__

    def fixture(**asked: Any) -> Any:
        return asked[_FIRST][name]

    fixture._kept_build = build
    wanted = [_FIRST, "db_both", *inspect.signature(build).parameters]
    fixture.__signature__ = inspect.Signature(
        [inspect.Parameter(one, inspect.Parameter.KEYWORD_ONLY) for one in wanted]
    )
    fixture.__doc__ = build.__doc__
    return pytest.fixture(name=name)(fixture)


def current(name: str) -> Any:
    """Return a kept value of the test that runs or of the state that is being made; None where there is none."""
    return _current.get(name)


def see_all() -> None:
    """Let the running transaction see the rows of all authorities, as a factory or an assertion must."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('repere.authorities', 'all', true)")


@dataclass
class _Level:
    """A state, and the transactions that hold what it wrote."""

    build: Build
    transactions: ExitStack
    values: Copy


@dataclass
class States:
    """The levels that stand now, and what a test has of them."""

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
        """Undo what stands above a level."""
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
            called(build, values)
            statements.look_through()
            made = Copy(values)
        except BaseException:
            transactions.close()
            raise
        self.levels.append(_Level(build, transactions, made))


def _begin(values: dict[str, Any]) -> None:
    global _current
    _current = values


def called(build: Build, values: dict[str, Any]) -> None:
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


_STATES = States()


@pytest.fixture(scope="session")
def _kept_levels(django_db_setup: None, django_db_blocker: Any) -> Iterator[States]:
    """Undo all before the databases go."""
    yield _STATES
    with django_db_blocker.unblock():
        _STATES.drop()


@pytest.fixture
def _kept_states(
    request: pytest.FixtureRequest, _kept_levels: States, django_db_blocker: Any, _frozen_clock: None
) -> States:
    """Reach the state of the test, before pytest-django begins the test's own savepoints."""
    chain = _chain(request.node)
    with django_db_blocker.unblock():
        if _commits(request.node):
            _kept_levels.drop()
            return _Alone(chain)
        _kept_levels.reach(chain)
    statements.count_from_here()
    return _kept_levels


class _Alone(States):
    """The states of a test that commits: its own alone, made when it asks for them."""

    def __init__(self, chain: list[Build]) -> None:
        super().__init__()
        self.chain = chain

    def __getitem__(self, name: str) -> Any:
        for build in self.chain:
            if name in self.values:
                break
            if build.__name__ not in self.values:
                called(build, self.values)
        return self.values[name]


@pytest.hookimpl(trylast=True)  # once each folder has marked its own
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let each test that asks a database reach its state before anything else that is its own."""
    for item in items:
        names = getattr(item, "fixturenames", None)
        if names is None or not _asks_a_database(item):
            continue
        known = item._fixtureinfo.name2fixturedefs
        shared = [name for name in names if name in known and known[name][-1].scope != "function"]
        place = names.index(shared[-1]) + 1 if shared else 0
        item.fixturenames = [*names[:place], _FIRST, *names[place:]]
    items[:] = [item for _, of_file in groupby(items, _file) for item in _by_state(list(of_file))]


def _file(item: Any) -> Any:
    return item.path


def _by_state(items: list[Any]) -> list[Any]:
    """Return the tests of a file with those of one state together: a state between two others is made twice."""
    chains: dict[int, list[Build]] = {}
    places: dict[Build, int] = {}
    for item in items:
        if _FIRST in getattr(item, "fixturenames", ()) and id(item._fixtureinfo) not in chains:
            chains[id(item._fixtureinfo)] = _chain(item)
            for build in chains[id(item._fixtureinfo)]:
                places.setdefault(build, len(places))

    def key(item: Any) -> list[int]:
        return [places[build] for build in chains.get(id(getattr(item, "_fixtureinfo", None)), ())]

    return sorted(items, key=key)


def _asks_a_database(item: Any) -> bool:
    marked = item.get_closest_marker("django_db") or item.get_closest_marker("opens_databases")
    return marked is not None or bool({"db", "db_both", "transactional_db"} & set(item.fixturenames))


def _commits(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction")) or "transactional_db" in item.fixturenames


def _chain(item: Any) -> list[Build]:
    """Return the functions that make a test's state, each after those that it builds upon."""
    known, found = item._fixtureinfo.name2fixturedefs, []

    def follow(name: str) -> None:
        build = getattr(known[name][-1].func, "_kept_build", None) if name in known else None
        if build is None or build in found:
            return
        for parameter in inspect.signature(build).parameters:
            follow(parameter)
        found.append(build)

    for name in item.fixturenames:
        follow(name)
    return found
