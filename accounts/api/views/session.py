"""Sign in and out, by a link too; one's own sessions, second factors, and identities at providers."""

from typing import Any
from uuid import UUID

from django.middleware.csrf import get_token
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import actions, factors, sign_in_flow, signin, suspicious_sign_ins, throttling
from accounts.access import own_account
from accounts.actor import Actor
from accounts.api.serializers import (
    BegunFactorOut,
    FactorOut,
    IdentityOut,
    MadeFactorOut,
    OptionsOut,
    OwnSessionOut,
    RecoveryCodesOut,
    SessionOut,
    SignInToCheckOut,
)
from accounts.inputs import (
    AskLinkInput,
    BeginFactorInput,
    FactorInput,
    FactorNameInput,
    NewPasswordInput,
    ProofInput,
    SignInInput,
)
from accounts.models import Factor, Identity, User
from accounts.models.factor import FactorKind
from accounts.request import bare
from accounts.sessions import id_of
from accounts.signin import Awaited, actor_of, at_of, by
from core.api import operation
from core.paging import Page, page_of
from core.query import PagedQuery, Query


class Session(APIView):
    permission_classes = (AllowAny,)

    @operation("session_read", "session", SessionOut, strangers=True)
    def get(self, request: Request) -> dict[str, Any]:
        """Say whether the caller is signed in or what is awaited for that, and give the CSRF token."""
        return _state_of(request)

    @operation("session_open", "session", SessionOut, takes=SignInInput, strangers=True)
    def post(self, request: Request) -> dict[str, Any]:
        """Begin to sign in; the answer sets the cookie of a session that can do nothing but give the second factor.

        ``awaited`` says what comes next: ``factor``, to be proved at ``/session/factor``, or ``enrolment``, where the
        person has none that counts yet and makes one at ``/me/factors``.
        """
        signin.require_csrf(bare(request))  # a stranger's browser too: nobody signs it in as somebody else
        sent = SignInInput.read(request.data)
        with throttling.counted(bare(request), sent, at=at_of(request)) as credentials:
            user = actions.check_password(**credentials)
        sign_in_flow.await_factor(bare(request), user, at=at_of(request))
        return _state(request, signin.awaited_in(bare(request)))

    @operation("session_close", "session")
    def delete(self, request: Request) -> Response:
        """Sign out, or give up signing in."""
        _, awaited = _person_of(request)
        if awaited is None:
            actions.sign_out(**by(request))
        signin.close_session(bare(request))
        return Response(status=204, headers={"Clear-Site-Data": '"cache", "cookies", "storage"'})


def _state_of(request: Request) -> dict[str, Any]:
    """Return how far the sign-in of this session is, as ``SessionOut`` tells it."""
    return _state(request, None if isinstance(request.user, Actor) else signin.awaited_in(bare(request)))


def _state(request: Request, awaited: Awaited | None) -> dict[str, Any]:
    """Return the same where it is known whose second factor is awaited; ``None``: nobody's."""
    at = at_of(request)
    return {
        "signed_in": awaited is None and isinstance(request.user, Actor),
        "awaited": None if awaited is None else actions.stage_of(awaited, at=at),
        "kinds": [] if awaited is None else sorted(factors.kinds_for(awaited.user, at=at)),
        "csrf_token": get_token(bare(request)),
    }


def _person_of(request: Request) -> tuple[User, Awaited | None]:
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


class AskLink(APIView):
    permission_classes = (AllowAny,)  # who forgot the password can't sign in

    @operation("password_link", "session", takes=AskLinkInput, strangers=True)
    def post(self, request: Request) -> None:
        """Ask for a link by which whoever has an address may set another password.

        The answer is the same whether somebody has it. Who has no second factor yet is sent none, but is invited by an
        administrator.
        """
        signin.require_csrf(bare(request))
        sign_in_flow.ask_link(bare(request), at=at_of(request), **AskLinkInput.read(request.data))


class NewPassword(APIView):
    permission_classes = (AllowAny,)  # the link says who it is

    @operation("password_set", "session", takes=NewPasswordInput, strangers=True)
    def post(self, request: Request) -> None:
        """Set a password by a link, which is used up; nobody is signed in, and second factors stay what they are."""
        signin.require_csrf(bare(request))
        sign_in_flow.set_password(bare(request), at=at_of(request), **NewPasswordInput.read(request.data))


class OwnSessions(APIView):
    @operation("sessions_list", "session", OwnSessionOut, page="OwnSessionPage")
    def get(self, request: Request) -> Page:
        """List one's own sessions that go on, newest first. Only within one of them: a token learns of none."""
        query = PagedQuery.of(request.query_params)
        page = page_of(actions.list_sessions(**by(request)), order=("-opened_at", "-pk"), **query)
        here = id_of(bare(request))
        lines = [
            {
                "id": row.id,
                "opened_at": row.opened_at,
                "used_at": row.used_at,
                "browser": row.browser,
                "current": row.id == here,
            }
            for row in actions.in_use(page.items, **by(request))
        ]
        return Page(lines, page.next)


class OwnSession(APIView):
    step_up = frozenset({"DELETE"})

    @operation("sessions_end", "session")
    def delete(self, request: Request, pk: UUID) -> None:
        """End one of one's own sessions; the next request in it is a stranger's."""
        actions.end_session(session_id=pk, **by(request))


