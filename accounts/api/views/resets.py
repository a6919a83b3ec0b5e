"""Reset of lost second factors: an administrator requests, a second person confirms."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import access, actions
from accounts.api.serializers import DecidedResetOut, FactorResetOut
from accounts.inputs import IdentifiedInput
from accounts.signin import actor_of, at_of
from accounts.validated_actions import identified
from core.api import page_schema
from core.paging import envelope, page_of
from core.query import PagedQuery


class AskReset(APIView):
    """POST /api/v1/users/{id}/factor-reset."""

    step_up = frozenset({"POST"})

    @extend_schema(
        operation_id="factor_reset_ask",
        tags=["people"],
        request=IdentifiedInput,
        responses={201: FactorResetOut},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Ask that somebody's lost second factors be removed; a second person has a week to confirm it."""
        actor = actor_of(request)
        access.require_somewhere(actor, "accounts.manage")
        row = actions.ask_reset(actor=actor, at=at_of(request), user_id=pk, how=identified(request.data))
        return Response(FactorResetOut(row).data, status=status.HTTP_201_CREATED)


class Resets(APIView):
    """GET /api/v1/factor-resets."""

    @extend_schema(
        operation_id="factor_resets_list",
        tags=["people"],
        parameters=[PagedQuery],
        responses={200: page_schema("FactorResetPage", FactorResetOut)},
    )
    def get(self, request: Request) -> Response:
        """List the requests that wait for a second person, the oldest first."""
        query = PagedQuery.of(request.query_params)
        rows = access.open_resets(actor_of(request), at=at_of(request))
        page = page_of(rows, order=("asked_at", "id"), **query)
        return Response(envelope(page, FactorResetOut(page.items, many=True).data))


class ConfirmReset(APIView):
    """POST /api/v1/factor-resets/{id}/confirm."""

    step_up = frozenset({"POST"})

    @extend_schema(
        operation_id="factor_reset_confirm",
        tags=["people"],
        request=IdentifiedInput,
        responses={200: DecidedResetOut},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Confirm as a second person: the factors, recovery codes and sessions of the account end.

        Where the account opens cases its person is invited too: the code is in this answer alone, to be told by
        telephone or face to face, to nobody else.
        """
        actor = actor_of(request)
        access.require_somewhere(actor, "factors.reset")
        row, code = actions.decide_reset(
            actor=actor, at=at_of(request), reset_id=pk, how=identified(request.data)
        )
        row.code = code  # type: ignore[attr-defined]  # for the serializer alone
        return Response(DecidedResetOut(row).data)


class RefuseReset(APIView):
    """POST /api/v1/factor-resets/{id}/refuse."""

    step_up = frozenset({"POST"})

    @extend_schema(
        operation_id="factor_reset_refuse", tags=["people"], request=None, responses={200: FactorResetOut}
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Refuse as a second person: nothing changes."""
        row, _code = actions.decide_reset(actor=actor_of(request), at=at_of(request), reset_id=pk, how=None)
        return Response(FactorResetOut(row).data)
