"""API of inquiries: ask for a case, list both sides', read one, and its steps (CASF L221-3; domain.md §2.7)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actor import Actor
from accounts.api.once import IDEMPOTENCY_KEY, do_once
from accounts.request import bare
from audit.events import Purpose
from core.api import page_schema
from core.query import Query
from referrals.inquiries import actions, files, queries
from referrals.inquiries.inputs import Asking, InquiryQuery
from referrals.models import Inquiry
from referrals.rest import schema
from referrals.rest.case_views import CaseView, listed
from referrals.rest.step_views import PerformRowStep, row_step_routes
from referrals.vocabulary.states import Machine
from referrals.workflow.machines import MACHINES

CREATED = 201


class InquiryPartyOut(serializers.Serializer[None]):
    """An authority by its code and name."""

    code = serializers.CharField()
    name = serializers.CharField()


class InquiryLine(serializers.Serializer[None]):
    """One side's view of an inquiry: codes and dates."""

    id = serializers.UUIDField()
    side = schema.CodedValue()
    state = schema.CodedValue()
    authority = InquiryPartyOut()
    other = InquiryPartyOut()
    reference = serializers.CharField(help_text="Of the case that asks.")
    referral = serializers.UUIDField(allow_null=True, help_text="The case or file on the own side.")
    urgency = schema.CodedValue()
    ground = schema.CodedValue()
    holders = schema.CodedValue()
    restricted = serializers.BooleanField()
    asked_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True, help_text="C27; null: nothing is awaited.")
    overdue = serializers.BooleanField()
    answered_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    forgotten_at = serializers.DateTimeField(allow_null=True)
    known = serializers.BooleanField(allow_null=True)
    kinds = schema.CodedValue(many=True)
    from_year = serializers.IntegerField(allow_null=True)
    to_year = serializers.IntegerField(allow_null=True)
    standing = schema.CodedValue(allow_null=True)
    wanted = schema.CodedValue(many=True)
    refusal = schema.CodedValue(allow_null=True)


class InquiryDone(InquiryLine):
    """The same, with what the caller may do next."""

    available_steps = serializers.ListField(child=serializers.CharField())


class InquiryOut(InquiryDone):
    """An inquiry with the documents that the caller reads; null where there is none, or none for this reader."""

    question = serializers.JSONField(allow_null=True)
    reply = serializers.JSONField(allow_null=True)
    request = serializers.JSONField(allow_null=True)
    closing = serializers.JSONField(allow_null=True)
    papers = serializers.JSONField(allow_null=True)
    candidates = serializers.ListField(
        child=serializers.DictField(), help_text="Children of own files who may be meant."
    )


class CaseInquiriesOut(serializers.Serializer[None]):
    """The questions of one case."""

    results = InquiryLine(many=True)


class Inquiries(CaseView):
    """GET /api/v1/inquiries."""

    @extend_schema(
        operation_id="inquiries_list",
        parameters=[InquiryQuery],
        responses={200: page_schema("InquiryPage", InquiryLine)},
        tags=["inquiry"],
    )
    def get(self, request: Request) -> Response:
        """List the inquiries of the caller's authorities on either side, the newest first; nothing is opened."""
        actor, at = self.actor, self.at
        page = queries.inquiry_page(InquiryQuery.of(request.query_params), actor=actor, at=at)
        return Response(listed([queries.line(row, at=at) for row in page.items], page.next))


class OneInquiry(CaseView):
    """GET /api/v1/inquiries/{id}."""

    @extend_schema(operation_id="inquiries_read", responses={200: InquiryOut}, tags=["inquiry"])
    def get(self, request: Request, pk: UUID) -> Response:
        """Read one side of an inquiry, with the documents that the caller reads; the reading is an entry."""
        Query.of(request.query_params)
        actor, at = self.actor, self.at
        row = queries.visible_row(bare(request), pk, actor=actor, at=at)
        return Response(queries.one(row, actor, at=at))


class CaseInquiries(CaseView):
    """GET, POST /api/v1/referrals/{id}/inquiries."""

    @extend_schema(
        operation_id="referral_inquiries_list", responses={200: CaseInquiriesOut}, tags=["inquiry"]
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """List the questions that a case has asked."""
        Query.of(request.query_params)
        referral, _ = self.seen(pk)
        rows = queries.of_case(referral, self.actor, at=self.at)
        return Response({"results": rows})

    @extend_schema(
        operation_id="inquiry_ask",
        request=Asking,
        responses={201: InquiryDone},
        parameters=[IDEMPOTENCY_KEY],
        tags=["inquiry"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Ask another authority whether it knows a child of the case (IQ1)."""
        Query.of(request.query_params)
        bare(request).purpose = Purpose.HANDLING  # a refusal bears it too
        self.seen(pk)
        actor, at = self.actor, self.at
        actions.asker_of(pk, actor, at=at)

        def ask() -> Inquiry:
            return actions.ask(pk, request.data, actor=actor, at=at)

        row = do_once(request, files.visible_to(actor, at=at), ask, status=CREATED)
        return Response(queries.done(row, actor, at=at), status=CREATED)


class PerformInquiryStep(PerformRowStep):
    """POST: do one step of an inquiry."""

    runner = actions.runner
    purpose = Purpose.HANDLING

    def shown(self, row: Inquiry, *, actor: Actor, at: datetime) -> dict[str, Any]:
        """Return the codes and dates: the answer to a write holds nothing sealed."""
        return queries.done(row, actor, at=at)


def inquiry_routes() -> list[URLPattern]:
    folder = MACHINES[Machine.INQUIRY].folder
    return [
        path(folder, Inquiries.as_view(), name="inquiries"),
        path(f"{folder}/<uuid:pk>", OneInquiry.as_view(), name="inquiry"),
        path("referrals/<uuid:pk>/inquiries", CaseInquiries.as_view(), name="referral-inquiries"),
        *row_step_routes(Machine.INQUIRY, PerformInquiryStep, InquiryDone),
    ]
