"""Roles: given by one person or by two, reviewed, ended; and the requests of those who ask for one."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import access, actions, queries
from accounts.accountrequests import matches_of
from accounts.api.once import do_once, done_before, keep_done
from accounts.api.serializers import (
    AcceptedRequestOut,
    AccountRequestOut,
    CertificateOut,
    DecidedGrantOut,
    GrantRequestOut,
    MembershipOut,
)
from accounts.inputs import (
    AcceptanceInput,
    AccountRequestInput,
    CertificateInput,
    LinkInput,
    MembershipInput,
    MembershipQuery,
    RefusalInput,
)
from accounts.models import GrantRequest, Membership
from accounts.request import bare
from accounts.signin import SignedIn, actor_of, at_of, by, require_csrf
from accounts.validated_actions import accepted, appointment, granted, refused, request_account
from core.api import operation
from core.paging import Page, envelope, page_of
from core.query import PagedQuery, Query


class Memberships(APIView):
    step_up = frozenset({"POST"})

    @operation("memberships_list", "people", MembershipOut, page="MembershipPage", query=MembershipQuery)
    def get(self, request: Request) -> Page:
        """List the memberships of the administered authorities, newest first; the look is an entry.

        With `review=due`, those that the caller is to review: supervisors and data protection officers have some too.
        """
        return queries.membership_page(MembershipQuery.of(request.query_params), **by(request))

    @operation("memberships_grant", "people", MembershipOut, takes=MembershipInput, status=201, once=True)
    def post(self, request: Request) -> Membership:
        """Give a role at an authority that one administers; those that two persons give are asked for elsewhere.

        See `POST /api/v1/membership-requests`.
        """
        actor = actor_of(request)
        access.require_somewhere(actor, "accounts.manage")
        act = partial(granted, request.data, **by(request))
        return do_once(request, access.managed_memberships(actor), act, status=201)


class ReviewMembership(APIView):
    step_up = frozenset({"POST"})

    @operation("memberships_review", "people", MembershipOut, once=True)
    def post(self, request: Request, pk: UUID) -> Membership:
        """Say that somebody still holds a role rightly; unless somebody does each year, it ends. Never one's own."""
        act = partial(actions.review, membership_id=pk, **by(request))
        return do_once(request, access.reviewable_memberships(actor_of(request)), act)


class Certificate(APIView):
    @operation("certificate_read", "people", CertificateOut)
    def get(self, request: Request, pk: UUID) -> Response:
        """Read when a certificate of honorability was seen; the look is an entry."""
        Query.of(request.query_params)
        row = queries.certificate_of(pk, **by(request))
        return Response(CertificateOut(row, context={"at": at_of(request)}).data)

    @operation("certificate_see", "people", CertificateOut, takes=CertificateInput, once=True)
    def post(self, request: Request, pk: UUID) -> Response:
        """Say that one saw somebody's certificate of honorability today. Never one's own."""
        actor = actor_of(request)
        access.require_somewhere(actor, "accounts.manage")
        sent = CertificateInput.read(request.data)
        act = partial(actions.see_certificate, membership_id=pk, issued_on=sent["issued_on"], **by(request))
        membership = do_once(request, access.managed_memberships(actor), act)
        return Response(CertificateOut(membership, context={"at": at_of(request)}).data)


class EndMembership(APIView):
    step_up = frozenset({"POST"})

    @operation("memberships_end", "people", MembershipOut, once=True)
    def post(self, request: Request, pk: UUID) -> Membership:
        """End a membership at once; its tokens open nothing from the next request on."""
        act = partial(actions.end, membership_id=pk, **by(request))
        return do_once(request, access.managed_memberships(actor_of(request)), act)


# --- Roles that two persons give: an administrator asks, somebody else confirms (SEC-AZ12) ------------------


class GrantRequests(APIView):
    step_up = frozenset({"POST"})

    @operation("membership_requests_list", "people", GrantRequestOut, page="GrantRequestPage")
    def get(self, request: Request) -> Page:
        """List the requests that wait for a second person, the oldest first."""
        query = PagedQuery.of(request.query_params)
        rows = access.open_grant_requests(actor_of(request), at=at_of(request))
        return page_of(rows, order=("asked_at", "id"), **query)

    @operation(
        "membership_request_make", "people", GrantRequestOut, takes=MembershipInput, status=201, once=True
    )
    def post(self, request: Request) -> GrantRequest:
        """Ask for a role that two persons give; a second person has a week to confirm it."""
        actor = actor_of(request)
        access.require_somewhere(actor, "accounts.manage")
        requests = GrantRequest.objects.filter(authority__in=actor.may("accounts.manage"))

        def ask() -> GrantRequest:
            return actions.ask(appointment=appointment(request.data, actor=actor), **by(request))

        return do_once(request, requests, ask, status=201)


