"""Second factors: prove one, at sign-in and as step-up; add, name and remove one's own."""

from typing import Any
from uuid import UUID

from django.middleware.csrf import get_token
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import actions, factors, sign_in_flow, signin
from accounts.access import own_account
from accounts.actor import Actor
from accounts.api.serializers import (
    BegunFactorOut,
    FactorOut,
    MadeFactorOut,
    OptionsOut,
    RecoveryCodesOut,
    SessionOut,
)
from accounts.inputs import BeginFactorInput, FactorInput, FactorNameInput, ProofInput
from accounts.models import User
from accounts.models.factor import FactorKind
from accounts.request import bare
from accounts.signin import Awaited, actor_of, at_of
from core.query import Query


def state_of(request: Request) -> dict[str, Any]:
    """Return how far the sign-in of this session is, as ``SessionOut`` tells it."""
    awaited = None if isinstance(request.user, Actor) else signin.awaited_in(bare(request))
    return state(request, awaited)


def state(request: Request, awaited: Awaited | None) -> dict[str, Any]:
    """Return the same where it is known whose second factor is awaited; ``None``: nobody's."""
    at = at_of(request)
    kinds = [] if awaited is None else sorted(factors.kinds_for(awaited.user, at=at))
    return {
        "signed_in": awaited is None and isinstance(request.user, Actor),
        "awaited": None if awaited is None else actions.stage_of(awaited, at=at),
        "kinds": kinds,
        "csrf_token": get_token(bare(request)),
    }


def person_of(request: Request) -> tuple[User, Awaited | None]:
    """Return the person of the session, and that only a factor is awaited of them, where it is.

    Raises:
        NotAuthenticated: no password was checked in this session.
        NotAllowed: a token came.
        CrossSiteRefused: the CSRF token is missing.
    """
    if isinstance(request.user, Actor):
        actions.require_session(request.user)
        return own_account(request.user), None
    awaited = signin.awaited_in(bare(request))
    if awaited is None:
        raise NotAuthenticated
    signin.require_csrf(bare(request))
    return awaited.user, awaited


class PasskeyQuestion(APIView):
    """POST /api/v1/session/passkey."""

    permission_classes = (AllowAny,)  # whoever gave the password, which is asked below

    @extend_schema(
        operation_id="session_passkey", tags=["session"], request=None, responses={200: OptionsOut}
    )
    def post(self, request: Request) -> Response:
        """Ask for a passkey: what the answer holds goes to the browser's ``navigator.credentials.get``."""
        user, _ = person_of(request)
        options, challenge = factors.options_to_use(user)
        signin.keep_challenge(bare(request), sign_in_flow.PROVE, challenge, at=at_of(request))
        return Response({"public_key": options})


class SessionFactor(APIView):
    """POST /api/v1/session/factor."""

    permission_classes = (AllowAny,)  # as above

    @extend_schema(
        operation_id="session_factor", tags=["session"], request=ProofInput, responses={200: SessionOut}
    )
    def post(self, request: Request) -> Response:
        """Prove the second factor: the second step of signing in, or a fresh proof for a grave act.

        The session has another id from then on. Give exactly one of ``code``, ``recovery`` and ``passkey``. What
        changes how one signs in asks for all factors (``wholly`` in its refusal): a passkey, or a code with the
        ``password``.
        """
        user, awaited = person_of(request)
        sent = ProofInput.read(request.data)
        at, carried = at_of(request), bare(request)
        if not sign_in_flow.complete_proof(carried, user, awaited, sent, at=at):
            return Response(SessionOut(state_of(request)).data)
        return Response(SessionOut(signed_in(request)).data)


def signed_in(request: Request) -> dict[str, Any]:
    """Return what is told when somebody has just signed in."""
    return {"signed_in": True, "awaited": None, "kinds": [], "csrf_token": get_token(bare(request))}


class Factors(APIView):
    """GET, POST /api/v1/me/factors."""

    permission_classes = (AllowAny,)  # as above

    @extend_schema(operation_id="factors_list", tags=["session"], responses={200: FactorOut(many=True)})
    def get(self, request: Request) -> Response:
        """List the caller's second factors, the oldest first."""
        Query.of(request.query_params)
        user, awaited = person_of(request)
        if awaited is not None:
            raise NotAuthenticated
        return Response(FactorOut(user.factors.order_by("created_at", "id"), many=True).data)

    @extend_schema(
        operation_id="factor_add", tags=["session"], request=FactorInput, responses={201: MadeFactorOut}
    )
    def post(self, request: Request) -> Response:
        """Make the factor that was begun, with the proof that it works.

        Whoever has just given the password for the first time is signed in by it; all other sessions end. Recovery
        codes come with the first factor where codes are accepted, and are shown this once.
        """
        user, awaited = person_of(request)
        at = at_of(request)
        sign_in_flow.require_may_add(bare(request), awaited, at=at)
        sent = FactorInput.read(request.data)
        factor, codes = sign_in_flow.add(bare(request), user, awaited, sent, at=at)
        body = {**FactorOut(factor).data, "recovery_codes": codes, "csrf_token": get_token(bare(request))}
        return Response(body, status=status.HTTP_201_CREATED)


class BeginFactor(APIView):
    """POST /api/v1/me/factors/begin."""

    permission_classes = (AllowAny,)  # as above

    @extend_schema(
        operation_id="factor_begin",
        tags=["session"],
        request=BeginFactorInput,
        responses={200: BegunFactorOut},
    )
    def post(self, request: Request) -> Response:
        """Begin to make a factor.

        Of a passkey the answer holds what goes to ``navigator.credentials.create``, of an application its secret.
        """
        user, awaited = person_of(request)
        at = at_of(request)
        sign_in_flow.require_may_add(bare(request), awaited, at=at)
        sent = BeginFactorInput.read(request.data)
        return Response(sign_in_flow.begin(bare(request), user, FactorKind(sent["kind"]), at=at))


class OneFactor(APIView):
    """DELETE /api/v1/me/factors/{id}."""

    step_up = frozenset({"DELETE"})
    wholly = True

    @extend_schema(operation_id="factor_remove", tags=["session"], responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Remove a factor, never the last one; all other sessions end."""
        actor, at = actor_of(request), at_of(request)
        actions.require_session(actor)
        user = actions.remove_factor(actor=actor, at=at, factor_id=pk)
        signin.keep_session(bare(request), user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class NameFactor(APIView):
    """POST /api/v1/me/factors/{id}/name."""

    @extend_schema(
        operation_id="factor_name", tags=["session"], request=FactorNameInput, responses={200: FactorOut}
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Give a factor another name."""
        actor = actor_of(request)
        actions.require_session(actor)
        sent = FactorNameInput.read(request.data)
        factor = actions.name_factor(actor=actor, at=at_of(request), factor_id=pk, **sent)
        return Response(FactorOut(factor).data)


class RecoveryCodes(APIView):
    """POST /api/v1/me/recovery-codes."""

    step_up = frozenset({"POST"})
    wholly = True

    @extend_schema(
        operation_id="recovery_codes_renew", tags=["session"], request=None, responses={200: RecoveryCodesOut}
    )
    def post(self, request: Request) -> Response:
        """Replace the recovery codes; the new ones are shown this once, and all other sessions end."""
        actor, at = actor_of(request), at_of(request)
        actions.require_session(actor)
        user, codes = actions.renew_recovery_codes(actor=actor, at=at)
        signin.keep_session(bare(request), user)
        return Response({"codes": codes})
