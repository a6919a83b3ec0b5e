"""Accounts and roles that people ask for: strangers, leads for colleagues, whoever has one; and the decision."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import access, actions, acts, sign_in_flow
from accounts.accountrequests import matches_of
from accounts.actor import Actor
from accounts.api.naming import named, named_or_none
from accounts.api.once import IDEMPOTENCY_KEY, done_before, keep_done
from accounts.api.pages import page_schema
from accounts.api.serializers import (
    AcceptanceInput,
    AcceptedRequestOut,
    AccountRequestInput,
    AccountRequestOut,
    ColleagueInput,
    LinkInput,
    OwnRequestOut,
    RefusalInput,
    RoleRequestInput,
)
from accounts.errors import InvalidInput
from accounts.models import AccountRequest, Authority, Organisation
from accounts.roles import Role
from accounts.signin import SignedIn, actor_of, at_of, require_csrf
from accounts.territory import served_places
from core.paging import Page, envelope, page_of
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
        require_csrf(request._request)
        asked_for_account(request._request, request.data, at=at_of(request))
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
        require_csrf(request._request)
        given = LinkInput(data=request.data)
        given.is_valid(raise_exception=True)
        actions.confirm_request(at=at_of(request), **given.validated_data)
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
        found, code = done_before(request, access.decided_account_requests(actor)), None
        if found is None:
            found, code = accepted(request.data, pk, actor=actor, at=at_of(request))
            keep_done(request, found.pk, status=status.HTTP_200_OK)
        found.code = code  # type: ignore[attr-defined]  # for the serializer alone
        return Response(AcceptedRequestOut(found, context={"matches": matches_of([found])}).data)


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
        found = done_before(request, access.decided_account_requests(actor))
        if found is None:
            found = refused(request.data, pk, actor=actor, at=at_of(request))
            keep_done(request, found.pk, status=status.HTTP_200_OK)
        return Response(AccountRequestOut(found, context={"matches": matches_of([found])}).data)


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
        found = access.own_account_requests(actor_of(request))
        page = page_of(found, order=("-asked_at", "-id"), **PagedQuery.of(request.query_params))
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
        made = done_before(request, access.own_account_requests(actor))
        if made is None:
            made = asked_for_role(request.data, actor=actor, at=at_of(request))
            keep_done(request, made.pk, status=CREATED)
        return Response(OwnRequestOut(made).data, status=CREATED)


class Colleagues(APIView):
    """POST /api/v1/me/colleagues."""

    @extend_schema(
        operation_id="colleague_request_make", tags=["session"], request=ColleagueInput, responses={204: None}
    )
    def post(self, request: Request) -> Response:
        """Ask for an account for a colleague of the institution that one leads; the answer tells of no account."""
        asked_for_colleague(request._request, request.data, actor=actor_of(request), at=at_of(request))
        return Response(status=NOTED)


# --- What the pages ask for too -------------------------------------------------------------------------


def asked_for_account(request: HttpRequest, said: Any, *, at: datetime) -> None:
    """Ask for an account by what was sent, as ``AccountRequestInput`` takes it."""
    given = AccountRequestInput(data=said)
    given.is_valid(raise_exception=True)
    sent = given.validated_data
    stranger = actions.Stranger(sent["email"], sent["full_name"], sent["language"], sent["profession"])
    authority, institution = served(sent["place"], at=at), given.institution()
    sign_in_flow.ask_account(request, given=stranger, authority=authority, institution=institution, at=at)


def asked_for_colleague(request: HttpRequest, said: Any, *, actor: Actor, at: datetime) -> None:
    """Ask for an account for a colleague by what was sent, as ``ColleagueInput`` takes it."""
    actions.require_session(actor)
    access.led_positions(actor)
    given = ColleagueInput(data=said)
    given.is_valid(raise_exception=True)
    sent = given.validated_data
    stranger = actions.Stranger(sent["email"], sent["full_name"], sent["language"])
    sign_in_flow.ask_colleague(request, actor, given=stranger, position=sent["position"], at=at)


def asked_for_role(said: Any, *, actor: Actor, at: datetime) -> AccountRequest:
    """Ask for a role by what was sent, as ``RoleRequestInput`` takes it."""
    given = RoleRequestInput(data=said)
    given.is_valid(raise_exception=True)
    sent, institution = given.validated_data, given.institution()
    if "organisation" in sent:
        listed = named("organisation", access.visible_organisations(actor), sent["organisation"])
        institution = actions.Institution(listed=listed)
    authority = served(sent["place"], at=at)
    return actions.ask_role(
        actor=actor, at=at, role=Role(sent["role"]), authority=authority, institution=institution
    )


def served(code: str, *, at: datetime) -> Authority:
    """Return the authority that answers for a place where one may ask for an account.

    Raises:
        InvalidInput: none does.
    """
    found = served_places(on=at.date()).get(code)
    if found is None:
        raise InvalidInput({"place": ["not-served"]})
    return found[1]


def request_page(asked: dict[str, Any], *, actor: Actor, at: datetime) -> Page:
    """Return a page of the requests that wait for the actor's decision, the oldest first; the look is an entry."""
    found = access.open_account_requests(actor, at=at).select_related("user", "authority", "asked_by")
    page = page_of(found, order=("confirmed_at", "id"), **asked)
    actions.record_listing(acts.REQUESTS_LISTED, actor=actor, at=at, count=len(page.items))
    return page


def accepted(said: Any, pk: UUID, *, actor: Actor, at: datetime) -> tuple[AccountRequest, str | None]:
    """Accept a request by what was sent, as ``AcceptanceInput`` takes it."""
    given = AcceptanceInput(data=said)
    given.is_valid(raise_exception=True)
    sent = dict(given.validated_data)
    known = access.visible_organisations(actor)
    organisation: Organisation | None = named_or_none("organisation", known, sent.pop("organisation", None))
    wanted = actions.Acceptance(organisation=organisation, **sent)
    return actions.accept_request(actor=actor, at=at, request_id=pk, given=wanted)


def refused(said: Any, pk: UUID, *, actor: Actor, at: datetime) -> AccountRequest:
    """Refuse a request by what was sent, as ``RefusalInput`` takes it."""
    given = RefusalInput(data=said)
    given.is_valid(raise_exception=True)
    return actions.refuse_request(actor=actor, at=at, request_id=pk, **given.validated_data)
