"""Accounts and memberships, for the administrators of an authority."""

from functools import partial
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import access, actions
from accounts.api.once import IDEMPOTENCY_KEY, do_once, done_before, keep_done
from accounts.api.serializers import (
    AccountOut,
    AddedAccountOut,
    CertificateOut,
    FoundPeopleOut,
    MembershipOut,
    OneAccountOut,
    UserOut,
)
from accounts.inputs import (
    CertificateInput,
    MembershipInput,
    MembershipQuery,
    NewcomerInput,
    PeopleQuery,
    PeopleSearchInput,
    UserInput,
)
from accounts.queries import certificate_of, membership_page, one_user, person, user_page, users_found
from accounts.signin import actor_of, at_of
from accounts.validated_actions import added, granted, made_user
from core.api import page_schema
from core.paging import envelope
from core.query import Query


class Users(APIView):
    """GET, POST /api/v1/users."""

    @extend_schema(
        operation_id="users_list",
        tags=["people"],
        parameters=[PeopleQuery],
        responses={200: page_schema("UserPage", AccountOut)},
    )
    def get(self, request: Request) -> Response:
        """List the accounts of the administered authorities, by address; the look is an entry."""
        query = PeopleQuery.of(request.query_params)
        page = user_page(query, actor=actor_of(request), at=at_of(request))
        return Response(envelope(page, AccountOut(page.items, many=True).data))

    @extend_schema(
        operation_id="users_make",
        tags=["people"],
        parameters=[IDEMPOTENCY_KEY],
        request=UserInput,
        responses={201: UserOut},
    )
    def post(self, request: Request) -> Response:
        """Make an account without a role; it can't sign in until it has a password."""
        actor = actor_of(request)
        access.require_somewhere(actor, "accounts.manage")
        make = partial(made_user, request.data, actor=actor, at=at_of(request))
        user = do_once(request, access.managed_users(actor), make, status=status.HTTP_201_CREATED)
        return Response(UserOut(user).data, status=status.HTTP_201_CREATED)


class OneUser(APIView):
    """GET /api/v1/users/{id}."""

    @extend_schema(operation_id="users_read", tags=["people"], responses={200: OneAccountOut})
    def get(self, request: Request, pk: UUID) -> Response:
        """Show an account with all its roles at the administered authorities, past ones too; the look is an entry."""
        Query.of(request.query_params)
        user = one_user(pk, actor=actor_of(request), at=at_of(request))
        return Response(OneAccountOut(user).data)


class FindUsers(APIView):
    """POST /api/v1/users/search."""

    @extend_schema(
        operation_id="users_search",
        tags=["people"],
        request=PeopleSearchInput,
        responses={200: FoundPeopleOut},
    )
    def post(self, request: Request) -> Response:
        """Find people by words of their name or address, which no address of ours may hold; the look is an entry."""
        access.require_somewhere(actor_of(request), "accounts.manage")
        sent = PeopleSearchInput.read(request.data)
        users, more = users_found(sent["words"], actor=actor_of(request), at=at_of(request))
        return Response(FoundPeopleOut({"results": users, "more": more}).data)


class Invitations(APIView):
    """POST /api/v1/invitations."""

    step_up = frozenset({"POST"})

    @extend_schema(
        operation_id="invitations_make",
        tags=["people"],
        parameters=[IDEMPOTENCY_KEY],
        request=NewcomerInput,
        responses={201: AddedAccountOut},
    )
    def post(self, request: Request) -> Response:
        """Add a person: make the account, give its roles, and mail the invitation; all or nothing.

        Roles that two persons give are asked for: a second person confirms each (`requests`). The code is in this
        answer alone: tell it by telephone or face to face.
        """
        actor, at = actor_of(request), at_of(request)
        access.require_somewhere(actor, "accounts.manage")
        user, code = done_before(request, access.managed_users(actor)), None
        if user is None:
            user, code = added(request.data, actor=actor, at=at)
            keep_done(request, user.pk, status=status.HTTP_201_CREATED)
        made = person(user.pk, actor=actor, at=at)
        made.code = code
        return Response(AddedAccountOut(made).data, status=status.HTTP_201_CREATED)


