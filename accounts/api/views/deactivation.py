"""Administrators end sessions, and close or reopen accounts."""

from functools import partial
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import access, actions
from accounts.api.once import IDEMPOTENCY_KEY, do_once, done_before, keep_done
from accounts.api.serializers import UserOut
from accounts.models import Authority
from accounts.naming import visible
from accounts.request import bare
from accounts.sessions import id_of
from accounts.signin import actor_of, at_of


class EndSessions(APIView):
    """POST /api/v1/users/{id}/end-sessions."""

    step_up = frozenset({"POST"})

    @extend_schema(
        operation_id="users_end_sessions",
        tags=["people"],
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses={200: UserOut},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """End all sessions of somebody; roles, password and second factors stay what they are."""
        return _done(request, pk, actions.end_sessions_of)


class CloseAccount(APIView):
    """POST /api/v1/users/{id}/close."""

    step_up = frozenset({"POST"})

    @extend_schema(
        operation_id="users_close",
        tags=["people"],
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses={200: UserOut},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Close an account: its roles, sessions, tokens, second factors, links and password end at once.

        Cases that its person was on keep that name until a supervisor hands them over (`POST /api/v1/handovers`).
        """
        return _done(request, pk, actions.close_account)


class ReopenAccount(APIView):
    """POST /api/v1/users/{id}/reopen."""

    step_up = frozenset({"POST"})

    @extend_schema(
        operation_id="users_reopen",
        tags=["people"],
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses={200: UserOut},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Open a closed account again, as a new one: to be vouched for, invited, and given roles anew."""
        return _done(request, pk, actions.reopen_account)


def _done(request: Request, pk: UUID, act: "actions.OnAccount") -> Response:
    """Do an act on an account once, and answer with the account."""
    actor = actor_of(request)
    once = partial(act, actor=actor, at=at_of(request), user_id=pk)
    user = do_once(request, access.managed_users(actor), once)
    return Response(UserOut(user).data)


class EndAllSessions(APIView):
    """POST /api/v1/authorities/{id}/end-sessions."""

    step_up = frozenset({"POST"})

    @extend_schema(
        operation_id="authorities_end_sessions",
        tags=["people"],
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses={204: None},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """End the sessions of all who hold a role at the authority, but the one in which this is asked."""
        actor, authority = actor_of(request), visible(Authority.objects, pk)
        access.require(actor, "accounts.manage", authority.pk)
        if done_before(request, Authority.objects.filter(pk=authority.pk)) is None:
            here = id_of(bare(request))
            actions.end_all_sessions(actor=actor, at=at_of(request), authority=authority, but=here)
            keep_done(request, authority.pk, status=status.HTTP_204_NO_CONTENT)
        return Response(status=status.HTTP_204_NO_CONTENT)
