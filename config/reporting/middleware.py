"""Tells of each request: to a fault on its way by which route it came, and a span when it is answered."""

from collections.abc import Callable
from contextvars import ContextVar
from time import time_ns
from typing import Final

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpResponse

from accounts.request import ServiceRequest
from config.metrics.requests import route_of
from config.request_log import UNLOGGED, id_of, method_of

type View = Callable[[ServiceRequest], HttpResponse]
type Audited = Callable[[dict[str, object], int], None]

_current: Final[ContextVar[ServiceRequest | None]] = ContextVar(
    "request that is being answered", default=None
)


def whence() -> dict[str, object]:
    """Return route, method and id of the request that is being answered; nothing outside of one."""
    request = _current.get()
    if request is None:
        return {}
    return {"route": route_of(request), "method": method_of(request), "request_id": id_of(request)}


class Reported:
    """Keep at hand which request is being answered, and tell of its answer."""

    def __init__(self, get_response: View) -> None:
        """Stand before ``get_response``, or not at all where nothing is reported.

        Raises:
            MiddlewareNotUsed: no setting names a server of reports.
        """
        if not (settings.SENTRY_DSN or settings.OTLP_ENDPOINT):
            raise MiddlewareNotUsed
        self.get_response = get_response
        self.told = _spans() if settings.OTLP_ENDPOINT else None

    def __call__(self, request: ServiceRequest) -> HttpResponse:
        """Answer, then tell; what came with the request (``traceparent``, ``baggage``) counts for nothing."""
        began = time_ns()
        token = _current.set(request)
        try:
            response = self.get_response(request)
            if self.told is not None and route_of(request) not in UNLOGGED:
                self.told({**whence(), "status": response.status_code}, began)
        finally:
            _current.reset(token)
        return response


def _spans() -> Audited:
    from config.reporting import traces  # its library is loaded only where it is used

    return traces.tell
