"""Health checks for a supervisor: liveness and readiness. The answers hold nothing else.

Readiness is about this process: whether a load balancer may send it requests. A worker or a sequencer that is gone
makes no process unready, for then all of them would be, and nobody could file any more. They are named in
``degraded``; who watches the whole asks with ``?strict``, by which they count. Key service, store and antivirus are
asked by ``?strict`` alone: a load balancer probes each second, and filing goes on without them.
"""

from collections.abc import Iterator
from datetime import timedelta
from time import monotonic
from typing import Final

from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse

from accounts.request import ServiceRequest
from audit import sequencing_lag
from config.closed import RETRY_AFTER_SECONDS
from config.errors import refuse
from config.metrics import services
from core.clock import instant
from encryption.errors import EncryptionError
from outbox import maintenance_gate, scheduler
from outbox.errors import OutboxError

#: Without a pass for so long, no worker lives: some work is due each minute.
WORKER_LATE: Final = timedelta(minutes=5)
#: How long an answer about them counts: who probes each second mustn't let the database count what waits each time.
KEPT_SECONDS: Final = 10.0
_told: tuple[float, list[str]] = (0.0, [])
"""Until when the last answer counts, and who was late."""
_migrated: set[str] = set()
"""Aliases found migrated: what a process has once seen applied stays so, and looking costs a graph."""


def healthz(request: ServiceRequest) -> HttpResponse:
    """Answer that the process serves, whatever its databases do."""
    return misused(request) or JsonResponse({"status": "ok"})


def readyz(request: ServiceRequest) -> HttpResponse:
    """Answer 200 when both databases answer, are migrated, and weren't restored without a replay; else 503.

    ``degraded`` names what else is late: ``worker``, ``sequencer``. With ``?strict`` that is 503 too, and so is what
    doesn't answer of ``config.metrics.services``.
    """
    if refused := misused(request):
        return refused
    late = _late() if is_ready() else None
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


def is_ready() -> bool:
    """Say whether each database answers, holds the tables of this version of the code, and may be served from."""
    try:
        if not all(is_migrated(alias) for alias in connections):
            return False
        maintenance_gate.require_open(fresh=True)
    except (DatabaseError, OutboxError, EncryptionError):
        return False
    return True


def is_migrated(alias: str) -> bool:
    """Tell whether a database holds the tables of this version of the code.

    Raises:
        DatabaseError: it doesn't answer.
    """
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT 1")
    if alias not in _migrated:
        executor = MigrationExecutor(connections[alias])
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        _migrated.add(alias)
    return True


def _late() -> list[str] | None:
    """Return which processes beside the web are late; None if the database stops answering meanwhile."""
    global _told
    until, late = _told
    if monotonic() < until:
        return late
    try:
        late = list(late_processes())
    except DatabaseError:
        return None
    _told = monotonic() + KEPT_SECONDS, late
    return late


def late_processes() -> Iterator[str]:
    """Yield ``worker`` when none has finished a piece of work for minutes, ``sequencer`` when the tree falls behind.

    Raises:
        DatabaseError: the database doesn't answer.
    """
    at = instant()
    worked = scheduler.last_pass()
    if worked is None or at - worked > WORKER_LATE:
        yield "worker"
    if sequencing_lag.is_late(at):
        yield "sequencer"


def misused(request: ServiceRequest) -> HttpResponse | None:
    """Refuse what isn't a reading; None where it is one."""
    if request.method in {"GET", "HEAD"}:
        return None
    response = refuse(request, 405, "method-not-allowed")
    response["Allow"] = "GET, HEAD"
    return response
