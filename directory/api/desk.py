"""API of what waits for editors and supervisors: reported errors, openings of secret addresses (field.md A.7, A.8)."""

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.access import require_somewhere
from accounts.api.once import do_once
from accounts.naming import visible
from accounts.request import bare
from accounts.signin import actor_of, at_of
from audit.events import Purpose
from core.api import operation
from core.query import Query
from directory import queries
from directory.access import READ, editable_reports, reviewable_openings
from directory.actions import reports, secrets
from directory.api.serializers import OpenedAddressOut, OpeningOut, OpeningsOut, ReportOut, ReportsOut
from directory.inputs import LookInput, OpeningInput, SettledInput
from directory.models import ErrorReport, SecretOpening

TAG = "directory"


class OpenPlace(APIView):
    step_up = frozenset({"POST"})

    @operation("places_open", TAG, OpenedAddressOut, takes=OpeningInput)
    def post(self, request: Request, pk: UUID) -> secrets.Address:
        """Open a secret address for a case; each time is an entry, and outside working hours supervisors are told.

        Done each time that it is asked: an answer that was lost must be had again at once.
        """
        Query.of(request.query_params)
        actor = actor_of(request)
        require_somewhere(actor, READ)
        bare(request).purpose = Purpose.EMERGENCY  # read by the pipeline, should it be refused
        return secrets.open_address(pk, OpeningInput.read(request.data), actor=actor, at=at_of(request))


class Openings(APIView):
    @operation("secret_openings_list", TAG, OpeningsOut)
    def get(self, request: Request) -> dict[str, Any]:
        """List the openings outside working hours at which a supervisor has yet to look, those due first."""
        Query.of(request.query_params)
        return {"results": queries.openings_to_look_at(actor_of(request), at=at_of(request))}


class LookAtOpening(APIView):
    @operation("secret_openings_look", TAG, OpeningOut, takes=LookInput, once=True)
    def post(self, request: Request, pk: UUID) -> SecretOpening:
        """Say whether an opening by somebody else was justified."""
        actor = actor_of(request)
        visible(reviewable_openings(actor), pk)

        def look() -> SecretOpening:
            return secrets.look_at(pk, LookInput.read(request.data), actor=actor, at=at_of(request))

        return do_once(request, reviewable_openings(actor), look)


class Reports(APIView):
    @operation("resource_errors_list", TAG, ReportsOut)
    def get(self, request: Request) -> dict[str, Any]:
        """Read the errors that were reported of what one keeps, the oldest first; reading them is an entry."""
        Query.of(request.query_params)
        return {"results": queries.open_reports(actor_of(request), at=at_of(request))}


class SettleReport(APIView):
    @operation("resource_errors_settle", TAG, ReportOut, takes=SettledInput, once=True)
    def post(self, request: Request, pk: UUID) -> ErrorReport:
        """Say that a reported error was looked at."""
        actor = actor_of(request)
        visible(editable_reports(actor), pk)

        def settle() -> ErrorReport:
            return reports.settle(pk, SettledInput.read(request.data), actor=actor, at=at_of(request))

        return do_once(request, editable_reports(actor), settle)
