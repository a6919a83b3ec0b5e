"""Views of the auditors' API. Each translates, makes one call, and translates back."""

from typing import Any

from django.http import FileResponse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audit import activity, checkpoints, health, inspection, proofs
from audit.api.questions import actor_and_instant
from audit.api.serializers import (
    ActivityOut,
    CheckpointOut,
    ConsistencyOut,
    EntryPageOut,
    HealthOut,
    InclusionOut,
)
from audit.inputs import ActivityQuery, ConsistencyQuery, EntriesQuery, ExportQuery, InclusionQuery
from core.paging import envelope
from core.query import Query


class Entries(APIView):
    """GET /api/v1/audit/entries: the entries of the authorities whose auditor the caller is."""

    @extend_schema(
        operation_id="audit_entries", tags=["audit"], parameters=[EntriesQuery], responses={200: EntryPageOut}
    )
    def get(self, request: Request) -> Response:
        """List entries, newest first; the query is itself an entry."""
        actor, at = actor_and_instant(request)
        query: dict[str, Any] = EntriesQuery.of(request.query_params)
        page = inspection.entries(query, actor=actor, at=at)
        return Response(EntryPageOut(envelope(page, page.items)).data)


class Activity(APIView):
    """GET /api/v1/audit/activity: numbers of readings and refusals."""

    @extend_schema(
        operation_id="audit_activity",
        tags=["audit"],
        parameters=[ActivityQuery],
        responses={200: ActivityOut},
    )
    def get(self, request: Request) -> Response:
        """Count readings and refusals by day and by hour; never by person."""
        actor, at = actor_and_instant(request)
        query = ActivityQuery.of(request.query_params)
        result = activity.activity(query, actor=actor, at=at)
        return Response(ActivityOut(result).data)


class LogHealth(APIView):
    """GET /api/v1/audit/health: whether the log keeps up, and who has seen it."""

    @extend_schema(operation_id="audit_health", tags=["audit"], responses={200: HealthOut})
    def get(self, request: Request) -> Response:
        """Tell how the log stands: last checkpoint, what waits for a place, what each witness signed last."""
        actor, at = actor_and_instant(request)
        Query.of(request.query_params)
        result = health.health(actor=actor, at=at)
        return Response(HealthOut(result).data)


class LatestCheckpoint(APIView):
    """GET /api/v1/audit/checkpoints/latest: the newest signed tree head."""

    @extend_schema(operation_id="audit_checkpoint", tags=["audit"], responses={200: CheckpointOut})
    def get(self, request: Request) -> Response:
        """Return the latest checkpoint with what its witnesses signed; keep its note to hold later trees against it."""
        actor, at = actor_and_instant(request)
        Query.of(request.query_params)
        checkpoint = proofs.latest(actor=actor, at=at)
        note = checkpoints.whole_note(checkpoint).decode()
        return Response(CheckpointOut((checkpoint, note.split("\n", 1)[0], note)).data)


class InclusionProof(APIView):
    """GET /api/v1/audit/proofs/inclusion: that an entry is in the tree."""

    @extend_schema(
        operation_id="audit_inclusion",
        tags=["audit"],
        parameters=[InclusionQuery],
        responses={200: InclusionOut},
    )
    def get(self, request: Request) -> Response:
        """Return an entry of the caller's authorities with its proof, to be checked by ``audit/verifier.py``."""
        actor, at = actor_and_instant(request)
        inspection.authorities_of(actor)  # who may, before what was asked
        query: dict[str, Any] = InclusionQuery.of(request.query_params)
        proof = proofs.inclusion(query, actor=actor, at=at)
        return Response(InclusionOut(proof).data)


class ConsistencyProof(APIView):
    """GET /api/v1/audit/proofs/consistency: that a tree continues an earlier one."""

    @extend_schema(
        operation_id="audit_consistency",
        tags=["audit"],
        parameters=[ConsistencyQuery],
        responses={200: ConsistencyOut},
    )
    def get(self, request: Request) -> Response:
        """Return the proof between two sizes, to be checked by ``audit/verifier.py``."""
        actor, at = actor_and_instant(request)
        inspection.authorities_of(actor)  # who may, before what was asked
        query: dict[str, Any] = ConsistencyQuery.of(request.query_params)
        proof = proofs.consistency(query, actor=actor, at=at)
        note = checkpoints.whole_note(proof.checkpoint).decode()
        return Response(ConsistencyOut((proof, note)).data)


class Export(APIView):
    """GET /api/v1/audit/export: the log as files, for ``audit/verifier.py``."""

    step_up = frozenset({"GET"})  # asked for a fresh proof by ``accounts/signin.py`` (SEC-AU6)

    @extend_schema(
        operation_id="audit_export",
        tags=["audit"],
        parameters=[ExportQuery],
        responses={(200, "application/zip"): OpenApiResponse(bytes, "Files of C2SP tlog-tiles.")},
    )
    def get(self, request: Request) -> FileResponse:
        """Return about a hundred thousand entries from ``start`` on; those of other authorities are hashes alone."""
        actor, at = actor_and_instant(request)
        inspection.authorities_of(actor)  # who may, before what was asked
        query: dict[str, Any] = ExportQuery.of(request.query_params)
        file = proofs.export(start=query["start"], actor=actor, at=at)
        return FileResponse(file, as_attachment=True, filename="journal.zip", content_type="application/zip")
