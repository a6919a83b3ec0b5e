"""``/measures``: the unexecuted measures over all the caller's cases, and their number."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.request import bare
from core.inputs import Code
from core.query import Query
from referrals.measures import queries
from referrals.measures.inputs import WaitingQuery
from referrals.measures.queries import waiting_page
from referrals.rest import schema
from referrals.rest.case_views import CaseView, listed


class CountQuery(Query):
    """By what the queue is counted."""

    by = Code([(name, name) for name in queries.GROUPS], required=False, default="service")


class WaitingMeasures(CaseView):
    @extend_schema(parameters=[WaitingQuery], responses=schema.Parts, operation_id="measures_waiting_list")
    def get(self, request: Request) -> Response:
        """List the measures agreed, ordered or confided that haven't begun, the longest wait first."""
        lines, cursor = waiting_page(bare(request), WaitingQuery.of(request.query_params))
        return Response(listed(lines, cursor))


class WaitingCounts(CaseView):
    @extend_schema(parameters=[CountQuery], responses=schema.Parts, operation_id="measures_waiting_counts")
    def get(self, request: Request) -> Response:
        """Count the waiting measures of the caller's cases by service, unit, type or state; it names no case."""
        filters = CountQuery.of(request.query_params)
        rows = queries.measures_for(self.actor, {}, at=self.at)
        return Response(listed(queries.counts(rows, filters["by"]), None))
