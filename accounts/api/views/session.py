"""Sign in, sign out, one's own sessions, and who am I."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import actions, sign_in_flow, signin, suspicious_sign_ins, throttling
from accounts.access import own_account, own_positions
from accounts.actor import Actor
from accounts.api.serializers import MeOut, OwnSessionOut, SessionOut, SignInToCheckOut
from accounts.api.views.factors import person_of, state, state_of
from accounts.inputs import SignInInput
from accounts.models import User
from accounts.request import bare
from accounts.sessions import id_of
from core.api import page_schema
from core.paging import envelope, page_of
from core.query import PagedQuery


def _person(user: User, actor: Actor) -> dict[str, Any]:
    return {
        "id": user.pk,
        "email": user.email,
        "full_name": user.full_name,
        "language": user.language,
        "positions": own_positions(actor),
        "scopes": None if actor.scopes is None else sorted(actor.scopes),
    }


class Session(APIView):
    """GET, POST, DELETE /api/v1/session."""

    permission_classes = (AllowAny,)

    @extend_schema(operation_id="session_read", tags=["session"], auth=[], responses={200: SessionOut})
    def get(self, request: Request) -> Response:
        """Say whether the caller is signed in or what is awaited for that, and give the CSRF token."""
        return Response(SessionOut(state_of(request)).data)

    @extend_schema(
        operation_id="session_open",
        tags=["session"],
        auth=[],
        request=SignInInput,
        responses={200: SessionOut},
    )
    def post(self, request: Request) -> Response:
        """Begin to sign in; the answer sets the cookie of a session that can do nothing but give the second factor.

        ``awaited`` says what comes next: ``factor``, to be proved at ``/session/factor``, or ``enrolment``, where the
        person has none that counts yet and makes one at ``/me/factors``.
        """
        signin.require_csrf(bare(request))  # a stranger's browser too: nobody signs it in as somebody else
        sent = SignInInput.read(request.data)
        at = signin.at_of(request)
        with throttling.counted(bare(request), sent, at=at) as credentials:
            user = actions.check_password(**credentials)
        sign_in_flow.await_factor(bare(request), user, at=at)
        return Response(SessionOut(state(request, signin.awaited_in(bare(request)))).data)

    @extend_schema(operation_id="session_close", tags=["session"], responses={204: None})
    def delete(self, request: Request) -> Response:
        """Sign out, or give up signing in."""
        _, awaited = person_of(request)
        if awaited is None:
            actions.sign_out(actor=signin.actor_of(request), at=signin.at_of(request))
        signin.close_session(bare(request))
        clear = '"cache", "cookies", "storage"'
        return Response(status=status.HTTP_204_NO_CONTENT, headers={"Clear-Site-Data": clear})


class OwnSessions(APIView):
    """GET /api/v1/sessions."""

    @extend_schema(
        operation_id="sessions_list",
        tags=["session"],
        parameters=[PagedQuery],
        responses={200: page_schema("OwnSessionPage", OwnSessionOut)},
    )
    def get(self, request: Request) -> Response:
        """List one's own sessions that go on, newest first. Only within one of them: a token learns of none."""
        query = PagedQuery.of(request.query_params)
        sessions = actions.list_sessions(actor=signin.actor_of(request), at=signin.at_of(request))
        page = page_of(sessions, order=("-opened_at", "-pk"), **query)
        here = id_of(bare(request))
        lines = actions.in_use(page.items, actor=signin.actor_of(request), at=signin.at_of(request))
        for row in lines:
            row.current = row.id == here  # type: ignore[attr-defined]  # our own attribute, for the answer
        return Response(envelope(page, OwnSessionOut(lines, many=True).data))


class OwnSession(APIView):
    """DELETE /api/v1/sessions/{id}."""

    step_up = frozenset({"DELETE"})

    @extend_schema(operation_id="sessions_end", tags=["session"], responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """End one of one's own sessions; the next request in it is a stranger's."""
        actions.end_session(actor=signin.actor_of(request), at=signin.at_of(request), session_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class SignInsToCheck(APIView):
    """GET /api/v1/sign-ins-to-check."""

    @extend_schema(
        operation_id="sign_ins_to_check",
        tags=["session"],
        parameters=[PagedQuery],
        responses={200: page_schema("SignInToCheckPage", SignInToCheckOut)},
    )
    def get(self, request: Request) -> Response:
        """List what was odd about one's own sign-ins within ninety days, newest first. A token learns of none."""
        query = PagedQuery.of(request.query_params)
        actor = signin.actor_of(request)
        actions.require_session(actor)
        rows = suspicious_sign_ins.of(actor.user_id, at=signin.at_of(request))
        page = page_of(rows, order=("-day", "-pk"), **query)
        return Response(envelope(page, SignInToCheckOut(page.items, many=True).data))


class Me(APIView):
    """GET /api/v1/me."""

    @extend_schema(operation_id="me", tags=["session"], responses={200: MeOut})
    def get(self, request: Request) -> Response:
        """Say who the caller is, and in which positions."""
        actor = signin.actor_of(request)
        user = own_account(actor)
        return Response(MeOut(_person(user, actor)).data)