class SignInsToCheck(APIView):
    @operation("sign_ins_to_check", "session", SignInToCheckOut, page="SignInToCheckPage")
    def get(self, request: Request) -> Page:
        """List what was odd about one's own sign-ins within ninety days, newest first. A token learns of none."""
        query = PagedQuery.of(request.query_params)
        actor = actor_of(request)
        actions.require_session(actor)
        rows = suspicious_sign_ins.of(actor.user_id, at=at_of(request))
        return page_of(rows, order=("-day", "-pk"), **query)


# --- Second factors: prove one, at sign-in and as step-up; add, name and remove one's own -----------------


class PasskeyQuestion(APIView):
    permission_classes = (AllowAny,)  # whoever gave the password, which is asked below

    @operation("session_passkey", "session", OptionsOut)
    def post(self, request: Request) -> dict[str, Any]:
        """Ask for a passkey: what the answer holds goes to the browser's ``navigator.credentials.get``."""
        user, _ = _person_of(request)
        options, challenge = factors.options_to_use(user)
        signin.keep_challenge(bare(request), sign_in_flow.PROVE, challenge, at=at_of(request))
        return {"public_key": options}


class SessionFactor(APIView):
    permission_classes = (AllowAny,)  # as above

    @operation("session_factor", "session", SessionOut, takes=ProofInput)
    def post(self, request: Request) -> dict[str, Any]:
        """Prove the second factor: the second step of signing in, or a fresh proof for a grave act.

        The session has another id from then on. Give exactly one of ``code``, ``recovery`` and ``passkey``. What
        changes how one signs in asks for all factors (``wholly`` in its refusal): a passkey, or a code with the
        ``password``.
        """
        user, awaited = _person_of(request)
        sent = ProofInput.read(request.data)
        if not sign_in_flow.complete_proof(bare(request), user, awaited, sent, at=at_of(request)):
            return _state_of(request)
        return {"signed_in": True, "awaited": None, "kinds": [], "csrf_token": get_token(bare(request))}


class Factors(APIView):
    permission_classes = (AllowAny,)  # as above

    @operation("factors_list", "session", FactorOut, many=True)
    def get(self, request: Request) -> list[Factor]:
        """List the caller's second factors, the oldest first."""
        Query.of(request.query_params)
        user, awaited = _person_of(request)
        if awaited is not None:
            raise NotAuthenticated
        return list(user.factors.order_by("created_at", "id"))

    @operation("factor_add", "session", MadeFactorOut, takes=FactorInput, status=201)
    def post(self, request: Request) -> Response:
        """Make the factor that was begun, with the proof that it works.

        Whoever has just given the password for the first time is signed in by it; all other sessions end. Recovery
        codes come with the first factor where codes are accepted, and are shown this once.
        """
        user, awaited = _person_of(request)
        at = at_of(request)
        sign_in_flow.require_may_add(bare(request), awaited, at=at)
        sent = FactorInput.read(request.data)
        factor, codes = sign_in_flow.add(bare(request), user, awaited, sent, at=at)
        shown = {"recovery_codes": codes, "csrf_token": get_token(bare(request))}
        return Response(FactorOut(factor).data | shown, status=201)


class BeginFactor(APIView):
    permission_classes = (AllowAny,)  # as above

    @operation("factor_begin", "session", BegunFactorOut, takes=BeginFactorInput)
    def post(self, request: Request) -> Response:
        """Begin to make a factor.

        Of a passkey the answer holds what goes to ``navigator.credentials.create``, of an application its secret.
        """
        user, awaited = _person_of(request)
        at = at_of(request)
        sign_in_flow.require_may_add(bare(request), awaited, at=at)
        sent = BeginFactorInput.read(request.data)
        return Response(sign_in_flow.begin(bare(request), user, FactorKind(sent["kind"]), at=at))


class OneFactor(APIView):
    step_up = frozenset({"DELETE"})
    wholly = True

    @operation("factor_remove", "session")
    def delete(self, request: Request, pk: UUID) -> None:
        """Remove a factor, never the last one; all other sessions end."""
        actions.require_session(actor_of(request))
        user = actions.remove_factor(factor_id=pk, **by(request))
        signin.keep_session(bare(request), user)


class NameFactor(APIView):
    @operation("factor_name", "session", FactorOut, takes=FactorNameInput)
    def post(self, request: Request, pk: UUID) -> Factor:
        """Give a factor another name."""
        actions.require_session(actor_of(request))
        return actions.name_factor(factor_id=pk, **FactorNameInput.read(request.data), **by(request))


class RecoveryCodes(APIView):
    step_up = frozenset({"POST"})
    wholly = True

    @operation("recovery_codes_renew", "session", RecoveryCodesOut)
    def post(self, request: Request) -> dict[str, Any]:
        """Replace the recovery codes; the new ones are shown this once, and all other sessions end."""
        actions.require_session(actor_of(request))
        user, codes = actions.renew_recovery_codes(**by(request))
        signin.keep_session(bare(request), user)
        return {"codes": codes}


# --- Identities at providers. Pages link them, because the provider's page lies between -------------------


class Identities(APIView):
    @operation("identities_list", "session", IdentityOut, many=True)
    def get(self, request: Request) -> list[Identity]:
        """List the caller's identities at providers, the oldest first. Only within a session, as sessions are."""
        Query.of(request.query_params)
        actor = actor_of(request)
        actions.require_session(actor)
        return list(own_account(actor).identities.order_by("bound_at", "id"))


class OneIdentity(APIView):
    step_up = frozenset({"DELETE"})
    wholly = True

    @operation("identity_remove", "session")
    def delete(self, request: Request, pk: UUID) -> None:
        """Give up an identity; all other sessions end."""
        user = actions.remove_identity(identity_id=pk, **by(request))
        signin.keep_session(bare(request), user)
