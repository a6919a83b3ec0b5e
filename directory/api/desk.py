"""API of what waits for editors and supervisors: reported errors, openings of secret addresses (field.md A.7, A.8)."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import require_somewhere
from accounts.api.once import IDEMPOTENCY_KEY, do_once
from accounts.naming import visible
from accounts.request import bare
from accounts.signin import actor_of, at_of
from audit.events import Purpose
from core.query import Query
from directory import queries
from directory.access import READ, kept_reports, reviewable_openings
from directory.actions import reports, secrets
from directory.api.serializers import OpenedAddressOut, OpeningOut, OpeningsOut, ReportOut, ReportsOut
from directory.inputs import LookInput, OpeningInput, SettledInput
from directory.models import ErrorReport, SecretOpening

TAGS = ["directory"]


class OpenPlace(APIView):
    """POST /api/v1/places/{id}/open."""

    step_up = frozenset({"POST"})

    @extend_schema(
        operation_id="places_open", tags=TAGS, request=OpeningInput, responses={200: OpenedAddressOut}
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Open a secret address for a case; each time is an entry, and outside working hours supervisors are told.

        Done each time that it is asked: an answer that was lost must be had again at once.
        """
        Query.of(request.query_params)
        actor = actor_of(request)
        require_somewhere(actor, READ)
        bare(request).purpose = Purpose.EMERGENCY  # read by the pipeline, should it be refused
        body = OpeningInput.read(request.data)
        opened = secrets.open_address(pk, body, actor=actor, at=at_of(request))
        return Response(OpenedAddressOut(opened).data)


class Openings(APIView):
    """GET /api/v1/secret-openings."""

    @extend_schema(operation_id="secret_openings_list", tags=TAGS, responses={200: OpeningsOut})
    def get(self, request: Request) -> Response:
        """List the openings outside working hours at which a supervisor has yet to look, those due first."""
        Query.of(request.query_params)
        lines = queries.openings_to_look_at(actor_of(request), at=at_of(request))
        return Response(OpeningsOut({"results": lines}).data)


class LookAtOpening(APIView):
    """POST /api/v1/secret-openings/{id}/look."""

    @extend_schema(
        operation_id="secret_openings_look",
        tags=TAGS,
        parameters=[IDEMPOTENCY_KEY],
        request=LookInput,
        responses={200: OpeningOut},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Say whether an opening by somebody else was justified."""
        actor = actor_of(request)
        visible(reviewable_openings(actor), pk)

        def look() -> SecretOpening:
            return secrets.look_at(pk, LookInput.read(request.data), actor=actor, at=at_of(request))

        return Response(OpeningOut(do_once(request, reviewable_openings(actor), look)).data)


class Reports(APIView):
    """GET /api/v1/resource-errors."""

    @extend_schema(operation_id="resource_errors_list", tags=TAGS, responses={200: ReportsOut})
    def get(self, request: Request) -> Response:
        """Read the errors that were reported of what one keeps, the oldest first; reading them is an entry."""
        Query.of(request.query_params)
        lines = queries.open_reports(actor_of(request), at=at_of(request))
        return Response(ReportsOut({"results": lines}).data)


class SettleReport(APIView):
    """POST /api/v1/resource-errors/{id}/settle."""

    @extend_schema(
        operation_id="resource_errors_settle",
        tags=TAGS,
        parameters=[IDEMPOTENCY_KEY],
        request=SettledInput,
        responses={200: ReportOut},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Say that a reported error was looked at."""
        actor = actor_of(request)
        visible(kept_reports(actor), pk)

        def settle() -> ErrorReport:
            return reports.settle(pk, SettledInput.read(request.data), actor=actor, at=at_of(request))

        return Response(ReportOut(do_once(request, kept_reports(actor), settle)).data)
