"""API of an authority's on-call rota, edited by its administrators and supervisors."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.once import IDEMPOTENCY_KEY, do_once
from accounts.signin import actor_of, at_of
from core.inputs import Flag
from core.paging import page_of
from core.query import PagedQuery, Query
from referrals.models import RotaShift
from referrals.on_call_rota import actions
from referrals.on_call_rota.inputs import NewShift
from referrals.policy_changes.actions import authority_for
from referrals.rest import schema
from referrals.rest.case_views import listed
from referrals.workflow.inputs import Nothing


class ShiftOut(serializers.Serializer[None]):
    """One shift, with who made it and who withdrew it."""

    id = serializers.UUIDField()
    officer = serializers.UUIDField()
    name = serializers.CharField()
    place = schema.CodedValue()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    made_at = serializers.DateTimeField()
    made_by = serializers.CharField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    withdrawn_by = serializers.CharField(allow_null=True)


class ShiftPage(serializers.Serializer[None]):
    """A page of shifts."""

    results = ShiftOut(many=True)
    next = serializers.CharField(allow_null=True)


class RotaQuery(PagedQuery):
    """Whether what is over or withdrawn is listed too."""

    past = Flag(in_query=True, required=False, default=False)


class Rota(APIView):
    """GET, POST /api/v1/authorities/{id}/rota."""

    @extend_schema(parameters=[RotaQuery], responses=ShiftPage, operation_id="rota_list", tags=["places"])
    def get(self, request: Request, pk: UUID) -> Response:
        """List who is on call now and next; ``past=true`` lists the whole history, withdrawn shifts included."""
        filters = RotaQuery.of(request.query_params)
        page = page_of(
            actions.shifts(actor_of(request), pk, past=filters["past"], at=at_of(request)),
            limit=filters["limit"],
            order=("starts_at", "id"),
            cursor=filters.get("cursor"),
            bound_to=f"rota/{pk}/{filters['past']}",
        )
        return Response(listed([actions.line(row) for row in page.items], page.next))

    @extend_schema(
        request=NewShift,
        responses={201: ShiftOut},
        operation_id="rota_add",
        tags=["places"],
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Put an officer on the rota: one who holds the role at this authority, whoever else employs them.

        With ``weeks`` the shift comes again at the same hours of each week; the answer shows the first one.
        """
        Query.of(request.query_params)
        actor, at = actor_of(request), at_of(request)
        authority_for(actor, pk, actions.CHANGE)

        def add() -> RotaShift:
            return actions.add(pk, actions.Shift(**NewShift.read(request.data)), actor=actor, at=at)

        row = do_once(request, RotaShift.objects.filter(authority=pk), add, status=status.HTTP_201_CREATED)
        return Response(_whole(row), status=status.HTTP_201_CREATED)


class Withdraw(APIView):
    """POST /api/v1/authorities/{id}/rota/{shift}/withdraw."""

    @extend_schema(
        request=Nothing,
        responses=ShiftOut,
        operation_id="rota_withdraw",
        tags=["places"],
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, pk: UUID, shift: UUID) -> Response:
        """Take an officer off the rota, from now on; the row stays in the history."""
        Query.of(request.query_params)
        actor, at = actor_of(request), at_of(request)
        authority_for(actor, pk, actions.CHANGE)

        def withdraw() -> RotaShift:
            Nothing.read(request.data)
            return actions.withdraw(pk, shift, actor=actor, at=at)

        return Response(_whole(do_once(request, RotaShift.objects.filter(authority=pk), withdraw)))


def _whole(row: RotaShift) -> dict[str, Any]:
    """Return a shift with the names of whom it concerns."""
    return actions.line(RotaShift.objects.select_related("user", "made_by", "withdrawn_by").get(pk=row.pk))
