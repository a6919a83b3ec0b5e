"""People, for the administrators of an authority: accounts, invitations, sessions, lost second factors."""

from functools import partial
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import access, actions, queries
from accounts.api.once import do_once, done_before, keep_done
from accounts.api.serializers import (
    AccountOut,
    AddedAccountOut,
    DecidedResetOut,
    FactorResetOut,
    FoundPeopleOut,
    InvitationOut,
    OneAccountOut,
    UserOut,
)
from accounts.inputs import IdentifiedInput, NewcomerInput, PeopleQuery, PeopleSearchInput, UserInput
from accounts.models import Authority, FactorReset, User
from accounts.naming import visible
from accounts.people import Person
from accounts.request import bare
from accounts.sessions import id_of
from accounts.signin import actor_of, at_of, by
from accounts.validated_actions import added, identified, made_user
from core.api import operation
from core.paging import Page, page_of
from core.query import PagedQuery, Query


class Users(APIView):
    @operation("users_list", "people", AccountOut, page="UserPage", query=PeopleQuery)
    def get(self, request: Request) -> Page:
        """List the accounts of the administered authorities, by address; the look is an entry."""
        return queries.user_page(PeopleQuery.of(request.query_params), **by(request))

    @operation("users_make", "people", UserOut, takes=UserInput, status=201, once=True)
    def post(self, request: Request) -> User:
        """Make an account without a role; it can't sign in until it has a password."""
        actor = actor_of(request)
        access.require_somewhere(actor, "accounts.manage")
        make = partial(made_user, request.data, **by(request))
        return do_once(request, access.managed_users(actor), make, status=201)


class OneUser(APIView):
    @operation("users_read", "people", OneAccountOut)
    def get(self, request: Request, pk: UUID) -> Person:
        """Show an account with all its roles at the administered authorities, past ones too; the look is an entry."""
        Query.of(request.query_params)
        return queries.one_user(pk, **by(request))


class FindUsers(APIView):
    @operation("users_search", "people", FoundPeopleOut, takes=PeopleSearchInput)
    def post(self, request: Request) -> dict[str, object]:
        """Find people by words of their name or address, which no address of ours may hold; the look is an entry."""
        access.require_somewhere(actor_of(request), "accounts.manage")
        sent = PeopleSearchInput.read(request.data)
        users, more = queries.search_users(sent["words"], **by(request))
        return {"results": users, "more": more}


class Invitations(APIView):
    step_up = frozenset({"POST"})

    @operation("invitations_make", "people", AddedAccountOut, takes=NewcomerInput, status=201, once=True)
    def post(self, request: Request) -> Person:
        """Add a person: make the account, give its roles, and mail the invitation; all or nothing.

        Roles that two persons give are asked for: a second person confirms each (`requests`). The code is in this
        answer alone: tell it by telephone or face to face.
        """
        actor = actor_of(request)
        access.require_somewhere(actor, "accounts.manage")
        user, code = done_before(request, access.managed_users(actor)), None
        if user is None:
            user, code = added(request.data, **by(request))
            keep_done(request, user.pk, status=201)
        made = queries.person(user.pk, **by(request))
        made.code = code
        return made


class Invite(APIView):
    step_up = frozenset({"POST"})

    @operation("users_invite", "people", InvitationOut, status=201, once=True)
    def post(self, request: Request, pk: UUID) -> Response:
        """Have a link mailed to somebody by which they set their password; earlier links are void at once.

        It asks for the code of this answer too: tell it by telephone or face to face, once it is certain to whom.
        """
        user, code = done_before(request, access.managed_users(actor_of(request))), None
        if user is None:
            user, code = actions.invite(user_id=pk, **by(request))
            keep_done(request, user.pk, status=201)
        return Response(InvitationOut(user).data | {"code": code}, status=201)


class VerifyUser(APIView):
    @operation("users_verify", "people", UserOut, once=True)
    def post(self, request: Request, pk: UUID) -> User:
        """Vouch for an account: one has made sure who it is; from then on it may begin a concern."""
        return _act_once(request, pk, actions.verify_user)


