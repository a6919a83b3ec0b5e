"""One's own account: who one is, address, password, tokens, notices; and asking for a role or a colleague's account."""

from functools import partial
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import access, actions, sign_in_flow
from accounts.actions.notices import preferences_of
from accounts.actor import Actor
from accounts.api.once import do_once, done_before, keep_done
from accounts.api.serializers import (
    EndpointOut,
    MeOut,
    NewEndpointOut,
    NewTokenOut,
    OwnRequestOut,
    PreferencesOut,
    TokenOut,
)
from accounts.inputs import (
    AskLinkInput,
    ChangePasswordInput,
    ColleagueInput,
    EndpointInput,
    LinkInput,
    PreferencesInput,
    RoleRequestInput,
    TokenInput,
)
from accounts.models import AccountRequest
from accounts.request import bare
from accounts.signin import actor_of, at_of, by
from accounts.validated_actions import request_colleague, request_role
from core.api import operation
from core.paging import Page, page_of
from core.query import PagedQuery, Query
from outbox import gateway
from outbox.models import Endpoint


class Me(APIView):
    @operation("me", "session", MeOut)
    def get(self, request: Request) -> dict[str, Any]:
        """Say who the caller is, and in which positions."""
        actor = actor_of(request)
        user = access.own_account(actor)
        return {
            "id": user.pk,
            "email": user.email,
            "full_name": user.full_name,
            "language": user.language,
            "positions": access.own_positions(actor),
            "scopes": None if actor.scopes is None else sorted(actor.scopes),
        }


class ChangePassword(APIView):
    step_up = frozenset({"POST"})

    @operation("password_change", "session", takes=ChangePasswordInput)
    def post(self, request: Request) -> None:
        """Set another password, by the present one; all other sessions end, and this one has another id.

        A wrong present one counts as a failed sign-in, and waits as one.
        """
        actor = actor_of(request)
        actions.require_session(actor)
        sent = ChangePasswordInput.read(request.data)
        sign_in_flow.change_password(bare(request), actor, at=at_of(request), **sent)


class AskAddress(APIView):
    wholly = True
    step_up = frozenset({"POST"})

    @operation("address_ask", "session", takes=AskLinkInput)
    def post(self, request: Request) -> None:
        """Ask for another address; a link that is sent there confirms it, and the present one is told."""
        sent = AskLinkInput.read(request.data)
        sign_in_flow.ask_address(bare(request), actor_of(request), at=at_of(request), **sent)


class ConfirmAddress(APIView):
    @operation("address_confirm", "session", takes=LinkInput)
    def post(self, request: Request) -> None:
        """Take the address to which a link was sent; all links of before are void."""
        actions.change_address(**LinkInput.read(request.data), **by(request))


class RoleRequests(APIView):
    @operation("role_requests_list", "session", OwnRequestOut, page="OwnRequestPage")
    def get(self, request: Request) -> Page:
        """List the roles that one asked for, the newest first, until thirty days after the decision."""
        rows = access.own_account_requests(actor_of(request))
        return page_of(rows, order=("-asked_at", "-id"), **PagedQuery.of(request.query_params))

    @operation("role_request_make", "session", OwnRequestOut, takes=RoleRequestInput, status=201, once=True)
    def post(self, request: Request) -> AccountRequest:
        """Ask for a role for oneself; an administrator of the territory decides."""
        actor = actor_of(request)
        actions.require_session(actor)
        act = partial(request_role, request.data, **by(request))
        return do_once(request, access.own_account_requests(actor), act, status=201)


class Colleagues(APIView):
    @operation("colleague_request_make", "session", takes=ColleagueInput)
    def post(self, request: Request) -> None:
        """Ask for an account for a colleague of the institution that one leads; the answer tells of no account."""
        request_colleague(bare(request), request.data, **by(request))


