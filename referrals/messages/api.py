"""The two channels of a case: read one, mark a message as read. Steps write to them: E01, E02, T07, T08."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit.events import Purpose
from core.inputs import Code
from core.query import Query
from referrals.execution.runner import StepResult
from referrals.messages import queries
from referrals.reading.disclosures import opened
from referrals.rest import schema
from referrals.rest.case_views import CaseView, listed
from referrals.workflow.inputs import Nothing


class ChannelQuery(Query):
    """Which of the two channels."""

    channel = Code(queries.Channel.choices)


class Messages(CaseView):
    @extend_schema(parameters=[ChannelQuery], responses=schema.Parts, operation_id="referrals_messages")
    def get(self, request: Request, pk: UUID) -> Response:
        """Read the questions, complements and messages of a channel, as far as the caller may, in one disclosure."""
        referral, ties = self.seen(pk)
        filters, actor = ChannelQuery.of(request.query_params), self.actor
        lines = opened(
            referral,
            ties,
            lambda scope: queries.channel(referral, filters["channel"], ties, scope, actor=actor),
            actor=actor,
            at=self.at,
            purpose=Purpose.FILING if ties.coarse else Purpose.HANDLING,
        )
        return Response(listed(lines, None))


class ReadMessage(CaseView):
    @extend_schema(
        request=Nothing,
        responses=schema.CaseAnswer,
        operation_id="messages_read",
        parameters=[schema.IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, pk: UUID, part: UUID) -> Response:
        """Note that the caller has read a message addressed to them; doing it again changes nothing."""
        actor, at = self.actor, self.at

        def mark() -> StepResult:
            Nothing.read(request.data)
            return queries.mark_read(pk, part, actor=actor, at=at)

        return self.write(pk, mark)
