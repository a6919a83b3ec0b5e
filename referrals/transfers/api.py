"""``/transfers``: what coordinators read of a case that another authority asks theirs to take over."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.request import bare
from core.query import PagedQuery, Query
from referrals.rest import schema
from referrals.rest.case_views import CaseView, listed, tagged
from referrals.transfers.queries import transfer_page, transfer_read


class Transfers(CaseView):
    """The requests that await the caller's authority."""

    @extend_schema(parameters=[PagedQuery], responses=schema.Parts, operation_id="transfers_list")
    def get(self, request: Request) -> Response:
        """List the cases that the caller's authority is asked to take over, the newest first; nothing is opened."""
        return Response(listed(*transfer_page(bare(request), PagedQuery.of(request.query_params))))


class OneTransfer(CaseView):
    @extend_schema(responses=schema.Transfer, operation_id="transfers_read")
    def get(self, request: Request, pk: UUID) -> Response:
        """Read the shell and the documents listed; the reading stands in the journal of the origin."""
        Query.of(request.query_params)
        referral, _, body = transfer_read(bare(request), pk)
        return tagged(Response(body), referral, body.get("shell", {}))
