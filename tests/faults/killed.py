"""Kill a process, ours and forked from the test, at the n-th thing that it does; look at what it left."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper


class Points:
    """Counts what a process does, and ends it at one of them."""

    def __init__(self, last: int) -> None:
        self.left = last

    def __call__(self, *_: Any) -> None:
        self.left -= 1
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)


def killed_everywhere(act: Callable[[Points], None], *, most: int = 400, stride: int = 1) -> Iterator[int]:
    """Run ``act`` in forked processes, killed one point later each time; yield after each, until one comes through.

    ``act`` is given the points, and says which there are. In the fork the connections of this process are left alone.
    """
    for number in count(1, stride):
        assert number < most, "it never comes through"
        child = os.fork()
        if not child:
            try:
                _forget_connections()
                act(Points(number))
            except BaseException:
                os._exit(3)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        yield number
        if not os.WIFSIGNALED(status):
            assert os.waitstatus_to_exitcode(status) == 0, "it failed by itself"
            return


def _forget_connections() -> None:
    """Drop what was inherited without a word to the server: the parent goes on using it."""
    for one in connections.all():
        if one.vendor != "sqlite":
            one.connection = None
        one.in_atomic_block, one.savepoint_ids, one.run_on_commit = False, [], []
        pools = getattr(one, "_connection_pools", None)
        if pools is not None:
            pools.clear()


@contextmanager
def database_points(points: Points) -> Iterator[None]:
    """Count every statement, and both sides of each commit."""

    def each(execute: Callable[..., Any], *statement: Any) -> Any:
        points()
        return execute(*statement)

    commit = BaseDatabaseWrapper._commit

    def both_sides(connection: BaseDatabaseWrapper) -> None:
        points()
        commit(connection)
        points()

    BaseDatabaseWrapper._commit = both_sides  # type: ignore[method-assign]  # in a process that ends with it
    for one in connections.all():
        one.execute_wrappers.append(each)
    yield
