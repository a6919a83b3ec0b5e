"""API of letters: what is due on a case, prepare one, read it, its steps, and the signed page (domain.md §4.9)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import URLPattern, path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actor import Actor
from accounts.api.once import IDEMPOTENCY_KEY, do_once
from accounts.request import bare
from audit.events import Purpose
from core.query import Query
from referrals.access import child_sight
from referrals.errors import NotVisible
from referrals.letters import actions, queries
from referrals.letters.inputs import LetterPreparing
from referrals.models import Letter
from referrals.rest import schema
from referrals.rest.case_views import CaseView
from referrals.rest.documents import POLICY, ByAddress, own_style
from referrals.rest.pdf import pdf
from referrals.rest.step_views import PerformRowStep, row_step_routes
from referrals.vocabulary.states import Machine
from referrals.workflow.machines import MACHINES

CREATED = 201


class LetterAbout(serializers.Serializer[None]):
    """To whom a letter goes, and on what occasion."""

    kind = schema.CodedValue()
    audience = schema.CodedValue()
    law = serializers.CharField()
    part = serializers.UUIDField(allow_null=True, help_text="The row of the step that gives rise to it.")
    children = serializers.ListField(
        child=serializers.UUIDField(), help_text="Whom it names; empty: the case."
    )
    holder = serializers.UUIDField(allow_null=True)


class DueLetter(LetterAbout):
    """A letter that is to be written now."""

    on = serializers.DateField(allow_null=True, help_text="Day of the step.")


class LetterLine(LetterAbout):
    """A letter: codes, days and who; nothing of what it says."""

    id = serializers.UUIDField()
    state = schema.CodedValue()
    referral = serializers.UUIDField()
    prepared_at = serializers.DateTimeField()
    prepared_by = serializers.CharField()
    signed_at = serializers.DateTimeField(allow_null=True)
    signed_by = serializers.CharField(allow_null=True)
    digest = serializers.CharField(help_text="Keyed value of the signed page; empty before.")
    sent_on = serializers.DateField(allow_null=True)
    way = schema.CodedValue(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class LetterDone(LetterLine):
    """The same, with what the caller may do next."""

    available_steps = serializers.ListField(child=serializers.CharField())


class LetterPassage(serializers.Serializer[None]):
    """A passage, and what it is made from; the source isn't printed."""

    heading = serializers.CharField(allow_blank=True)
    facts = serializers.ListField(child=serializers.DictField())
    paragraphs = serializers.ListField(child=serializers.CharField())
    points = serializers.ListField(child=serializers.CharField())
    made_from = schema.CodedValue()
    on = serializers.DateField(allow_null=True)
    added = serializers.BooleanField()


class LetterOut(LetterDone):
    """A letter with what it says, while it is prepared; then its page has it (``/page``)."""

    outside = serializers.CharField(help_text="What may stand on the envelope or in a subject line.")
    asks = serializers.ListField(
        child=serializers.CharField(), help_text="Members of the edit that it takes."
    )
    needs = serializers.ListField(child=serializers.CharField())
    ways = schema.CodedValue(many=True)
    words = serializers.JSONField()
    title = serializers.CharField(allow_blank=True)
    to = serializers.ListField(child=serializers.CharField())
    greeting = serializers.CharField(allow_blank=True)
    closing = serializers.CharField(allow_blank=True)
    passages = LetterPassage(many=True)
    draft = serializers.CharField(allow_null=True, help_text="To be sent back when it is signed.")
    withheld = serializers.CharField(allow_null=True, help_text="Why it says nothing now.")
    note = serializers.JSONField(allow_null=True, help_text="Proof of the sending, or why it was discarded.")


class CaseLettersOut(serializers.Serializer[None]):
    """The letters of one case."""

    due = DueLetter(many=True)
    results = LetterLine(many=True)


