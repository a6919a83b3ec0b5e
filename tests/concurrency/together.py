"""Do things at the same moment, each in a thread with database connections of its own."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection, connections

TOGETHER_MAX = 50
SPARE_CONNECTIONS = 10


def room() -> int:
    """Return how many threads the database server has connections for; each takes one to either database.

    Each process of the run takes its share alone: two that counted at one moment would both take what is left.
    """
    if connection.vendor != "postgresql":
        return TOGETHER_MAX
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('max_connections')::int - count(*) FROM pg_stat_activity")
        (free,) = cursor.fetchone()
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    return max(2, min(TOGETHER_MAX, (free - SPARE_CONNECTIONS) // 2 // processes))


def together(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """Do all ``acts``, as many at once as there is room for, starting at one moment; return what they return."""
    threads = min(room(), len(acts))
    gate = Barrier(threads)

    def begin() -> None:
        connection.ensure_connection()
        connections["keys"].ensure_connection()
        gate.wait(timeout=60)

    def act(one: Callable[[], Any]) -> Any:
        return one()

    with ThreadPoolExecutor(threads, initializer=begin) as pool:
        found = list(pool.map(act, acts))
        ends = Barrier(threads)

        def end() -> None:
            ends.wait(timeout=60)
            connections.close_all()

        for closed in [pool.submit(end) for _ in range(threads)]:
            closed.result()
    return found
