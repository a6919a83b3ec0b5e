"""Roles that two persons grant: an administrator requests, somebody else confirms (SEC-AZ12)."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import access, actions
from accounts.api.once import IDEMPOTENCY_KEY, do_once
from accounts.api.serializers import DecidedGrantOut, GrantRequestOut
from accounts.inputs import MembershipInput
from accounts.models import GrantRequest
from accounts.signin import actor_of, at_of
from accounts.validated_actions import appointment
from core.api import page_schema
from core.paging import envelope, page_of
from core.query import PagedQuery


class GrantRequests(APIView):
    """GET, POST /api/v1/membership-requests."""

    step_up = frozenset({"POST"})

    @extend_schema(
        operation_id="membership_requests_list",
        tags=["people"],
        parameters=[PagedQuery],
        responses={200: page_schema("GrantRequestPage", GrantRequestOut)},
    )
    def get(self, request: Request) -> Response:
        """List the requests that wait for a second person, the oldest first."""
        query = PagedQuery.of(request.query_params)
        rows = access.open_grant_requests(actor_of(request), at=at_of(request))
        page = page_of(rows, order=("asked_at", "id"), **query)
        return Response(envelope(page, GrantRequestOut(page.items, many=True).data))

    @extend_schema(
        operation_id="membership_request_make",
        tags=["people"],
        parameters=[IDEMPOTENCY_KEY],
        request=MembershipInput,
        responses={201: GrantRequestOut},
    )
    def post(self, request: Request) -> Response:
        """Ask for a role that two persons give; a second person has a week to confirm it."""
        actor, at = actor_of(request), at_of(request)
        access.require_somewhere(actor, "accounts.manage")
        known = GrantRequest.objects.filter(authority__in=actor.may("accounts.manage"))

        def ask() -> GrantRequest:
            return actions.ask(actor=actor, at=at, appointment=appointment(request.data, actor=actor))

        row = do_once(request, known, ask, status=status.HTTP_201_CREATED)
        return Response(GrantRequestOut(row).data, status=status.HTTP_201_CREATED)


class ConfirmGrant(APIView):
    """POST /api/v1/membership-requests/{id}/confirm."""

    step_up = frozenset({"POST"})
    confirmed = True

    @extend_schema(
        operation_id="membership_request_confirm",
        tags=["people"],
        request=None,
        responses={200: DecidedGrantOut},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Confirm as a second person: the role counts from the next request of its holder on.

        Where whoever asked made the account, its person is invited anew: the code is in this answer alone, to be told
        by telephone or face to face, to nobody else.
        """
        row, code = actions.decide(
            actor=actor_of(request), at=at_of(request), request_id=pk, confirmed=self.confirmed
        )
        row.code = code  # type: ignore[attr-defined]  # for the serializer alone
        return Response(DecidedGrantOut(row).data)


class RefuseGrant(ConfirmGrant):
    """POST /api/v1/membership-requests/{id}/refuse."""

    confirmed = False

    @extend_schema(
        operation_id="membership_request_refuse",
        tags=["people"],
        request=None,
        responses={200: DecidedGrantOut},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Refuse as a second person: nothing changes."""
        return super().post(request, pk)
