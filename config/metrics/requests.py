"""Counting of requests: answers by class of address, method and status, and how long they took.

A class is a few words for many addresses (``class_of``), never a path, which may hold an id (SEC-CF6), nor a route: the
count of one that is rarely asked for, a broken glass or an exclusion, would tell each act and when it was done.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Final

import structlog
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpResponseBase
from prometheus_client import Counter, Histogram

from accounts.request import ServiceRequest
from config.headers import METHODS
from config.metrics import folder
from config.metrics.names import BY_NAME, REQUEST_SECONDS, REQUESTS

_log = structlog.get_logger(__name__)
#: The route of what led to no address, or was answered before one was looked for.
NONE: Final = "none"
#: The classes of what says nothing of a case, by the first word of an address, ``api/v1/`` aside.
CLASSES: Final = {
    "probe": ("healthz", "readyz", "metrics"),
    "open": (
        "style", "guide", "procedure", "lexique", "textes", "accessibilite", "urgence", "formulaire-papier", "langue",
        "quitter", "schema", "workflow",
    ),
    "sign-in": ("connexion", "deconnexion", "mot-de-passe", "invitation", "session", "password-link", "password"),
}  # fmt: skip
#: The class of all else: cases and filings, alerts, rights, the directory, the journal.
WORK: Final = "work"
_CLASS_OF: Final = {word: name for name, words in CLASSES.items() for word in words}
#: Upper ends in seconds: from a page without a query to what a proxy gives up.
BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
#: After a count that failed.
SILENT_SECONDS: Final = 60.0


@cache
def _counters(where: Path) -> tuple[Counter, Histogram]:
    folder.count_in(where)
    requests, seconds = BY_NAME[REQUESTS], BY_NAME[REQUEST_SECONDS]
    return (
        Counter(requests.name, requests.help, requests.labels, registry=None),
        Histogram(seconds.name, seconds.help, seconds.labels, buckets=BUCKETS, registry=None),
    )


class Counted:
    """Count each answer. Where nobody may read the counts (no ``REPERE_METRICS_TOKEN``) nothing is counted."""

    def __init__(self, get_response: Callable[[ServiceRequest], HttpResponseBase]) -> None:
        """Stand before ``get_response``.

        Raises:
            MiddlewareNotUsed: nothing is counted, or the folder can't be written: that keeps nobody from filing.
        """
        if not settings.METRICS_TOKEN:
            raise MiddlewareNotUsed
        try:
            self._answers, self._times = _counters(settings.METRICS_DIR)
        except OSError:
            _log.error("metrics:lost", code="folder")
            raise MiddlewareNotUsed from None
        self.get_response = get_response
        self._silent_until = 0.0
        self._lost = False

    def __call__(self, request: ServiceRequest) -> HttpResponseBase:
        """Answer, and count it."""
        began = perf_counter()
        response = self.get_response(request)
        now = perf_counter()
        if now >= self._silent_until:
            self._count_if_possible(request, response.status_code, seconds=now - began)
        return response

    def _count_if_possible(self, request: ServiceRequest, status: int, *, seconds: float) -> None:
        """Count; where that fails, say so once and count nothing for a while. An answer is worth more than a count."""
        try:
            self._count(request, status, seconds=seconds)
            self._lost = False
        except Exception as failed:  # a full disk, and whatever the library makes of it later
            self._silent_until = perf_counter() + SILENT_SECONDS
            if not self._lost:
                self._lost = True
                _log.error("metrics:lost", code="disk", rule=type(failed).__name__)

    def _count(self, request: ServiceRequest, status: int, *, seconds: float) -> None:
        method = request.method if request.method in METHODS else NONE
        route_class = class_of(request)
        self._answers.labels(route_class, method, str(status)).inc()
        self._times.labels(route_class).observe(seconds)


def route_of(request: ServiceRequest) -> str:
    """Return the name of the address that answered, as the table of addresses has it."""
    match = request.resolver_match
    return NONE if match is None else match.view_name


def class_of(request: ServiceRequest) -> str:
    """Return the class of the address that answered: ``WORK`` unless its first word is of another one."""
    match = request.resolver_match
    if match is None:
        return NONE
    first = match.route.removeprefix("api/").removeprefix("v1/").partition("/")[0]
    return _CLASS_OF.get(first, WORK)
