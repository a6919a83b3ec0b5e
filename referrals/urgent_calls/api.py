"""``/alerts``: the urgent calls that nobody has answered, over all the caller's cases."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.paging import page_of
from core.query import PagedQuery
from referrals.rest import schema
from referrals.rest.case_views import CaseView, listed, record_listed
from referrals.urgent_calls import queries


class OpenAlerts(CaseView):
    """The urgent calls that are open."""

    @extend_schema(parameters=[PagedQuery], responses=schema.Parts, operation_id="alerts_list")
    def get(self, request: Request) -> Response:
        """List the urgent calls that nobody has answered, the oldest first; nothing is opened."""
        return Response(listed(*call_page(request._request, PagedQuery.of(request.query_params))))


def call_page(request: Any, asked: Mapping[str, Any]) -> tuple[list[dict[str, Any]], str | None]:
    """Return a page of the open calls that the caller of Django's ``request`` may know of; the list is journaled."""
    page = page_of(
        queries.open_for(request.actor, at=request.at),
        limit=asked["limit"],
        order=("sounded_at", "id"),
        cursor=asked.get("cursor"),
        bound_to="alerts",
    )
    record_listed(page.items, actor=request.actor, at=request.at)
    return [queries.line(row) for row in page.items], page.next
