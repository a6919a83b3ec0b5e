"""``/emergency-sheets``: what officers on call read of a runaway of another authority."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Role
from core.paging import page_of
from core.query import PagedQuery, Query
from referrals.reading.disclosures import record_listed
from referrals.rest import schema
from referrals.rest.case_views import CaseView, listed
from referrals.runaways import queries


class EmergencySheets(CaseView):
    @extend_schema(parameters=[PagedQuery], responses=schema.Parts, operation_id="emergency_sheets_list")
    def get(self, request: Request) -> Response:
        """List the sheets opened to the caller's authority, the newest first; none of them is opened by it."""
        actor, at = self.actor, self.at
        filters = PagedQuery.of(request.query_params)
        page = page_of(
            queries.sheets_for(actor, at=at),
            limit=filters["limit"],
            order=("-opened_at", "id"),
            cursor=filters.get("cursor"),
            bound_to="emergency-sheets",
        )
        record_listed(page.items, actor=actor.acting_as(Role.ON_CALL), at=at)
        return Response(listed([queries.line(sheet) for sheet in page.items], page.next))


class OneSheet(CaseView):
    @extend_schema(responses=schema.EmergencySheet, operation_id="emergency_sheets_read")
    def get(self, request: Request, pk: UUID) -> Response:
        """Read the sheet of a runaway; the reading stands in the journal of the child's authority."""
        Query.of(request.query_params)
        actor, at = self.actor, self.at
        return Response(queries.read(queries.sheet_for(actor, pk, at=at), actor=actor, at=at))
