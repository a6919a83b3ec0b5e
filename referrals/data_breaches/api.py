"""API of data breaches: declare, the register, one of them, what the journal shows, the letters, the steps."""

from datetime import datetime
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
from core.languages import FRENCH
from referrals.data_breaches import actions, queries
from referrals.data_breaches.inputs import BreachQuery, DeclaringBreach, NoticeQuery
from referrals.letters.paper import pdf
from referrals.models import DataBreach
from referrals.rest import schema
from referrals.rest.case_views import CaseView, case_operation, listed
from referrals.rest.documents import ByAddress, inline_page
from referrals.rest.step_views import PerformRowStep, row_step_routes
from referrals.vocabulary.states import Machine
from referrals.workflow.inputs import required
from referrals.workflow.machines import MACHINES

CREATED = 201


class BreachPlaceOut(serializers.Serializer[None]):
    """An authority by its code and name."""

    code = serializers.CharField()
    name = serializers.CharField()


class BreachPersonsOut(serializers.Serializer[None]):
    """About how many persons of a category."""

    group = schema.CodedValue()
    count = serializers.IntegerField()


class BreachGroupOut(serializers.Serializer[None]):
    """What was said for a group of persons."""

    group = schema.CodedValue()
    answer = schema.CodedValue()
    on = serializers.DateField()
    way = schema.CodedValue(allow_null=True)
    opinion_on = serializers.DateField(allow_null=True)
    cnil_told_on = serializers.DateField(allow_null=True)


class BreachLine(serializers.Serializer[None]):
    """A breach as the register shows it: codes, days and numbers."""

    id = serializers.UUIDField()
    authority = BreachPlaceOut()
    state = schema.CodedValue()
    source = schema.CodedValue()  # type: ignore[assignment]  # a member of the answer, not of the field
    kinds = schema.CodedValue(many=True)
    declared_at = serializers.DateTimeField()
    aware_at = serializers.DateTimeField()
    since = serializers.DateTimeField(allow_null=True)
    until = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True, help_text="C22: 72 hours; null: it doesn't run.")
    overdue = serializers.BooleanField()
    stopped_at = serializers.DateTimeField(allow_null=True)
    stopped_by = schema.CodedValue(allow_null=True)
    suspended_at = serializers.DateTimeField(allow_null=True, help_text="The account in question.")
    lifted_at = serializers.DateTimeField(allow_null=True)
    assessed_at = serializers.DateTimeField(allow_null=True)
    risk = schema.CodedValue(allow_null=True)
    danger = serializers.BooleanField()
    entries = serializers.IntegerField(allow_null=True)
    persons = BreachPersonsOut(many=True)
    parts = schema.CodedValue(many=True)
    touched = schema.CodedValue(many=True)
    legible = schema.CodedValue(allow_null=True)
    notified_at = serializers.DateTimeField(allow_null=True)
    complete_at = serializers.DateTimeField(allow_null=True)
    late = serializers.BooleanField()
    groups = BreachGroupOut(many=True)
    unanswered = schema.CodedValue(many=True)
    closed_at = serializers.DateTimeField(allow_null=True)


class BreachDone(BreachLine):
    """The same, with what the caller may do next."""

    available_steps = serializers.ListField(child=serializers.CharField())


class BreachOut(BreachDone):
    """A breach with the words that the caller reads; null where there is none, or none for this reader."""

    facts = serializers.JSONField(allow_null=True)
    assessment = serializers.JSONField(allow_null=True)
    notifications = serializers.JSONField(allow_null=True)
    letters = serializers.JSONField(allow_null=True)
    news = serializers.JSONField(allow_null=True)
    closing = serializers.JSONField(allow_null=True)
    anomaly = serializers.UUIDField(allow_null=True)


class BreachesDeclared(serializers.Serializer[None]):
    """The rows that a declaration made, one for each authority."""

    results = BreachLine(many=True)


class BreachFiguresOut(serializers.Serializer[None]):
    """What the journal shows: readings, files, persons by category, values opened by category of data."""

    entries = serializers.IntegerField()
    files = serializers.IntegerField()
    persons = serializers.DictField(child=serializers.IntegerField())
    parts = serializers.DictField(child=serializers.IntegerField())
    touched = serializers.ListField(child=serializers.CharField())
    partial = serializers.BooleanField(  # type: ignore[assignment]  # a member of the answer
        help_text="There were more entries than were counted."
    )


class BreachCountOut(serializers.Serializer[None]):
    """The figures; null where neither an account nor a case is in question."""

    figures = BreachFiguresOut(allow_null=True)


