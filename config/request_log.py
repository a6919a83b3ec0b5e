"""Request log: one line for each answer, with the route's name and never the path (SEC-CF6).

``Answered`` stands right behind ``Arrival``, which binds the request's id to every line; the few answers that are given
before (a redirect to another scheme) have no line. Liveness probes have none either: there would be nothing else.
"""

from collections.abc import Callable
from time import perf_counter
from typing import Final

import structlog
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpResponse

from accounts.request import ServiceRequest

#: Everything else that a caller may write there is ``other``: the method is text of theirs.
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NO_ROUTE: Final = "none"
#: Routes that a supervisor asks every few seconds, and that tell nothing.
UNLOGGED: Final = frozenset({"healthz"})
_log = structlog.get_logger(__name__)

type View = Callable[[ServiceRequest], HttpResponse]


def route_of(request: ServiceRequest) -> str:
    """Return the name of the route that a request took, ``none`` where it took none; never anything that was sent."""
    match = request.resolver_match
    return NO_ROUTE if match is None else match.view_name


def method_of(request: ServiceRequest) -> str:
    """Return the method, ``other`` where it is none that HTTP knows."""
    method = request.method or ""
    return method if method in METHODS else "other"


class Answered:
    """Log each answer: route, method, status, milliseconds; the id is bound already."""

    def __init__(self, get_response: View) -> None:
        """Stand before ``get_response``, or not at all where ``REPERE_REQUEST_LOG`` says ``no``.

        Raises:
            MiddlewareNotUsed: it says so.
        """
        if not settings.REQUEST_LOG:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: ServiceRequest) -> HttpResponse:
        """Answer, then log; the time is that of this process, without the network and without a streamed body."""
        began = perf_counter()
        response = self.get_response(request)
        route = route_of(request)
        if route not in UNLOGGED:
            _log.info(
                "request:answered",
                route=route,
                method=method_of(request),
                status=response.status_code,
                ms=round((perf_counter() - began) * 1000, 1),
            )
        return response
