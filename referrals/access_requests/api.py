"""API of access requests: receive one, list, read, look for files, its steps, what is handed over (RGPD art. 15)."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import URLPattern, path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from accounts.actor import Actor
from accounts.api.once import do_once
from accounts.request import bare
from audit.events import Purpose
from core.api import page_schema
from core.query import Query
from referrals.access_requests import actions, queries
from referrals.access_requests.inputs import AccessLetterQuery, AccessRequestQuery, Receiving
from referrals.errors import NotAllowed
from referrals.models import AccessRequest
from referrals.rest import schema
from referrals.rest.case_views import CaseView, case_operation, listed
from referrals.rest.documents import ByAddress, inline_page
from referrals.rest.step_views import PerformRowStep, row_step_routes
from referrals.vocabulary.states import Machine
from referrals.workflow.inputs import Nothing
from referrals.workflow.machines import MACHINES
from referrals.workflow.step import steps

CREATED = 201
ZIP = "application/zip"


class AccessPlaceOut(serializers.Serializer[None]):
    """An authority by its code and name."""

    code = serializers.CharField()
    name = serializers.CharField()


class AccessRequestLine(serializers.Serializer[None]):
    """A request: codes and dates; who isn't an officer or signer has the receipt alone (``whole`` false)."""

    id = serializers.UUIDField()
    reference = serializers.CharField()
    received_on = serializers.DateField()
    way = schema.CodedValue()
    whole = serializers.BooleanField()
    state = schema.CodedValue(required=False)
    authority = AccessPlaceOut(required=False)
    requester = schema.CodedValue(required=False)
    right = schema.CodedValue(required=False)
    wanted = schema.CodedValue(required=False)
    due_at = serializers.DateTimeField(
        required=False, allow_null=True, help_text="C21; null: nothing is awaited."
    )
    overdue = serializers.BooleanField(required=False)
    extended_at = serializers.DateTimeField(required=False, allow_null=True)
    standing = schema.CodedValue(required=False, allow_null=True)
    since = serializers.DateField(required=False, allow_null=True)
    until = serializers.DateField(required=False, allow_null=True)
    classes = serializers.ListField(child=serializers.CharField(), required=False)
    collected_at = serializers.DateTimeField(required=False, allow_null=True)
    answered_at = serializers.DateTimeField(required=False, allow_null=True)
    codes = schema.CodedValue(many=True, required=False)
    refusal = schema.CodedValue(required=False, allow_null=True)
    package_hash = serializers.CharField(
        required=False, allow_blank=True, help_text="SHA-256, in hexadecimals."
    )
    package_until = serializers.DateTimeField(required=False, allow_null=True)
    package_over_at = serializers.DateTimeField(required=False, allow_null=True)
    handed_at = serializers.DateTimeField(required=False, allow_null=True)
    handing = schema.CodedValue(required=False, allow_null=True)
    appeal = schema.CodedValue(required=False, allow_null=True)
    appealed_on = serializers.DateField(required=False, allow_null=True)
    closed_at = serializers.DateTimeField(required=False, allow_null=True)


class AccessRequestDone(AccessRequestLine):
    """The same, with what the caller may do next; ``approval``: the second signature that is asked for."""

    available_steps = serializers.ListField(child=serializers.CharField())
    approval = serializers.UUIDField(required=False)


class AccessRequestOut(AccessRequestDone):
    """A request with what the caller reads of it."""

    opinions = serializers.ListField(child=serializers.DictField())
    said = serializers.JSONField(required=False, allow_null=True)
    identity = serializers.JSONField(required=False, allow_null=True)
    letter = serializers.JSONField(required=False, allow_null=True)
    notes = serializers.JSONField(required=False, allow_null=True)
    readers = serializers.JSONField(required=False, allow_null=True)
    files = serializers.ListField(child=serializers.DictField(), required=False)
    parts = serializers.ListField(child=serializers.DictField(), required=False)
    gates = schema.CodedValue(many=True, required=False)
    approvals = serializers.ListField(child=serializers.DictField(), required=False)


class AccessHit(serializers.Serializer[None]):
    """A file that may be of the person: nothing of what it says."""

    reference = serializers.CharField()
    state = schema.CodedValue()
    received_at = serializers.DateTimeField(allow_null=True)
    exact = serializers.BooleanField(help_text="Names and birth are the same.")


class AccessHits(serializers.Serializer[None]):
    """The files that may be of the person."""

    results = AccessHit(many=True)