class ConfirmGrant(APIView):
    step_up = frozenset({"POST"})

    @operation("membership_request_confirm", "people", DecidedGrantOut)
    def post(self, request: Request, pk: UUID) -> Response:
        """Confirm as a second person: the role counts from the next request of its holder on.

        Where whoever asked made the account, its person is invited anew: the code is in this answer alone, to be told
        by telephone or face to face, to nobody else.
        """
        row, code = actions.decide(request_id=pk, confirmed=True, **by(request))
        return Response(DecidedGrantOut(row).data | {"code": code})


class RefuseGrant(APIView):
    step_up = frozenset({"POST"})

    @operation("membership_request_refuse", "people", DecidedGrantOut)
    def post(self, request: Request, pk: UUID) -> GrantRequest:
        """Refuse as a second person: nothing changes."""
        row, _code = actions.decide(request_id=pk, confirmed=False, **by(request))
        return row


# --- Requests for an account or a role, by strangers and account holders ------------------------------------


class AccountRequests(APIView):
    def get_permissions(self) -> Sequence[BasePermission]:
        """Let strangers ask; the list is for who decides."""
        return [AllowAny() if self.request.method == "POST" else SignedIn()]

    @operation("account_requests_list", "people", AccountRequestOut, page="AccountRequestPage")
    def get(self, request: Request) -> Response:
        """List the requests that wait for a decision, the oldest first; the look is an entry."""
        page = queries.request_page(PagedQuery.of(request.query_params), **by(request))
        matches = {"matches": matches_of(page.items)}
        return Response(envelope(page, AccountRequestOut(page.items, many=True, context=matches).data))

    @operation("account_request_make", "people", takes=AccountRequestInput, strangers=True)
    def post(self, request: Request) -> None:
        """Ask for an account. The answer is the same whether the address has one.

        A link that is mailed there confirms the address within two days; an administrator of the territory decides
        then. Nothing is to be written about a child here: in danger call 17, for advice 119.
        """
        require_csrf(bare(request))
        request_account(bare(request), request.data, at=at_of(request))


class ConfirmRequest(APIView):
    permission_classes = (AllowAny,)  # the link says who it is

    @operation("account_request_confirm", "people", takes=LinkInput, strangers=True)
    def post(self, request: Request) -> None:
        """Confirm the address of a request by the link that was mailed there, which is used up."""
        require_csrf(bare(request))
        actions.confirm_request(at=at_of(request), **LinkInput.read(request.data))


class AcceptRequest(APIView):
    step_up = frozenset({"POST"})

    @operation("account_request_accept", "people", AcceptedRequestOut, takes=AcceptanceInput, once=True)
    def post(self, request: Request, pk: UUID) -> Response:
        """Give the role that was asked for, with account and invitation where there is none.

        The invitation is mailed; its code is in this answer alone, to be told by telephone or face to face.
        """
        actor = actor_of(request)
        access.require_somewhere(actor, "account-requests.decide")
        row, code = done_before(request, access.decided_account_requests(actor)), None
        if row is None:
            row, code = accepted(request.data, pk, **by(request))
            keep_done(request, row.pk, status=200)
        return Response(AcceptedRequestOut(row, context={"matches": matches_of([row])}).data | {"code": code})


class RefuseRequest(APIView):
    step_up = frozenset({"POST"})

    @operation("account_request_refuse", "people", AccountRequestOut, takes=RefusalInput, once=True)
    def post(self, request: Request, pk: UUID) -> Response:
        """Refuse a request; its person is told that it was, and not why."""
        actor = actor_of(request)
        access.require_somewhere(actor, "account-requests.decide")
        act = partial(refused, request.data, pk, **by(request))
        row = do_once(request, access.decided_account_requests(actor), act)
        return Response(AccountRequestOut(row, context={"matches": matches_of([row])}).data)
