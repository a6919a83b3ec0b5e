"""Editing the assessment under way, over HTTP."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from referrals.assessment import actions as assessment_actions
from referrals.assessment.inputs import ReportForm
from referrals.cases.api import CasePart
from referrals.rest import schema
from referrals.rest.case_views import CaseView


class AssessmentEdit(CaseView):
    """The team's writing: notes, opinions, conclusions, report."""

    @extend_schema(responses=schema.Parts, operation_id="assessment_read")
    def get(self, request: Request, pk: UUID) -> Response:
        """Read the assessments of the case."""
        view = CasePart()
        view.part, view.request = "assessment", request
        return view.get(request, pk)

    @extend_schema(
        request=ReportForm,
        responses=schema.CaseAnswer,
        operation_id="assessment_edit",
        parameters=[schema.IF_MATCH],
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        """Change the assessment while its team writes; members sent replace those there were."""
        actor, at, version = self.actor, self.at, self.version
        return self.write(
            pk,
            lambda: assessment_actions.edit(pk, request.data, version=version, actor=actor, at=at),
        )
