"""``/alerts``: the urgent calls that nobody has answered, over all the caller's cases."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.request import bare
from core.query import PagedQuery
from referrals.rest import schema
from referrals.rest.case_views import CaseView, listed
from referrals.urgent_calls.queries import call_page


class OpenAlerts(CaseView):
    @extend_schema(parameters=[PagedQuery], responses=schema.Parts, operation_id="alerts_list")
    def get(self, request: Request) -> Response:
        """List the urgent calls that nobody has answered, the oldest first.

        With the telephone number of who filed, for readers of class C.
        """
        return Response(listed(*call_page(bare(request), PagedQuery.of(request.query_params))))