class EndSessions(APIView):
    step_up = frozenset({"POST"})

    @operation("users_end_sessions", "people", UserOut, once=True)
    def post(self, request: Request, pk: UUID) -> User:
        """End all sessions of somebody; roles, password and second factors stay what they are."""
        return _act_once(request, pk, actions.end_sessions_of)


class CloseAccount(APIView):
    step_up = frozenset({"POST"})

    @operation("users_close", "people", UserOut, once=True)
    def post(self, request: Request, pk: UUID) -> User:
        """Close an account: its roles, sessions, tokens, second factors, links and password end at once.

        Cases that its person was on keep that name until a supervisor hands them over (`POST /api/v1/handovers`).
        """
        return _act_once(request, pk, actions.close_account)


class ReopenAccount(APIView):
    step_up = frozenset({"POST"})

    @operation("users_reopen", "people", UserOut, once=True)
    def post(self, request: Request, pk: UUID) -> User:
        """Open a closed account again, as a new one: to be vouched for, invited, and given roles anew."""
        return _act_once(request, pk, actions.reopen_account)


def _act_once(request: Request, pk: UUID, act: "actions.OnAccount") -> User:
    return do_once(request, access.managed_users(actor_of(request)), partial(act, user_id=pk, **by(request)))


class EndAllSessions(APIView):
    step_up = frozenset({"POST"})

    @operation("authorities_end_sessions", "people", once=True)
    def post(self, request: Request, pk: UUID) -> None:
        """End the sessions of all who hold a role at the authority, but the one in which this is asked."""
        authority = visible(Authority.objects, pk)
        access.require(actor_of(request), "accounts.manage", authority.pk)
        if done_before(request, Authority.objects.filter(pk=authority.pk)) is None:
            actions.end_all_sessions(authority=authority, but=id_of(bare(request)), **by(request))
            keep_done(request, authority.pk, status=204)


# --- Lost second factors: an administrator asks for the reset, a second person confirms it -----------------


class AskReset(APIView):
    step_up = frozenset({"POST"})

    @operation("factor_reset_ask", "people", FactorResetOut, takes=IdentifiedInput, status=201)
    def post(self, request: Request, pk: UUID) -> FactorReset:
        """Ask that somebody's lost second factors be removed; a second person has a week to confirm it."""
        access.require_somewhere(actor_of(request), "accounts.manage")
        return actions.ask_reset(user_id=pk, how=identified(request.data), **by(request))


class Resets(APIView):
    @operation("factor_resets_list", "people", FactorResetOut, page="FactorResetPage")
    def get(self, request: Request) -> Page:
        """List the requests that wait for a second person, the oldest first."""
        query = PagedQuery.of(request.query_params)
        rows = access.open_resets(actor_of(request), at=at_of(request))
        return page_of(rows, order=("asked_at", "id"), **query)


class ConfirmReset(APIView):
    step_up = frozenset({"POST"})

    @operation("factor_reset_confirm", "people", DecidedResetOut, takes=IdentifiedInput)
    def post(self, request: Request, pk: UUID) -> Response:
        """Confirm as a second person: the factors, recovery codes and sessions of the account end.

        Where the account opens cases its person is invited too: the code is in this answer alone, to be told by
        telephone or face to face, to nobody else.
        """
        access.require_somewhere(actor_of(request), "factors.reset")
        row, code = actions.decide_reset(reset_id=pk, how=identified(request.data), **by(request))
        return Response(DecidedResetOut(row).data | {"code": code})


class RefuseReset(APIView):
    step_up = frozenset({"POST"})

    @operation("factor_reset_refuse", "people", FactorResetOut)
    def post(self, request: Request, pk: UUID) -> FactorReset:
        """Refuse as a second person: nothing changes."""
        row, _code = actions.decide_reset(reset_id=pk, how=None, **by(request))
        return row
