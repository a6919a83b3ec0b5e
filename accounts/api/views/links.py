"""Sets a password by a mailed link or the present password, and changes the address."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import access, actions, sign_in_flow, signin
from accounts.api.once import IDEMPOTENCY_KEY, done_before, keep_done
from accounts.api.serializers import InvitationOut
from accounts.inputs import AskLinkInput, ChangePasswordInput, LinkInput, NewPasswordInput
from accounts.request import bare


class AskLink(APIView):
    """POST /api/v1/password-link."""

    permission_classes = (AllowAny,)  # who forgot the password can't sign in

    @extend_schema(
        operation_id="password_link", tags=["session"], auth=[], request=AskLinkInput, responses={204: None}
    )
    def post(self, request: Request) -> Response:
        """Ask for a link by which whoever has an address may set another password.

        The answer is the same whether somebody has it. Who has no second factor yet is sent none, but is invited by an
        administrator.
        """
        signin.require_csrf(bare(request))
        sent = AskLinkInput.read(request.data)
        sign_in_flow.ask_link(bare(request), at=signin.at_of(request), **sent)
        return Response(status=status.HTTP_204_NO_CONTENT)


class NewPassword(APIView):
    """POST /api/v1/password."""

    permission_classes = (AllowAny,)  # the link says who it is

    @extend_schema(
        operation_id="password_set",
        tags=["session"],
        auth=[],
        request=NewPasswordInput,
        responses={204: None},
    )
    def post(self, request: Request) -> Response:
        """Set a password by a link, which is used up; nobody is signed in, and second factors stay what they are."""
        signin.require_csrf(bare(request))
        sent = NewPasswordInput.read(request.data)
        sign_in_flow.set_password(bare(request), at=signin.at_of(request), **sent)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ChangePassword(APIView):
    """POST /api/v1/me/password."""

    step_up = frozenset({"POST"})

    @extend_schema(
        operation_id="password_change", tags=["session"], request=ChangePasswordInput, responses={204: None}
    )
    def post(self, request: Request) -> Response:
        """Set another password, by the present one; all other sessions end, and this one has another id.

        A wrong present one counts as a failed sign-in, and waits as one.
        """
        actor = signin.actor_of(request)
        actions.require_session(actor)
        sent = ChangePasswordInput.read(request.data)
        sign_in_flow.change_password(bare(request), actor, at=signin.at_of(request), **sent)
        return Response(status=status.HTTP_204_NO_CONTENT)


class AskAddress(APIView):
    """POST /api/v1/me/address."""

    wholly = True
    step_up = frozenset({"POST"})

    @extend_schema(operation_id="address_ask", tags=["session"], request=AskLinkInput, responses={204: None})
    def post(self, request: Request) -> Response:
        """Ask for another address; a link that is sent there confirms it, and the present one is told."""
        sent = AskLinkInput.read(request.data)
        actor, at = signin.actor_of(request), signin.at_of(request)
        sign_in_flow.ask_address(bare(request), actor, at=at, **sent)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ConfirmAddress(APIView):
    """POST /api/v1/me/address/confirm."""

    @extend_schema(operation_id="address_confirm", tags=["session"], request=LinkInput, responses={204: None})
    def post(self, request: Request) -> Response:
        """Take the address to which a link was sent; all links of before are void."""
        sent = LinkInput.read(request.data)
        actions.change_address(actor=signin.actor_of(request), at=signin.at_of(request), **sent)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Invite(APIView):
    """POST /api/v1/users/{id}/invitation."""

    step_up = frozenset({"POST"})

    @extend_schema(
        operation_id="users_invite",
        tags=["people"],
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses={201: InvitationOut},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Have a link mailed to somebody by which they set their password; earlier links are void at once.

        It asks for the code of this answer too: tell it by telephone or face to face, once it is certain to whom.
        """
        actor = signin.actor_of(request)
        user = done_before(request, access.managed_users(actor))
        code = None
        if user is None:
            user, code = actions.invite(actor=actor, at=signin.at_of(request), user_id=pk)
            keep_done(request, user.pk, status=status.HTTP_201_CREATED)
        user.code = code  # type: ignore[attr-defined]  # for the serializer alone
        return Response(InvitationOut(user).data, status=status.HTTP_201_CREATED)
