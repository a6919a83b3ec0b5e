"""``/exports``: lists of cases with names that leave the service, by two persons, after a delay, once."""

from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.once import IDEMPOTENCY_KEY, do_once
from core.paging import page_of
from core.query import PagedQuery, Query
from referrals.exports import actions, queries
from referrals.exports.actions import DecisionInput, ExportInput
from referrals.models import CaseExport
from referrals.rest import schema
from referrals.rest.case_views import CaseView, listed
from referrals.workflow.inputs import Nothing

CREATED = 201


class ExportLine(serializers.Serializer[None]):
    """One export. ``cases``: how many were asked for, to who asked; null once nothing is left of it."""

    id = serializers.UUIDField()
    authority = serializers.UUIDField()
    asked_by = serializers.CharField()
    asked_at = serializers.DateTimeField()
    own = serializers.BooleanField()
    purpose = schema.CodedValue()
    state = schema.CodedValue()
    cases = serializers.IntegerField(allow_null=True)
    ready_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    to_decide = serializers.BooleanField()
    to_take = serializers.BooleanField()


class ExportPage(serializers.Serializer[None]):
    """A page of them."""

    results = ExportLine(many=True)
    next = serializers.CharField(allow_null=True)


class ExportOut(ExportLine):
    """One export with its reason, and the references of its cases that the caller may know of."""

    reason = serializers.CharField()
    references = serializers.ListField(child=serializers.CharField())


class Exports(CaseView):
    """Exports of cases."""

    step_up = frozenset({"POST"})

    @extend_schema(
        parameters=[PagedQuery], responses=ExportPage, operation_id="exports_list", tags=["exports"]
    )
    def get(self, request: Request) -> Response:
        """List one's own exports, and those that wait for one's decision or had it; the newest first."""
        query, actor, at = PagedQuery.of(request.query_params), self.actor, self.at
        page = page_of(actions.visible_to(actor, at=at), order=("-asked_at", "id"), **query)
        lines = [queries.line(row, actor=actor, at=at) for row in page.items]
        return Response(listed(lines, page.next))

    @extend_schema(
        request=ExportInput,
        responses={201: ExportLine},
        operation_id="exports_ask",
        tags=["exports"],
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request) -> Response:
        """Ask for the cases that some filters find now; a second person has a week to confirm."""
        Query.of(request.query_params)
        actor, at = self.actor, self.at
        actions.require_asker(actor)

        def ask() -> CaseExport:
            return actions.ask(ExportInput.read(request.data), actor=actor, at=at)

        row = do_once(request, actions.visible_to(actor, at=at), ask, status=CREATED)
        return Response(queries.line(row, actor=actor, at=at), status=CREATED)


class OneExport(CaseView):
    """One export."""

    @extend_schema(responses=ExportOut, operation_id="exports_read", tags=["exports"])
    def get(self, request: Request, pk: UUID) -> Response:
        """Read one export, with its reason; an entry says so."""
        Query.of(request.query_params)
        actor, at = self.actor, self.at
        return Response(queries.one(actions.visible_row(pk, actor=actor, at=at), actor=actor, at=at))


class DecideExport(CaseView):
    """An export that waits for a second person."""

    step_up = frozenset({"POST"})

    @extend_schema(
        request=DecisionInput,
        responses=ExportLine,
        operation_id="exports_decide",
        tags=["exports"],
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Confirm it or refuse it, as another person than who asked."""
        Query.of(request.query_params)
        actor, at = self.actor, self.at

        def decide() -> CaseExport:
            actions.visible_row(pk, actor=actor, at=at)
            confirmed = DecisionInput.read(request.data)["confirmed"]
            return actions.decide(pk, confirmed=confirmed, actor=actor, at=at)

        row = do_once(request, actions.visible_to(actor, at=at), decide)
        return Response(queries.line(row, actor=actor, at=at))


class TakeExport(CaseView):
    """The file of an export."""

    step_up = frozenset({"POST"})

    @extend_schema(
        request=Nothing,
        responses={
            (200, "text/csv"): OpenApiResponse(OpenApiTypes.BINARY, "A line a child; no cell is a formula.")
        },
        operation_id="exports_take",
        tags=["exports"],
    )
    def post(self, request: Request, pk: UUID) -> HttpResponse:
        """Take the file, once: nothing is left of it then."""
        Query.of(request.query_params)
        actor, at = self.actor, self.at
        actions.visible_row(pk, actor=actor, at=at)
        Nothing.read(request.data)
        return served(actions.take(pk, actor=actor, at=at))


def served(file: bytes) -> HttpResponse:
    """Return a file as an answer, under a name that says nothing."""
    response = HttpResponse(file, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="export.csv"'
    return response
