"""Health of this process and of those beside it: liveness, and what ``readiness.py`` and the metrics ask for."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from django.db import DatabaseError, connections
from django.db.migrations.loader import MigrationLoader
from django.http import HttpResponse, JsonResponse

from accounts.request import ServiceRequest
from audit import sequencing_lag
from config.errors import refuse
from core.clock import instant
from encryption.errors import EncryptionError
from outbox import maintenance_gate, scheduler
from outbox.errors import OutboxError

#: Without a pass for so long, no worker lives: some work is due each minute.
WORKER_LATE: Final = timedelta(minutes=5)
_migrated: set[str] = set()
"""Aliases found migrated: what a process has once seen applied stays so, and looking costs a graph."""


def healthz(request: ServiceRequest) -> HttpResponse:
    """Answer that the process serves, whatever its databases do."""
    return misused(request) or JsonResponse({"status": "ok"})


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
        loader = MigrationLoader(connections[alias])
        if not loader.disk_migrations.keys() <= loader.applied_migrations.keys():
            return False
        _migrated.add(alias)
    return True


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