class CaseLetters(CaseView):
    """GET, POST /api/v1/referrals/{id}/letters."""

    @extend_schema(operation_id="referral_letters_list", responses={200: CaseLettersOut}, tags=["letter"])
    def get(self, request: Request, pk: UUID) -> Response:
        """List what is due, of what the caller would sign, and the letters that the caller may read."""
        Query.of(request.query_params)
        referral, ties = self.seen(pk)
        actor, at = self.actor, self.at
        sight = child_sight.sight_of(referral, ties, actor)
        due = queries.due(referral, ties, sight, actor, at=at)
        return Response({"due": due, "results": queries.of_case(referral, actor, at=at)})

    @extend_schema(
        operation_id="letter_prepare",
        request=LetterPreparing,
        responses={201: LetterDone},
        parameters=[IDEMPOTENCY_KEY],
        tags=["letter"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Begin a letter that is due (LT1)."""
        Query.of(request.query_params)
        bare(request).purpose = Purpose.HANDLING  # a refusal bears it too
        self.seen(pk)
        actor, at = self.actor, self.at

        def prepare() -> Letter:
            return actions.prepare(pk, request.data, actor=actor, at=at)

        row = do_once(request, actions.runner.visible_to(actor, at=at), prepare, status=CREATED)
        return Response(queries.done(row, actor, at=at), status=CREATED)


class OneLetter(CaseView):
    """GET /api/v1/letters/{id}."""

    @extend_schema(operation_id="letters_read", responses={200: LetterOut}, tags=["letter"])
    def get(self, request: Request, pk: UUID) -> Response:
        """Read a letter; while it is prepared, passage by passage with the source of each. The reading is an entry."""
        Query.of(request.query_params)
        actor, at = self.actor, self.at
        row = queries.visible_row(bare(request), pk, actor=actor, at=at)
        return Response(queries.one(row, actor, at=at))


class LetterPage(CaseView):
    """GET /api/v1/letters/{id}/page."""

    content_negotiation_class = ByAddress

    @extend_schema(
        operation_id="letters_page", responses={(200, "text/html"): OpenApiTypes.STR}, tags=["letter"]
    )
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        """Read a signed letter as a page that prints: it asks for nothing from elsewhere."""
        page = self.page(request, pk)
        response = HttpResponse(page, content_type="text/html; charset=utf-8")
        response["Content-Disposition"] = 'inline; filename="document.html"'
        response["Content-Security-Policy"] = f"{POLICY}; style-src {own_style(page)}"
        return response

    def page(self, request: Request, pk: UUID) -> str:
        Query.of(request.query_params)
        actor, at = self.actor, self.at
        row = queries.visible_row(bare(request), pk, actor=actor, at=at)
        return queries.page(row, actor, at=at)


class LetterPdf(LetterPage):
    """GET /api/v1/letters/{id}/page.pdf."""

    @extend_schema(
        operation_id="letters_pdf", responses={(200, "application/pdf"): OpenApiTypes.BINARY}, tags=["letter"]
    )
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        """Read a signed letter as PDF/A, made from the page."""
        made = pdf(self.page(request, pk))
        response = HttpResponse(made, content_type="application/pdf")
        response["Content-Disposition"] = 'inline; filename="document.pdf"'
        return response


class PerformLetterStep(PerformRowStep):
    """POST: do one step of a letter."""

    runner = actions.runner
    purpose = Purpose.HANDLING

    def perform(self, request: Request, pk: UUID) -> Response:
        """Do the step; whoever may not read the letter is told nothing of it."""
        actor, at = self.actor, self.at
        if actions.runner.visible_to(actor, at=at).filter(pk=pk).first() is None:
            raise NotVisible
        return super().perform(request, pk)

    def shown(self, row: Letter, *, actor: Actor, at: datetime) -> dict[str, Any]:
        """Return codes and days: the answer to a write holds nothing sealed."""
        return queries.done(row, actor, at=at)


def letter_routes() -> list[URLPattern]:
    folder = MACHINES[Machine.LETTER].folder
    return [
        path("referrals/<uuid:pk>/letters", CaseLetters.as_view(), name="referral-letters"),
        path(f"{folder}/<uuid:pk>", OneLetter.as_view(), name="letter"),
        path(f"{folder}/<uuid:pk>/page", LetterPage.as_view(), name="letter-page"),
        path(f"{folder}/<uuid:pk>/page.pdf", LetterPdf.as_view(), name="letter-pdf"),
        *row_step_routes(Machine.LETTER, PerformLetterStep, LetterDone),
    ]