class VerifyUser(APIView):
    """POST /api/v1/users/{id}/verify."""

    @extend_schema(
        operation_id="users_verify",
        tags=["people"],
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses={200: UserOut},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Vouch for an account: one has made sure who it is; from then on it may begin a concern."""
        actor = actor_of(request)
        act = partial(actions.verify_user, actor=actor, at=at_of(request), user_id=pk)
        user = do_once(request, access.managed_users(actor), act)
        return Response(UserOut(user).data)


class Memberships(APIView):
    """GET, POST /api/v1/memberships."""

    step_up = frozenset({"POST"})

    @extend_schema(
        operation_id="memberships_list",
        tags=["people"],
        parameters=[MembershipQuery],
        responses={200: page_schema("MembershipPage", MembershipOut)},
    )
    def get(self, request: Request) -> Response:
        """List the memberships of the administered authorities, newest first; the look is an entry.

        With `review=due`, those that the caller is to review: supervisors and data protection officers have some too.
        """
        query = MembershipQuery.of(request.query_params)
        page = membership_page(query, actor=actor_of(request), at=at_of(request))
        return Response(envelope(page, MembershipOut(page.items, many=True).data))

    @extend_schema(
        operation_id="memberships_grant",
        tags=["people"],
        parameters=[IDEMPOTENCY_KEY],
        request=MembershipInput,
        responses={201: MembershipOut},
    )
    def post(self, request: Request) -> Response:
        """Give a role at an authority that one administers; those that two persons give are asked for elsewhere.

        See `POST /api/v1/membership-requests`.
        """
        actor = actor_of(request)
        access.require_somewhere(actor, "accounts.manage")
        make = partial(granted, request.data, actor=actor, at=at_of(request))
        membership = do_once(request, access.managed_memberships(actor), make, status=status.HTTP_201_CREATED)
        return Response(MembershipOut(membership).data, status=status.HTTP_201_CREATED)


class ReviewMembership(APIView):
    """POST /api/v1/memberships/{id}/review."""

    step_up = frozenset({"POST"})

    @extend_schema(
        operation_id="memberships_review",
        tags=["people"],
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses={200: MembershipOut},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Say that somebody still holds a role rightly; unless somebody does each year, it ends. Never one's own."""
        actor = actor_of(request)
        act = partial(actions.review, actor=actor, at=at_of(request), membership_id=pk)
        membership = do_once(request, access.reviewable_memberships(actor), act)
        return Response(MembershipOut(membership).data)


class Certificate(APIView):
    """GET, POST /api/v1/memberships/{id}/certificate."""

    @extend_schema(operation_id="certificate_read", tags=["people"], responses={200: CertificateOut})
    def get(self, request: Request, pk: UUID) -> Response:
        """Read when a certificate of honorability was seen; the look is an entry."""
        Query.of(request.query_params)
        at = at_of(request)
        row = certificate_of(pk, actor=actor_of(request), at=at)
        return Response(CertificateOut(row, context={"at": at}).data)

    @extend_schema(
        operation_id="certificate_see",
        tags=["people"],
        parameters=[IDEMPOTENCY_KEY],
        request=CertificateInput,
        responses={200: CertificateOut},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Say that one saw somebody's certificate of honorability today. Never one's own."""
        actor = actor_of(request)
        access.require_somewhere(actor, "accounts.manage")
        issued_on = CertificateInput.read(request.data)["issued_on"]
        act = partial(
            actions.see_certificate, actor=actor, at=at_of(request), membership_id=pk, issued_on=issued_on
        )
        membership = do_once(request, access.managed_memberships(actor), act)
        return Response(CertificateOut(membership, context={"at": at_of(request)}).data)


class EndMembership(APIView):
    """POST /api/v1/memberships/{id}/end."""

    step_up = frozenset({"POST"})

    @extend_schema(
        operation_id="memberships_end",
        tags=["people"],
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses={200: MembershipOut},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """End a membership at once; its tokens open nothing from the next request on."""
        actor = actor_of(request)
        act = partial(actions.end, actor=actor, at=at_of(request), membership_id=pk)
        membership = do_once(request, access.managed_memberships(actor), act)
        return Response(MembershipOut(membership).data)
