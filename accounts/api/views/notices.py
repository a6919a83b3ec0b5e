"""Notification preferences, and webhook endpoints. The notices themselves: ``referrals/notifications/api.py``."""

from functools import partial
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import access, actions
from accounts.actions.notices import preferences_of
from accounts.actor import Actor
from accounts.api.once import IDEMPOTENCY_KEY, do_once
from accounts.api.serializers import EndpointOut, NewEndpointOut, PreferencesOut
from accounts.inputs import EndpointInput, PreferencesInput
from accounts.signin import actor_of, at_of
from core.api import page_schema
from core.paging import envelope, page_of
from core.query import PagedQuery, Query
from outbox import gateway
from outbox.models import Endpoint
from outbox.webhooks import secret_of


class Preferences(APIView):
    """GET, PUT /api/v1/me/notices."""

    @extend_schema(operation_id="notices_how", tags=["notices"], responses={200: PreferencesOut})
    def get(self, request: Request) -> Response:
        """Say how the caller is told."""
        Query.of(request.query_params)
        return self._said(actor_of(request))

    @extend_schema(
        operation_id="notices_how_change",
        tags=["notices"],
        request=PreferencesInput,
        responses={200: PreferencesOut},
    )
    def put(self, request: Request) -> Response:
        """Replace how the caller is told; the change is an entry in the journal."""
        sent = PreferencesInput.read(request.data)
        actor = actor_of(request)
        actions.change_preferences(actor=actor, at=at_of(request), preferences=actions.Preferences(**sent))
        return self._said(actor)

    def _said(self, actor: Actor) -> Response:
        preferences = preferences_of(actor)
        body = {"phone": preferences.phone, "daily": preferences.daily, "calls": gateway.is_there()}
        return Response(PreferencesOut(body).data)


class Webhooks(APIView):
    """GET, POST /api/v1/webhooks."""

    @extend_schema(
        operation_id="webhooks_list",
        tags=["notices"],
        parameters=[PagedQuery],
        responses={200: page_schema("EndpointPage", EndpointOut)},
    )
    def get(self, request: Request) -> Response:
        """List where the calling program is called."""
        query = PagedQuery.of(request.query_params)
        page = page_of(access.own_endpoints(actor_of(request)), order=("-created_at", "-id"), **query)
        return Response(envelope(page, EndpointOut(page.items, many=True).data))

    @extend_schema(
        operation_id="webhooks_make",
        tags=["notices"],
        parameters=[IDEMPOTENCY_KEY],
        request=EndpointInput,
        responses={201: NewEndpointOut},
    )
    def post(self, request: Request) -> Response:
        """Let the calling program be called at an address; the secret is in this answer only."""
        actor = actor_of(request)
        actions.require_program(actor)

        def make() -> Endpoint:
            return actions.make_endpoint(actor=actor, at=at_of(request), **EndpointInput.read(request.data))

        endpoint = do_once(request, access.own_endpoints(actor), make, status=status.HTTP_201_CREATED)
        return _with_secret(endpoint, status.HTTP_201_CREATED)


class OneWebhook(APIView):
    """DELETE /api/v1/webhooks/{id}."""

    @extend_schema(operation_id="webhooks_remove", tags=["notices"], responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Call the program no more at this address."""
        actions.remove_endpoint(actor=actor_of(request), at=at_of(request), endpoint_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class RotateWebhook(APIView):
    """POST /api/v1/webhooks/{id}/rotate."""

    @extend_schema(
        operation_id="webhooks_rotate",
        tags=["notices"],
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses={200: NewEndpointOut},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Give a new secret; requests are signed with both for two days."""
        actor = actor_of(request)
        act = partial(actions.rotate_endpoint, actor=actor, at=at_of(request), endpoint_id=pk)
        return _with_secret(do_once(request, access.own_endpoints(actor), act), status.HTTP_200_OK)


def _with_secret(endpoint: Endpoint, code: int) -> Response:
    return Response({**EndpointOut(endpoint).data, "secret": secret_of(endpoint)}, status=code)