class Tokens(APIView):
    step_up = frozenset({"POST"})  # a token outlives the session that made it

    @operation("tokens_list", "tokens", TokenOut, page="TokenPage")
    def get(self, request: Request) -> Page:
        """List one's own tokens, newest first, those that no longer open anything included."""
        query = PagedQuery.of(request.query_params)
        return page_of(access.own_tokens(actor_of(request)), order=("-created_at", "-id"), **query)

    @operation("tokens_make", "tokens", NewTokenOut, takes=TokenInput, status=201, once=True)
    def post(self, request: Request) -> Response:
        """Make a token for one of one's own positions; its secret is in this answer only.

        Repeated under the same Idempotency-Key, it answers which token it made, with ``token`` null: the secret is
        stored nowhere. Whoever lost the first answer revokes that token and makes another under a new key.
        """
        actor = actor_of(request)
        actions.require_session(actor)
        token, secret = done_before(request, access.own_tokens(actor)), None
        if token is None:
            fields = TokenInput.read(request.data)
            membership_id = fields.pop("membership")
            wanted = actions.TokenRequest(**fields)
            made = actions.make_token(membership_id=membership_id, token_request=wanted, **by(request))
            token, secret = made.token, made.secret
            keep_done(request, token.pk, status=201)
        return Response(TokenOut(token).data | {"token": secret}, status=201)


class OneToken(APIView):
    @operation("tokens_revoke", "tokens")
    def delete(self, request: Request, pk: UUID) -> None:
        """Revoke one of one's own tokens; it opens nothing from the next request on."""
        actions.revoke_token(token_id=pk, **by(request))


# --- Notices, which are listed by ``referrals/notifications/api.py`` ----------------------------------------


class Preferences(APIView):
    @operation("notices_how", "notices", PreferencesOut)
    def get(self, request: Request) -> dict[str, object]:
        """Say how the caller is told."""
        Query.of(request.query_params)
        return self._answer(actor_of(request))

    @operation("notices_how_change", "notices", PreferencesOut, takes=PreferencesInput)
    def put(self, request: Request) -> dict[str, object]:
        """Replace how the caller is told; the change is an entry in the journal."""
        wanted = actions.Preferences(**PreferencesInput.read(request.data))
        actions.change_preferences(preferences=wanted, **by(request))
        return self._answer(actor_of(request))

    def _answer(self, actor: Actor) -> dict[str, object]:
        preferences = preferences_of(actor)
        return {"phone": preferences.phone, "daily": preferences.daily, "calls": gateway.is_there()}


class Webhooks(APIView):
    @operation("webhooks_list", "notices", EndpointOut, page="EndpointPage")
    def get(self, request: Request) -> Page:
        """List where the calling program is called."""
        query = PagedQuery.of(request.query_params)
        return page_of(access.own_endpoints(actor_of(request)), order=("-created_at", "-id"), **query)

    @operation("webhooks_make", "notices", NewEndpointOut, takes=EndpointInput, status=201, once=True)
    def post(self, request: Request) -> Endpoint:
        """Let the calling program be called at an address; the secret is in this answer only."""
        actor = actor_of(request)
        actions.require_program(actor)

        def make() -> Endpoint:
            return actions.make_endpoint(**EndpointInput.read(request.data), **by(request))

        return do_once(request, access.own_endpoints(actor), make, status=201)


class OneWebhook(APIView):
    @operation("webhooks_remove", "notices")
    def delete(self, request: Request, pk: UUID) -> None:
        """Call the program no more at this address."""
        actions.remove_endpoint(endpoint_id=pk, **by(request))


class RotateWebhook(APIView):
    @operation("webhooks_rotate", "notices", NewEndpointOut, once=True)
    def post(self, request: Request, pk: UUID) -> Endpoint:
        """Give a new secret; requests are signed with both for two days."""
        act = partial(actions.rotate_endpoint, endpoint_id=pk, **by(request))
        return do_once(request, access.own_endpoints(actor_of(request)), act)
