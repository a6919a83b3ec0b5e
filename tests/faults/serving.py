"""The service as gunicorn serves it, whose worker kills itself (SIGKILL) at the point that a request names.

Points are every statement on either database, both sides of each commit, and both sides of the answer's first byte. The
header ``X-Die-At`` names one, counted from 1; without it ``X-Points`` of the answer says how many there are.
"""

import os
import signal
from collections.abc import Callable, Iterator
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.urls import get_resolver


class Points:
    """Counts the points of one request, and ends the process at one of them."""

    def __init__(self) -> None:
        self.seen, self.last = 0, 0

    def begin(self, last: int) -> None:
        self.seen, self.last = 0, last

    def pass_one(self) -> None:
        self.seen += 1
        if self.seen == self.last:
            os.kill(os.getpid(), signal.SIGKILL)


points = Points()
served = get_wsgi_application()
assert get_resolver().url_patterns  # loads the views before workers are forked


def _watch(connection: BaseDatabaseWrapper, **_: Any) -> None:
    def each(execute: Callable[..., Any], *statement: Any) -> Any:
        points.pass_one()
        return execute(*statement)

    connection.execute_wrappers.append(each)


def _committing(commit: Callable[[BaseDatabaseWrapper], None]) -> Callable[[BaseDatabaseWrapper], None]:
    def both_sides(connection: BaseDatabaseWrapper) -> None:
        points.pass_one()
        commit(connection)
        points.pass_one()

    return both_sides


connection_created.connect(_watch, weak=False)
BaseDatabaseWrapper._commit = _committing(BaseDatabaseWrapper._commit)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterator[bytes]:
    """Serve one request, up to its point."""
    points.begin(int(environ.get("HTTP_X_DIE_AT", "0")))
    begun: list[Any] = []
    body = b"".join(served(environ, lambda *told: begun.extend(told)))
    points.pass_one()
    status, headers = begun[:2]
    start_response(status, [*headers, ("X-Points", str(points.seen + 1))])
    yield body
    points.pass_one()
