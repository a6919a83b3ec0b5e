"""API of access anomalies: list, review, the question to the agent, the veil (domain.md §2.7, S9).

It is for auditors and data protection officers of the authority; the agent whom an anomaly is about sees its question
and answers.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import require_somewhere
from accounts.actor import Actor
from accounts.api.once import do_once
from audit.events import Purpose
from audit.outputs import EntryOut
from core.api import page_schema
from core.query import PagedQuery
from referrals.access_review import actions, queries
from referrals.access_review.inputs import AnomalyQuery, AnswerIn
from referrals.access_review.queries import anomaly_page, question_page
from referrals.errors import NotVisible
from referrals.models import AccessAnomaly
from referrals.rest import schema
from referrals.rest.case_views import CaseView, case_operation, listed
from referrals.rest.step_views import PerformRowStep, row_step_routes
from referrals.vocabulary.states import Machine
from referrals.workflow.machines import MACHINES


class AnomalyRuleOut(schema.Labelled):
    """A rule."""

    code = serializers.CharField()
    label = serializers.DictField(child=serializers.CharField(), allow_null=True)


class QuestionOut(serializers.Serializer[None]):
    """An anomaly as the agent is asked about it."""

    id = serializers.UUIDField()
    count = serializers.IntegerField()
    first_at = serializers.DateTimeField()
    last_at = serializers.DateTimeField()
    asked_at = serializers.DateTimeField(allow_null=True)
    answer_due_at = serializers.DateTimeField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    answer = schema.CodedValue(allow_null=True)


class AnomalyOut(QuestionOut):
    """An anomaly, how far it has come, and what the caller may do with it now."""

    authority = serializers.UUIDField()
    rule = AnomalyRuleOut()
    state = schema.CodedValue()
    actor = serializers.UUIDField(
        allow_null=True, help_text="Pseudonym of the account; null: nobody in particular."
    )
    subjects = serializers.ListField(
        child=serializers.UUIDField(), help_text="Pseudonyms of referrals, at most 100."
    )
    entries = serializers.ListField(child=serializers.UUIDField(), help_text="Ids of entries, at most 100.")
    detected_at = serializers.DateTimeField()
    judged_at = serializers.DateTimeField(allow_null=True)
    reason = schema.CodedValue(allow_null=True)
    breach = serializers.UUIDField(
        allow_null=True, help_text="The data breach that an unjustified access is."
    )
    breach_state = schema.CodedValue(allow_null=True)
    breach_due_at = serializers.DateTimeField(allow_null=True, help_text="72 hours (RGPD art. 33).")
    reported_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    identities_asked_at = serializers.DateTimeField(allow_null=True)
    identities_until = serializers.DateTimeField(allow_null=True)
    available_steps = serializers.ListField(child=serializers.CharField())


class PersonOut(serializers.Serializer[None]):
    """An account behind a pseudonym."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.CharField()


class FileOut(serializers.Serializer[None]):
    """A file behind a pseudonym; without a reference once it is destroyed."""

    subject = serializers.UUIDField()
    reference = serializers.CharField(allow_null=True)


class IdentitiesOut(serializers.Serializer[None]):
    """Who and what stands behind the pseudonyms of an anomaly."""

    until = serializers.DateTimeField()
    actor = PersonOut(allow_null=True)
    subjects = FileOut(many=True)


class EntriesOut(serializers.Serializer[None]):
    """The entries that make an anomaly up."""

    results = EntryOut(many=True)


class AnomalyView(CaseView):
    """What the addresses of anomalies share."""

    def one(self, pk: UUID) -> AccessAnomaly:
        """Return an anomaly of an authority whose journal the caller reads."""
        anomaly = actions.visible_to(self.actor).filter(pk=pk).first()
        if anomaly is None:
            raise NotVisible
        return anomaly


class Anomalies(AnomalyView):
    """GET /api/v1/audit/anomalies."""

    @extend_schema(
        operation_id="anomalies_list",
        parameters=[AnomalyQuery],
        responses={200: page_schema("AnomalyPage", AnomalyOut)},
        tags=["audit"],
    )
    def get(self, request: Request) -> Response:
        """List the anomalies of the authorities whose journal the caller reads, the newest first."""
        actor, at = self.actor, self.at
        require_somewhere(actor, "audit.read")
        page = anomaly_page(AnomalyQuery.of(request.query_params), actor=actor, at=at)
        return Response(listed([queries.line(row, actor, at=at) for row in page.items], page.next))