class Breaches(CaseView):
    """GET, POST /api/v1/data-breaches."""

    @case_operation(
        "data_breaches_list", page_schema("BreachPage", BreachLine), query=BreachQuery, tag="breach"
    )
    def get(self) -> dict[str, Any]:
        """List the register of the caller's authorities, or what the caller declared, the newest first."""
        page = queries.register_page(self.filters, actor=self.actor, at=self.at)
        return listed([queries.line(row, at=self.at) for row in page.items], page.next)

    @case_operation(
        "breach_declare", BreachesDeclared, takes=DeclaringBreach, tag="breach", status=CREATED, once=True
    )
    def post(self) -> dict[str, Any]:
        """Declare a breach (DB1): one row for each authority touched."""
        bare(self.request).purpose = Purpose.AUDIT  # a refusal bears it too
        actor, at = self.actor, self.at
        actions.require_role(actor)
        with actions.in_reach(actor):
            first = do_once(
                self.request,
                actions.visible_to(actor),
                lambda: actions.declare(self.request.data, actor=actor, at=at)[0],
                status=CREATED,
            )
            rows = actions.declared_with(first, actor)
        return {"results": [queries.line(row, at=at) for row in rows]}


class OneBreach(CaseView):
    """GET /api/v1/data-breaches/{id}."""

    @case_operation("data_breaches_read", BreachOut, tag="breach")
    def get(self, pk: UUID) -> dict[str, Any]:
        """Read a breach, with the words that the caller reads; the reading is an entry."""
        return queries.one(queries.visible_row(pk, actor=self.actor), self.actor, at=self.at)


class BreachFigures(CaseView):
    """GET /api/v1/data-breaches/{id}/figures."""

    @case_operation("data_breaches_count", BreachCountOut, tag="breach")
    def get(self, pk: UUID) -> dict[str, Any]:
        """Count in the journal what a breach touched; for the officer who assesses it."""
        return {"figures": queries.figures(queries.visible_row(pk, actor=self.actor), self.actor, at=self.at)}


class BreachNotice(CaseView):
    """GET /api/v1/data-breaches/{id}/notice."""

    content_negotiation_class = ByAddress

    @extend_schema(
        operation_id="data_breaches_notice",
        parameters=[NoticeQuery],
        responses={(200, "text/html"): OpenApiResponse(OpenApiTypes.STR, "The letter to a group (art. 34).")},
        tags=["breach"],
    )
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        """Read the letter to a group of persons that was told."""
        return inline_page(self.page(request, pk), "courrier.html")

    def page(self, request: Request, pk: UUID) -> str:
        filters = NoticeQuery.of(request.query_params)
        row = queries.visible_row(pk, actor=self.actor)
        if "group" not in filters:
            raise required("group")
        return queries.letter(row, filters["group"], self.actor, at=self.at, language=FRENCH)


class BreachNoticePdf(BreachNotice):
    """GET /api/v1/data-breaches/{id}/notice.pdf."""

    @extend_schema(
        operation_id="data_breaches_notice_pdf",
        parameters=[NoticeQuery],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
        tags=["breach"],
    )
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        """Read the letter to a group as PDF/A, made from the page."""
        response = HttpResponse(pdf(self.page(request, pk)), content_type="application/pdf")
        response["Content-Disposition"] = 'inline; filename="courrier.pdf"'
        return response


class PerformBreachStep(PerformRowStep):
    """POST: do one step of a data breach."""

    runner = actions.runner
    purpose = Purpose.AUDIT

    def shown(self, row: DataBreach, *, actor: Actor, at: datetime) -> dict[str, Any]:
        """Return codes, days and numbers: the answer to a write holds nothing sealed."""
        return queries.done(row, actor, at=at)


def breach_routes() -> list[URLPattern]:
    """Return the addresses of data breaches and of their steps."""
    folder = MACHINES[Machine.BREACH].folder
    return [
        path(folder, Breaches.as_view(), name="breaches"),
        path(f"{folder}/<uuid:pk>", OneBreach.as_view(), name="breach"),
        path(f"{folder}/<uuid:pk>/figures", BreachFigures.as_view(), name="breach-figures"),
        path(f"{folder}/<uuid:pk>/notice", BreachNotice.as_view(), name="breach-notice"),
        path(f"{folder}/<uuid:pk>/notice.pdf", BreachNoticePdf.as_view(), name="breach-notice-pdf"),
        *row_step_routes(Machine.BREACH, PerformBreachStep, BreachDone),
    ]
