"""``/stand-ins``: who stands in for whom, and for how long."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.once import do_once
from accounts.roles import Role
from core.inputs import Code, Flag, Id, Instant, StrictSerializer
from core.paging import page_of
from core.query import PagedQuery, Query
from referrals.access import people as access_people
from referrals.models import StandIn
from referrals.rest import schema
from referrals.rest.case_views import CaseView, listed
from referrals.staffing import standins
from referrals.staffing.inputs import ROLES
from referrals.workflow.inputs import Nothing

CREATED = 201


class NewStandIn(StrictSerializer):
    """Who stands in for whom; from now on unless ``since`` lies ahead."""

    authority = Id()
    role = Code(ROLES)
    absent = Id()
    stand_in = Id()
    since = Instant(required=False, default=None, allow_null=True)
    until = Instant()


class StandInQuery(PagedQuery):
    """Filters of the list."""

    in_force = Flag(in_query=True, required=False)


class StandIns(CaseView):
    step_up = frozenset({"POST"})

    @extend_schema(parameters=[StandInQuery], responses=schema.Parts, operation_id="stand_ins_list")
    def get(self, request: Request) -> Response:
        """List the own stand-ins, and those of the people whom the caller answers for; the newest first."""
        filters, at = StandInQuery.of(request.query_params), self.at
        rows = standins.visible_to(self.actor, at=at)
        if "in_force" in filters:
            open_ = StandIn.objects.in_force(at).values("pk")
            rows = rows.filter(pk__in=open_) if filters["in_force"] else rows.exclude(pk__in=open_)
        page = page_of(
            rows,
            limit=filters["limit"],
            order=("-since_at", "id"),
            cursor=filters.get("cursor"),
            bound_to=f"stand-ins/{filters.get('in_force')}",
        )
        return Response(listed([standins.line(row, at=at) for row in page.items], page.next))

    @extend_schema(
        request=NewStandIn,
        responses={201: schema.StandIn},
        operation_id="stand_ins_name",
        parameters=[schema.IDEMPOTENCY_KEY],
    )
    def post(self, request: Request) -> Response:
        """Name who stands in: for oneself, or as a supervisor or lead for an absent person."""
        Query.of(request.query_params)
        actor, at = self.actor, self.at
        access_people.require_worker(actor)

        def name() -> StandIn:
            values = NewStandIn.read(request.data)
            values["role"] = Role(values["role"])
            return standins.name(standins.Naming(**values), actor=actor, at=at)

        stand_in = do_once(request, standins.visible_to(actor, at=at), name, status=CREATED)
        return Response(standins.line(stand_in, at=at), status=CREATED)


class EndStandIn(CaseView):
    @extend_schema(
        request=Nothing,
        responses=schema.StandIn,
        operation_id="stand_ins_end",
        parameters=[schema.IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """End it at once; whoever ends what is over already changes nothing."""
        Query.of(request.query_params)
        actor, at = self.actor, self.at

        def end() -> StandIn:
            standins.visible_row(pk, actor=actor, at=at)
            Nothing.read(request.data)
            return standins.end(pk, actor=actor, at=at)

        stand_in = do_once(request, standins.visible_to(actor, at=at), end)
        return Response(standins.line(stand_in, at=at))