class OneAnomaly(AnomalyView):
    """GET /api/v1/audit/anomalies/{id}."""

    @case_operation("anomalies_read", AnomalyOut, tag="audit")
    def get(self, pk: UUID) -> dict[str, Any]:
        """Read an anomaly: pseudonyms, figures, and its course."""
        anomaly = self.one(pk)
        queries.record([anomaly], actor=self.actor, at=self.at)
        return queries.line(anomaly, self.actor, at=self.at)


class AnomalyEntries(AnomalyView):
    """GET /api/v1/audit/anomalies/{id}/entries."""

    @case_operation("anomalies_entries", EntriesOut, tag="audit")
    def get(self, pk: UUID) -> dict[str, Any]:
        """Read the entries of the journal that make an anomaly up."""
        rows = queries.entries_of(self.one(pk), actor=self.actor, at=self.at)
        return {"results": [EntryOut(row).data for row in rows]}


class Identities(AnomalyView):
    """GET /api/v1/audit/anomalies/{id}/identities."""

    step_up = frozenset({"GET"})

    @case_operation("anomalies_identities", IdentitiesOut, tag="audit")
    def get(self, pk: UUID) -> dict[str, Any]:
        """Learn who the agent is and which files were concerned; for the two persons who lifted the veil, in time."""
        return queries.identities(self.one(pk), actor=self.actor, at=self.at)


class PerformAnomalyStep(PerformRowStep):
    """POST: do one step of an anomaly."""

    runner = actions.runner
    purpose = Purpose.AUDIT

    def shown(self, row: AccessAnomaly, *, actor: Actor, at: datetime) -> dict[str, Any]:
        """Return the anomaly: pseudonyms, figures, and its course."""
        return queries.line(row, actor, at=at)


class Questions(CaseView):
    """GET /api/v1/access-questions."""

    @case_operation(
        "access_questions_list",
        page_schema("QuestionPage", QuestionOut),
        query=PagedQuery,
        tag="anomaly",
    )
    def get(self) -> dict[str, Any]:
        """List the questions that an auditor has put to the caller about the own access to files."""
        page = question_page(self.filters, actor=self.actor, at=self.at)
        return listed([queries.question(row) for row in page.items], page.next)


class AnswerQuestion(CaseView):
    """POST /api/v1/access-questions/{id}/answer."""

    @case_operation("access_questions_answer", QuestionOut, takes=AnswerIn, tag="anomaly", once=True)
    def post(self, pk: UUID) -> dict[str, Any]:
        """Answer a question about the own access to files, once."""
        question = actions.asked_of(self.actor, at=self.at)
        if not question.filter(pk=pk).exists():
            raise NotVisible

        def answer() -> AccessAnomaly:
            code = AnswerIn.read(self.request.data)["answer"]
            return actions.answer(pk, code, actor=self.actor, at=self.at)

        return queries.question(do_once(self.request, question, answer))


def anomaly_routes() -> list[URLPattern]:
    """Return the addresses of anomalies, of their steps and of the questions to agents."""
    folder = MACHINES[Machine.ANOMALY].folder
    return [
        path(folder, Anomalies.as_view(), name="anomalies"),
        path(f"{folder}/<uuid:pk>", OneAnomaly.as_view(), name="anomaly"),
        path(f"{folder}/<uuid:pk>/entries", AnomalyEntries.as_view(), name="anomaly-entries"),
        path(f"{folder}/<uuid:pk>/identities", Identities.as_view(), name="anomaly-identities"),
        path(actions.QUESTIONS, Questions.as_view(), name="access-questions"),
        path(
            f"{actions.QUESTIONS}/<uuid:pk>/answer", AnswerQuestion.as_view(), name="access-question-answer"
        ),
        *row_step_routes(Machine.ANOMALY, PerformAnomalyStep, AnomalyOut),
    ]
