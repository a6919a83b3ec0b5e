"""Health checks for a supervisor: liveness and readiness. The answers hold nothing else."""

from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse

from accounts.request import ServiceRequest
from config.errors import refuse
from encryption.errors import EncryptionError
from outbox import maintenance_gate
from outbox.errors import OutboxError

_migrated: set[str] = set()
"""Aliases found migrated: what a process has once seen applied stays so, and looking costs a graph."""


def healthz(request: ServiceRequest) -> HttpResponse:
    """Answer that the process serves, whatever its databases do."""
    return _misused(request) or JsonResponse({"status": "ok"})


def readyz(request: ServiceRequest) -> HttpResponse:
    """Answer 200 when both databases answer, are migrated, and weren't restored without a replay; else 503."""
    if refused := _misused(request):
        return refused
    return JsonResponse({"status": "ready"}) if is_ready() else refuse(request, 503, "unavailable")


def is_ready() -> bool:
    """Say whether each database answers, holds the tables of this version of the code, and may be served from."""
    try:
        if not all(_is_ready(alias) for alias in connections):
            return False
        maintenance_gate.require_open(fresh=True)
    except (DatabaseError, OutboxError, EncryptionError):
        return False
    return True


def _is_ready(alias: str) -> bool:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT 1")
    if alias not in _migrated:
        executor = MigrationExecutor(connections[alias])
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        _migrated.add(alias)
    return True


def _misused(request: ServiceRequest) -> HttpResponse | None:
    if request.method in {"GET", "HEAD"}:
        return None
    response = refuse(request, 405, "method-not-allowed")
    response["Allow"] = "GET, HEAD"
    return response
