"""``/measures``: the measures that are decided and not begun, over all the caller's cases, and how many they are."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.inputs import Code, Flag, Id, Text
from core.paging import page_of
from core.query import PagedQuery, Query
from referrals.access import volume_limits
from referrals.measures import queries
from referrals.rest import schema
from referrals.rest.case_views import CaseView, listed, record_listed

STATES = [(str(state), state.label) for state in queries.WAITING]


class WaitingQuery(PagedQuery):
    """Filters of the queue of unexecuted measures."""

    state = Code(STATES, required=False)
    service = Id(required=False)
    unit = Id(required=False)
    type = Text(max_length=40, required=False)
    judicial = Flag(in_query=True, required=False)


class CountQuery(Query):
    """By what the queue is counted."""

    by = Code([(name, name) for name in queries.GROUPS], required=False, default="service")


class WaitingMeasures(CaseView):
    """The queue of unexecuted measures."""

    @extend_schema(parameters=[WaitingQuery], responses=schema.Parts, operation_id="measures_waiting_list")
    def get(self, request: Request) -> Response:
        """List the measures agreed, ordered or confided that haven't begun, the longest wait first."""
        lines, cursor = waiting_page(request._request, WaitingQuery.of(request.query_params))
        return Response(listed(lines, cursor))


def waiting_page(request: Any, asked: Mapping[str, Any]) -> tuple[list[dict[str, Any]], str | None]:
    """Return a page of the waiting measures that the caller of Django's ``request`` reads, and the next cursor."""
    actor, at = request.actor, request.at
    page = page_of(
        queries.lines_of(queries.measures_for(actor, asked, at=at), actor, at=at),
        limit=asked["limit"],
        order=("waits_since", "id"),
        cursor=asked.get("cursor"),
        bound_to=repr(sorted((k, str(v)) for k, v in asked.items() if k not in ("cursor", "limit"))),
    )
    volume_limits.count_lines((row.referral for row in page.items), actor=actor, at=at)
    record_listed(page.items, actor=actor, at=at)
    return [queries.line(row, at=at) for row in page.items], page.next


class WaitingCounts(CaseView):
    """How many measures wait."""

    @extend_schema(parameters=[CountQuery], responses=schema.Parts, operation_id="measures_waiting_counts")
    def get(self, request: Request) -> Response:
        """Count the waiting measures of the caller's cases by service, unit, type or state; it names no case."""
        asked = CountQuery.of(request.query_params)
        rows = queries.measures_for(self.actor(request), {}, at=self.at(request))
        return Response(listed(queries.counts(rows, asked["by"]), None))
