"""One's own identities at providers: list and unlink. Pages link them, because the provider's page lies between."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import actions, signin
from accounts.access import own_account
from accounts.api.serializers import IdentityOut
from accounts.request import bare
from accounts.signin import actor_of, at_of
from core.query import Query


class Identities(APIView):
    """GET /api/v1/me/identities."""

    @extend_schema(operation_id="identities_list", tags=["session"], responses={200: IdentityOut(many=True)})
    def get(self, request: Request) -> Response:
        """List the caller's identities at providers, the oldest first. Only within a session, as sessions are."""
        Query.of(request.query_params)
        actor = actor_of(request)
        actions.require_session(actor)
        identities = own_account(actor).identities.order_by("bound_at", "id")
        return Response(IdentityOut(identities, many=True).data)


class OneIdentity(APIView):
    """DELETE /api/v1/me/identities/{id}."""

    step_up = frozenset({"DELETE"})
    wholly = True

    @extend_schema(operation_id="identity_remove", tags=["session"], responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Give up an identity; all other sessions end."""
        user = actions.remove_identity(actor=actor_of(request), at=at_of(request), identity_id=pk)
        signin.keep_session(bare(request), user)
        return Response(status=status.HTTP_204_NO_CONTENT)
