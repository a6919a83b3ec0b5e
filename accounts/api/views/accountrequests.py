"""Requests for accounts and roles: by strangers, by leads for colleagues, by account holders; and the decision."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import access, actions
from accounts.accountrequests import matches_of
from accounts.api.once import IDEMPOTENCY_KEY, do_once, done_before, keep_done
from accounts.api.serializers import AcceptedRequestOut, AccountRequestOut, OwnRequestOut
from accounts.inputs import (
    AcceptanceInput,
    AccountRequestInput,
    ColleagueInput,
    LinkInput,
    RefusalInput,
    RoleRequestInput,
)
from accounts.queries import request_page
from accounts.request import bare
from accounts.signin import SignedIn, actor_of, at_of, require_csrf
from accounts.validated_actions import (
    accepted,
    asked_for_account,
    asked_for_colleague,
    asked_for_role,
    refused,
)
from core.api import page_schema
from core.paging import envelope, page_of
from core.query import PagedQuery

CREATED = status.HTTP_201_CREATED
#: An answer that is the same whatever comes of it.
NOTED = status.HTTP_204_NO_CONTENT


class AccountRequests(APIView):
    """GET, POST /api/v1/account-requests."""

    def get_permissions(self) -> Sequence[BasePermission]:
        """Let strangers ask; the list is for who decides."""
        return [AllowAny() if self.request.method == "POST" else SignedIn()]

    @extend_schema(
        operation_id="account_requests_list",
        tags=["people"],
        parameters=[PagedQuery],
        responses={200: page_schema("AccountRequestPage", AccountRequestOut)},
    )
    def get(self, request: Request) -> Response:
        """List the requests that wait for a decision, the oldest first; the look is an entry."""
        page = request_page(PagedQuery.of(request.query_params), actor=actor_of(request), at=at_of(request))
        matches = {"matches": matches_of(page.items)}
        return Response(envelope(page, AccountRequestOut(page.items, many=True, context=matches).data))

    @extend_schema(
        operation_id="account_request_make",
        tags=["people"],
        auth=[],
        request=AccountRequestInput,
        responses={204: None},
    )
    def post(self, request: Request) -> Response:
        """Ask for an account. The answer is the same whether the address has one.

        A link that is mailed there confirms the address within two days; an administrator of the territory decides
        then. Nothing is to be written about a child here: in danger call 17, for advice 119.
        """
        require_csrf(bare(request))
        asked_for_account(bare(request), request.data, at=at_of(request))
        return Response(status=NOTED)


class ConfirmRequest(APIView):
    """POST /api/v1/account-requests/confirm."""

    permission_classes = (AllowAny,)  # the link says who it is

    @extend_schema(
        operation_id="account_request_confirm",
        tags=["people"],
        auth=[],
        request=LinkInput,
        responses={204: None},
    )
    def post(self, request: Request) -> Response:
        """Confirm the address of a request by the link that was mailed there, which is used up."""
        require_csrf(bare(request))
        sent = LinkInput.read(request.data)
        actions.confirm_request(at=at_of(request), **sent)
        return Response(status=NOTED)


class AcceptRequest(APIView):
    """POST /api/v1/account-requests/{id}/accept."""

    step_up = frozenset({"POST"})

    @extend_schema(
        operation_id="account_request_accept",
        tags=["people"],
        parameters=[IDEMPOTENCY_KEY],
        request=AcceptanceInput,
        responses={200: AcceptedRequestOut},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Give the role that was asked for, with account and invitation where there is none.

        The invitation is mailed; its code is in this answer alone, to be told by telephone or face to face.
        """
        actor = actor_of(request)
        access.require_somewhere(actor, "account-requests.decide")
        row, code = done_before(request, access.decided_account_requests(actor)), None
        if row is None:
            row, code = accepted(request.data, pk, actor=actor, at=at_of(request))
            keep_done(request, row.pk, status=status.HTTP_200_OK)
        row.code = code  # type: ignore[attr-defined]  # for the serializer alone
        return Response(AcceptedRequestOut(row, context={"matches": matches_of([row])}).data)


class RefuseRequest(APIView):
    """POST /api/v1/account-requests/{id}/refuse."""

    step_up = frozenset({"POST"})

    @extend_schema(
        operation_id="account_request_refuse",
        tags=["people"],
        parameters=[IDEMPOTENCY_KEY],
        request=RefusalInput,
        responses={200: AccountRequestOut},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Refuse a request; its person is told that it was, and not why."""
        actor = actor_of(request)
        access.require_somewhere(actor, "account-requests.decide")
        act = partial(refused, request.data, pk, actor=actor, at=at_of(request))
        row = do_once(request, access.decided_account_requests(actor), act)
        return Response(AccountRequestOut(row, context={"matches": matches_of([row])}).data)


class RoleRequests(APIView):
    """GET, POST /api/v1/me/role-requests."""

    @extend_schema(
        operation_id="role_requests_list",
        tags=["session"],
        parameters=[PagedQuery],
        responses={200: page_schema("OwnRequestPage", OwnRequestOut)},
    )
    def get(self, request: Request) -> Response:
        """List the roles that one asked for, the newest first, until thirty days after the decision."""
        rows = access.own_account_requests(actor_of(request))
        page = page_of(rows, order=("-asked_at", "-id"), **PagedQuery.of(request.query_params))
        return Response(envelope(page, OwnRequestOut(page.items, many=True).data))

    @extend_schema(
        operation_id="role_request_make",
        tags=["session"],
        parameters=[IDEMPOTENCY_KEY],
        request=RoleRequestInput,
        responses={201: OwnRequestOut},
    )
    def post(self, request: Request) -> Response:
        """Ask for a role for oneself; an administrator of the territory decides."""
        actor = actor_of(request)
        actions.require_session(actor)
        make = partial(asked_for_role, request.data, actor=actor, at=at_of(request))
        row = do_once(request, access.own_account_requests(actor), make, status=CREATED)
        return Response(OwnRequestOut(row).data, status=CREATED)


class Colleagues(APIView):
    """POST /api/v1/me/colleagues."""

    @extend_schema(
        operation_id="colleague_request_make", tags=["session"], request=ColleagueInput, responses={204: None}
    )
    def post(self, request: Request) -> Response:
        """Ask for an account for a colleague of the institution that one leads; the answer tells of no account."""
        asked_for_colleague(bare(request), request.data, actor=actor_of(request), at=at_of(request))
        return Response(status=NOTED)
