"""API views of the auditors' ready-made questions, one address each, and of entries as a table."""

from datetime import datetime
from typing import Any, ClassVar, Final

from django.http import FileResponse
from django.urls import URLPattern, path
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from audit import inspection, questions
from audit.api.serializers import EntryPageOut
from audit.inputs import ActorQuery, QuestionQuery, SubjectQuery, TableQuery
from audit.inspection import Auditing
from audit.questions import QUESTIONS, Question
from core.languages import in_both
from core.paging import envelope

_QUERIES: Final = {"subject": SubjectQuery, "actor": ActorQuery, "": QuestionQuery}


def actor_and_instant(request: Request) -> tuple[Auditing | None, datetime]:
    """Return who asks and at which instant; the pipeline, which stands above this app, has set both."""
    carried: Any = request  # the framework's request passes on what the one under it has
    return carried.actor, carried.at


class Ask(APIView):
    """GET: one question. A subclass per question names it."""

    question: ClassVar[Question]

    def answer(self, request: Request) -> Response:
        """Answer with entries, newest first; the question is itself an entry."""
        actor, at = actor_and_instant(request)
        inspection.authorities_of(actor)  # who may, before what was asked
        query = _QUERIES[self.question.needs].of(request.query_params)
        page = questions.ask(self.question, query, actor=actor, at=at)
        return Response(EntryPageOut(envelope(page, page.items)).data)


def _view_of(question: Question) -> Any:
    french, english = in_both(question.label).values()
    operation = extend_schema(
        operation_id=f"audit_{question.name.replace('-', '_')}",
        summary=f"{english} — {french}",
        parameters=[_QUERIES[question.needs]],
        responses={200: EntryPageOut},
        tags=["audit"],
    )

    def get(self: Ask, request: Request) -> Response:
        return self.answer(request)

    members = {"question": question, "get": operation(get), "__doc__": english, "__module__": __name__}
    name = "".join(part.capitalize() for part in question.name.split("-"))
    view: Any = type(name, (Ask,), members)
    return view.as_view()


def question_routes() -> list[URLPattern]:
    return [
        path(f"audit/questions/{one.name}", _view_of(one), name=f"audit-question-{one.name}")
        for one in QUESTIONS
    ]


class Table(APIView):
    """GET /api/v1/audit/table: entries as CSV."""

    step_up = frozenset({"GET"})  # asked for a fresh proof by ``accounts/signin.py`` (SEC-AU6)

    @extend_schema(
        operation_id="audit_table",
        tags=["audit"],
        parameters=[TableQuery],
        responses={(200, "text/csv"): OpenApiResponse(bytes, "One entry a line; no cell is a formula.")},
    )
    def get(self, request: Request) -> FileResponse:
        """Return entries as CSV, newest first; `X-Next-Cursor` names where to go on after 20,000. An entry says so."""
        actor, at = actor_and_instant(request)
        inspection.authorities_of(actor)  # who may, before what was asked
        file, after = questions.table(TableQuery.of(request.query_params), actor=actor, at=at)
        answer = FileResponse(
            file, as_attachment=True, filename="journal.csv", content_type="text/csv; charset=utf-8"
        )
        if after is not None:
            answer["X-Next-Cursor"] = after
        return answer
