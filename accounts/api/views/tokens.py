"""The caller's own tokens."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import actions
from accounts.access import own_tokens
from accounts.api.once import IDEMPOTENCY_KEY, done_before, keep_done
from accounts.api.serializers import NewTokenOut, TokenOut
from accounts.inputs import TokenInput
from accounts.signin import actor_of, at_of
from core.api import page_schema
from core.paging import envelope, page_of
from core.query import PagedQuery


class Tokens(APIView):
    """GET, POST /api/v1/tokens."""

    step_up = frozenset({"POST"})  # a token outlives the session that made it

    @extend_schema(
        operation_id="tokens_list",
        tags=["tokens"],
        parameters=[PagedQuery],
        responses={200: page_schema("TokenPage", TokenOut)},
    )
    def get(self, request: Request) -> Response:
        """List one's own tokens, newest first, those that no longer open anything included."""
        query = PagedQuery.of(request.query_params)
        page = page_of(own_tokens(actor_of(request)), order=("-created_at", "-id"), **query)
        return Response(envelope(page, TokenOut(page.items, many=True).data))

    @extend_schema(
        operation_id="tokens_make",
        tags=["tokens"],
        parameters=[IDEMPOTENCY_KEY],
        request=TokenInput,
        responses={201: NewTokenOut},
    )
    def post(self, request: Request) -> Response:
        """Make a token for one of one's own positions; its secret is in this answer only.

        Repeated under the same Idempotency-Key, it answers which token it made, with ``token`` null: the secret is
        stored nowhere. Whoever lost the first answer revokes that token and makes another under a new key.
        """
        actor = actor_of(request)
        actions.require_session(actor)
        past = done_before(request, own_tokens(actor))
        if past is not None:
            return Response({**TokenOut(past).data, "token": None}, status=status.HTTP_201_CREATED)
        fields = TokenInput.read(request.data)
        token = actions.make_token(
            actor=actor,
            at=at_of(request),
            membership_id=fields.pop("membership"),
            token_request=actions.TokenRequest(**fields),
        )
        keep_done(request, token.token.pk, status=status.HTTP_201_CREATED)
        body = {**TokenOut(token.token).data, "token": token.secret}
        return Response(body, status=status.HTTP_201_CREATED)


class OneToken(APIView):
    """DELETE /api/v1/tokens/{id}."""

    @extend_schema(operation_id="tokens_revoke", tags=["tokens"], responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Revoke one of one's own tokens; it opens nothing from the next request on."""
        actions.revoke_token(actor=actor_of(request), at=at_of(request), token_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)
