"""Request log: one line for each answer, with the route's name and never the path (SEC-CF6).

``Answered`` stands around all other middleware, so that what is refused on its way in has a line too. Liveness probes
have none: there would be nothing else.
"""

from collections.abc import Callable
from time import perf_counter
from typing import Final

import structlog
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpResponse

from accounts.request import ServiceRequest
from config.headers import METHODS
from config.metrics.requests import NONE, route_of

#: Routes that a supervisor asks every few seconds, and that tell nothing.
UNLOGGED: Final = frozenset({"healthz"})
_log = structlog.get_logger(__name__)

type View = Callable[[ServiceRequest], HttpResponse]


def method_of(request: ServiceRequest) -> str:
    """Return the method, ``none`` where it is none that the service knows: the method is text of the caller's."""
    method = request.method or ""
    return method if method in METHODS else NONE


def id_of(request: ServiceRequest) -> str:
    """Return the id of a request; empty where it was answered before it got one."""
    return getattr(request, "rid", "")


class Answered:
    """Log each answer: route, method, status, milliseconds, and the id that every other line of the request has."""

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
                request_id=id_of(request),
            )
        return response