class AccessRequests(CaseView):
    """GET, POST /api/v1/access-requests."""

    @case_operation(
        "access_requests_list",
        page_schema("AccessRequestPage", AccessRequestLine),
        query=AccessRequestQuery,
        tag="access_request",
    )
    def get(self) -> dict[str, Any]:
        """List the requests in which the caller has a part, the newest first; nothing is opened."""
        page = queries.request_page(self.filters, actor=self.actor, at=self.at)
        return listed([queries.line(row, self.actor, at=self.at) for row in page.items], page.next)

    @case_operation(
        "access_request_receive",
        AccessRequestDone,
        takes=Receiving,
        tag="access_request",
        status=CREATED,
        once=True,
    )
    def post(self) -> dict[str, Any]:
        """Record a request: it is answered within a month of its receipt (AR1)."""
        bare(self.request).purpose = Purpose.HANDLING  # a refusal bears it too
        actor, at = self.actor, self.at
        step = steps.get(Machine.ACCESS_REQUEST, "receive")
        if not actor.holding(step.roles):
            raise NotAllowed(step.event)
        receive = partial(actions.receive, self.request.data, actor=actor, at=at)
        row = do_once(self.request, actions.visible_to(actor, at=at), receive, status=CREATED)
        return queries.done(row, actor, at=at)


class OneAccessRequest(CaseView):
    """GET /api/v1/access-requests/{id}."""

    @case_operation("access_requests_read", AccessRequestOut, tag="access_request")
    def get(self, pk: UUID) -> dict[str, Any]:
        """Read a request, with what the caller reads of it; the reading is an entry."""
        return queries.one(queries.visible_row(pk, actor=self.actor, at=self.at), self.actor, at=self.at)


class AccessFiles(CaseView):
    """GET /api/v1/access-requests/{id}/files."""

    @case_operation("access_request_files", AccessHits, tag="access_request")
    def get(self, pk: UUID) -> dict[str, Any]:
        """Look in the index for files of the person whom a request is about, closed and archived ones too (AR4)."""
        return {"results": queries.found(pk, actor=self.actor, at=self.at)}


class AccessPackage(CaseView):
    """POST /api/v1/access-requests/{id}/package."""

    step_up = frozenset({"POST"})

    @extend_schema(
        operation_id="access_request_package",
        request=Nothing,
        responses={(200, ZIP): OpenApiResponse(OpenApiTypes.BINARY, "PDF/A, JSON, index and proofs.")},
        tags=["access_request"],
    )
    def post(self, request: Request, pk: UUID) -> HttpResponse:
        """Take what is handed over, as the officer; the fetching is an entry (AR13)."""
        Query.of(request.query_params)
        queries.visible_row(pk, actor=self.actor, at=self.at)
        Nothing.read(request.data)
        response = HttpResponse(queries.package(pk, actor=self.actor, at=self.at), content_type=ZIP)
        # The name says nothing.
        response["Content-Disposition"] = 'attachment; filename="reponse.zip"'
        return response


class AccessLetter(CaseView):
    """GET /api/v1/access-requests/{id}/letter."""

    content_negotiation_class = ByAddress

    @extend_schema(
        operation_id="access_request_letter",
        parameters=[AccessLetterQuery],
        responses={(200, "text/html"): OpenApiTypes.STR},
        tags=["access_request"],
    )
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        """Read a letter that was made, as it prints: it asks for nothing from elsewhere."""
        name = AccessLetterQuery.of(request.query_params)["name"]
        row = queries.visible_row(pk, actor=self.actor, at=self.at)
        return inline_page(queries.letter(row, name, actor=self.actor, at=self.at), "lettre.html")


class PerformAccessStep(PerformRowStep):
    """POST: do one step of a request."""

    runner = actions.runner
    purpose = Purpose.HANDLING

    def shown(self, row: AccessRequest, *, actor: Actor, at: datetime) -> dict[str, Any]:
        """Return the codes and dates: the answer to a write holds nothing sealed."""
        return queries.done(row, actor, at=at)


def access_request_routes() -> list[URLPattern]:
    """Return the addresses of access requests and of their steps."""
    folder = MACHINES[Machine.ACCESS_REQUEST].folder
    return [
        path(folder, AccessRequests.as_view(), name="access-requests"),
        path(f"{folder}/<uuid:pk>", OneAccessRequest.as_view(), name="access-request"),
        path(f"{folder}/<uuid:pk>/files", AccessFiles.as_view(), name="access-request-files"),
        path(f"{folder}/<uuid:pk>/letter", AccessLetter.as_view(), name="access-request-letter"),
        path(f"{folder}/<uuid:pk>/package", AccessPackage.as_view(), name="access-request-package"),
        *row_step_routes(Machine.ACCESS_REQUEST, PerformAccessStep, AccessRequestDone),
    ]
