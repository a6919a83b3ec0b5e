"""Readiness, for a load balancer and a supervisor. The answers hold nothing else.

Readiness is about this process: whether a load balancer may send it requests. A worker or a sequencer that is gone
makes no process unready, for then all of them would be, and nobody could file any more. They are named in
``degraded``; who watches the whole asks with ``?strict``, by which they count. Key service, store and antivirus are
asked by ``?strict`` alone: a load balancer probes each second, and filing goes on without them.
"""

from time import monotonic
from typing import Final

from django.db import DatabaseError
from django.http import HttpResponse, JsonResponse

from accounts.request import ServiceRequest
from config import health
from config.closed import RETRY_AFTER_SECONDS
from config.errors import refuse
from config.metrics import services

#: How long an answer about them counts: who probes each second mustn't let the database count what waits each time.
CACHE_SECONDS: Final = 10.0
_cached: tuple[float, list[str]] = (0.0, [])
"""Until when the last answer counts, and who was late."""


def readyz(request: ServiceRequest) -> HttpResponse:
    """Answer 200 when both databases answer, are migrated, and weren't restored without a replay; else 503.

    ``degraded`` names what else is late: ``worker``, ``sequencer``. With ``?strict`` that is 503 too, and so is what
    doesn't answer of ``config.metrics.services``.
    """
    if refused := health.misused(request):
        return refused
    late = _late() if health.is_ready() else None
    if late is None:
        return refuse(request, 503, "unavailable")
    strict = "strict" in request.GET
    if strict:
        late = [*late, *services.unanswered()]
    if not late:
        return JsonResponse({"status": "ready"})
    if not strict:
        return JsonResponse({"status": "ready", "degraded": late})
    answer = JsonResponse({"status": "degraded", "degraded": late}, status=503)
    answer["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer


def _late() -> list[str] | None:
    """Return which processes beside the web are late; None if the database stops answering meanwhile."""
    global _cached
    until, late = _cached
    if monotonic() < until:
        return late
    try:
        late = list(health.late_processes())
    except DatabaseError:
        return None
    _cached = monotonic() + CACHE_SECONDS, late
    return late
