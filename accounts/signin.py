"""Authentication of a request: a token in its Authorization header, or else a session cookie.

``actor_for`` is called once a request, inside its transaction, by the pipeline; the classes at the end pass its answer
to the API's framework. Rights are read from the memberships each time and cached nowhere (SEC-AZ10): one query for a
token, three for a session.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypedDict, cast
from uuid import UUID

from django.conf import settings
from django.contrib import auth
from django.db import transaction
from django.db.models import CharField, DateTimeField, Q, QuerySet, UUIDField
from django.http import HttpResponse
from django.utils.crypto import constant_time_compare
from rest_framework.authentication import BaseAuthentication, CSRFCheck
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts import sessions, stepup
from accounts.actor import Actor, Position
from accounts.errors import CrossSiteRefused, NotAllowed, TokenRefused
from accounts.models import CalendarFeed, Membership, Token, User
from accounts.origin import origin_of
from accounts.request import ServiceRequest, bare
from accounts.roles import Role, Scope
from audit.events import Origin
from core.compiled_queries import CompiledQuery, Given
from encryption import digest

if TYPE_CHECKING:
    # The framework's views load these classes by name while they are being loaded themselves.
    from rest_framework.views import APIView

TOKEN_PREFIX: Final = "rep_"  # noqa: S105 - what makes a leaked token recognisable to scanners
#: What a training instance's begin with: none of them has the form of a real one, nor the reverse.
TRAINING_TOKEN_PREFIX: Final = "repf_"  # noqa: S105 - as above
SESSION: Final = "session"
FEED: Final = "feed"
TOKEN: Final = "token"  # noqa: S105 - a way to sign in
PROVED: Final = "proved_at"
#: The last proof was a code alone.
IN_PART: Final = "proved_in_part"
AWAITED_FOR: Final = timedelta(minutes=10)
CHALLENGE_FOR: Final = timedelta(minutes=5)
#: Where and how one signs out at the provider by which this session was begun.
PROVIDED: Final = "provided"
_AWAITED: Final = "awaited"
_CHALLENGE: Final = "asked"
_BEARER: Final = re.compile(r"(?i:bearer) ((repf?_)[A-Za-z0-9_-]{43})", re.ASCII)


def token_prefix() -> str:
    """Return what the tokens of this kind of instance begin with."""
    return TRAINING_TOKEN_PREFIX if settings.TRAINING else TOKEN_PREFIX


def actor_for(request: ServiceRequest, *, at: datetime) -> Actor | None:
    """Return who is asking, with the rights in force at ``at``; None for a stranger.

    A request that brings an Authorization header is judged by it alone: its cookies count for nothing.

    Raises:
        TokenRefused: the header is malformed, its token is of the other kind of instance or opens nothing.
    """
    header = request.META.get("HTTP_AUTHORIZATION")
    if header is None:
        return _of_session(request, at=at)
    bearer = _BEARER.fullmatch(header)
    if not bearer or bearer[2] != token_prefix():
        raise TokenRefused
    return _of_token(bearer[1], origin_of(request, auth=TOKEN), at=at)


def hashed(secret: str) -> str:
    """Return what is stored of a token: its SHA-256 in hexadecimal. 256 random bits need no slower hash."""
    return digest.sha256(secret.encode()).hex()


def _of_token(secret: str, origin: Origin, *, at: datetime) -> Actor:
    for row in _TOKENS.rows(at=at, sha256=hashed(secret)):
        membership, user = row.membership, row.membership.user
        if not (membership.is_authentic and user.is_authentic):
            break
        _note_day(Token.objects.filter(pk=row.pk), row.last_used_on, today=at.date())
        scopes, verified = frozenset(row.scopes), user.verified_at is not None
        position = (_position(membership),)
        return _actor(user.pk, position, origin, scopes=scopes, verified=verified, name=user.full_name)
    raise TokenRefused


def _usable() -> "QuerySet[Token]":
    at, sha256 = Given("at", DateTimeField()), Given("sha256", CharField())
    return Token.objects.usable(at).filter(sha256=sha256).select_related("membership__user")[:1]


_TOKENS: Final = CompiledQuery(_usable)


def actor_of_feed(secret: str, request: ServiceRequest, *, at: datetime) -> tuple[CalendarFeed, Actor] | None:
    """Return a calendar feed and its owner, with the rights in force at ``at``; None where the secret opens nothing."""
    feeds = CalendarFeed.objects.usable(at.date()).filter(sha256=hashed(secret)).select_related("user")[:1]
    for feed in feeds:
        if feed.user.is_authentic:
            _note_day(CalendarFeed.objects.filter(pk=feed.pk), feed.last_used_on, today=at.date())
            return feed, actor_of_user(feed.user, origin_of(request, auth=FEED), at=at)
    return None


def _note_day(row: "QuerySet[Any]", last: date | None, *, today: date) -> None:
    """Write the day of use down: once a day, after the commit, and never at the cost of the request."""
    if last is not None and last >= today:
        return
    older = Q(last_used_on=None) | Q(last_used_on__lt=today)
    update = partial(row.filter(older).update, last_used_on=today)
    transaction.on_commit(cast("Any", update), robust=True)


def _of_session(request: ServiceRequest, *, at: datetime) -> Actor | None:
    user = auth.get_user(request)
    if not isinstance(user, User):
        return None
    proved = request.session.get(PROVED)
    proved_at = None if proved is None else datetime.fromtimestamp(proved, UTC)
    actor = actor_of_user(user, origin_of(request, auth=SESSION), at=at, proved_at=proved_at)
    if request.session.get(IN_PART):
        actor = replace(actor, proved_in_part=True)
    return actor if sessions.goes_on(request, actor.roles, actor.membership_ids, at=at) else None


def actor_of_user(user: User, origin: Origin, *, at: datetime, proved_at: datetime | None = None) -> Actor:
    """Return a signed-in person, with all positions in force at ``at``."""
    positions = tuple(map(_position, _MEMBERSHIPS.rows(at=at, user=user.pk)))
    verified = user.verified_at is not None
    return _actor(user.pk, positions, origin, verified=verified, name=user.full_name, proved_at=proved_at)


def _memberships() -> "QuerySet[Membership]":
    at, user = Given("at", DateTimeField()), Given("user", UUIDField())
    return Membership.objects.in_force(at).filter(user=user).order_by("id")


_MEMBERSHIPS: Final = CompiledQuery(_memberships)


def _position(membership: Membership) -> Position:
    return Position(
        membership_id=membership.pk,
        role=Role(membership.role),
        authority_id=membership.authority_id,
        unit_id=membership.unit_id,
        organisation_id=membership.organisation_id,
    )


def _actor(
    user_id: UUID,
    positions: tuple[Position, ...],
    origin: Origin,
    *,
    verified: bool,
    name: str,
    scopes: frozenset[str] | None = None,
    proved_at: datetime | None = None,
) -> Actor:
    """Return an actor; whoever holds one position acts in it, without having to say so."""
    only = positions[0] if len(positions) == 1 else None
    return Actor(
        user_id=user_id,
        positions=positions,
        origin=origin,
        scopes=scopes,
        role=str(only.role) if only else "",
        verified=verified,
        proved_at=proved_at,
        name=name,
        organisation_id=only.organisation_id if only else None,
    )


# --- Sessions ------------------------------------------------------------------------------------------
# Between the password and the second factor there is a session of nobody: it holds who is awaited, under a name of
# its own, and nothing by which Django or the pipeline would find a person in it (SEC-AU1).


@dataclass(frozen=True, slots=True)
class Awaited:
    """A sign-in that waits for a second factor; ``proved``: the person gave one, but not of an accepted kind."""

    user: User
    proved: bool
    onward: str
    day: date | None = None


def await_factor(
    request: ServiceRequest,
    user: User,
    *,
    at: datetime,
    onward: str = "/",
    provided: Mapping[str, str] | None = None,
) -> None:
    """Bind a fresh session to a person whose password was checked: it waits for the second factor, for ten minutes.

    ``onward`` is where a page goes on to afterwards; ``provided`` stays in the session, where a provider's word stood
    for the password. Whatever session the browser brought is thrown away.
    """
    request.session.flush()
    request.session[_AWAITED] = {
        "user": str(user.pk),
        "hash": user.get_session_auth_hash(),
        "proved": False,
        "onward": onward,
        "day": at.date().isoformat(),
        PROVIDED: dict(provided or {}),
    }
    request.session.set_expiry(at + AWAITED_FOR)


def awaited_in(request: ServiceRequest) -> Awaited | None:
    """Return whose second factor this session awaits; None if nobody's, or if the account has changed since."""
    stored = None if "HTTP_AUTHORIZATION" in request.META else request.session.get(_AWAITED)
    if stored is None:
        return None
    user = User.objects.filter(pk=stored["user"], is_active=True).first()
    if user is None or not constant_time_compare(stored["hash"], user.get_session_auth_hash()):
        return None
    day = stored.get("day")  # a session of the version before has none
    return Awaited(user, stored["proved"], stored["onward"], None if day is None else date.fromisoformat(day))


def note_weaker_proof(request: ServiceRequest) -> None:
    """Remember that who is awaited proved a factor that their roles don't accept: they may make one that these do."""
    request.session[_AWAITED] = {**request.session[_AWAITED], "proved": True}
    request.session.cycle_key()


def open_session(request: ServiceRequest, user: User, *, at: datetime, proved: bool = True) -> None:
    """Bind a fresh session to a person whose password and second factor were checked.

    It ends after 12 hours, used or not. Whatever session the browser brought is thrown away, so that nobody can plant
    its id beforehand (SEC-AU7). ``proved`` is False where a provider's word stood for the second factor: it gives no
    fresh proof.
    """
    provided = request.session.get(_AWAITED, {}).get(PROVIDED)
    request.session.flush()
    auth.login(request, user)
    if proved:
        request.session[PROVED] = at.timestamp()
    if provided:
        request.session[PROVIDED] = provided
    request.session.set_expiry(at + timedelta(seconds=settings.SESSION_COOKIE_AGE))


def confirm_session(request: ServiceRequest, user: User, *, at: datetime, wholly: bool) -> None:
    """Note in a session that its person proved the second factor again, and give it another id (SEC-AU7).

    ``wholly``: by a passkey, or with the password beside.
    """
    request.session[PROVED] = at.timestamp()
    request.session[IN_PART] = not wholly
    keep_session(request, user)


def keep_session(request: ServiceRequest, user: User) -> None:
    """Keep this one session, of all those of the person, after a change of factors: under another id (SEC-AU7).

    The change proves nothing: a fresh proof doesn't last longer by it.
    """
    request.session[auth.HASH_SESSION_KEY] = user.get_session_auth_hash()
    request.session.cycle_key()


def keep_challenge(request: ServiceRequest, what: str, challenge: str, *, at: datetime) -> None:
    """Keep in the session what the browser was asked, for five minutes; another question takes its place."""
    request.session[_CHALLENGE] = {"what": what, "said": challenge, "at": at.timestamp()}


def challenge_in(request: ServiceRequest, what: str, *, at: datetime) -> str | None:
    """Return what the browser was asked last; None if it wasn't this, or too long ago."""
    last = request.session.get(_CHALLENGE)
    if last is None or last["what"] != what or at.timestamp() - last["at"] > CHALLENGE_FOR.total_seconds():
        return None
    return str(last["said"])


def take_challenge(request: ServiceRequest, what: str, *, at: datetime) -> str | None:
    challenge = challenge_in(request, what, at=at)
    request.session.pop(_CHALLENGE, None)
    return challenge


def close_session(request: ServiceRequest) -> None:
    """Throw the session away, here and in the browser."""
    request.session.flush()


def require_csrf(request: ServiceRequest) -> None:
    """Refuse an unsafe request without the CSRF token of its browser.

    Raises:
        CrossSiteRefused: the token is missing or wrong.
    """
    check = CSRFCheck(lambda _: HttpResponse())  # only its judgement is used
    check.process_request(request)
    if check.process_view(request, HttpResponse, (), {}):  # no view: nothing is exempt
        raise CrossSiteRefused


class DoorAuthentication(BaseAuthentication):
    """Give the API's framework the actor that the pipeline found; for a session, ask for the CSRF token."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Return the actor as the request's user, or None.

        Raises:
            CrossSiteRefused: an unsafe request of a session came without its CSRF token.
        """
        actor: Actor | None = getattr(bare(request), "actor", None)
        if actor is None:
            return None
        if actor.origin.auth == SESSION:
            require_csrf(bare(request))
        return actor, actor

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - the framework's signature
        """Return the challenge of a 401: without one the framework would answer 403."""
        return 'Bearer realm="repere"'


class SignedIn(BasePermission):
    """Require a sign-in, for a token the scope of the request, and for sensitive acts a recent second factor.

    A view declares those of its methods that are grave, ``step_up``, and whether all factors are asked, ``wholly``.
    """

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Tell whether the caller is signed in."""
        actor = request.user
        if not isinstance(actor, Actor):
            return False
        needed = Scope.READ if request.method in SAFE_METHODS else Scope.WRITE
        if actor.scopes is not None and needed not in actor.scopes:
            raise NotAllowed(rule="token-scope")
        declared, wholly = getattr(view, "step_up", ()), getattr(view, "wholly", False)
        stepup.require_where(declared, request.method, actor, at=at_of(request), wholly=wholly)
        return True


def actor_of(request: Request) -> Actor:
    """Return the actor of a request that ``SignedIn`` let in."""
    return cast("Actor", request.user)


def at_of(request: Request) -> datetime:
    """Return the instant of a request, which the pipeline has read from the database's clock."""
    return bare(request).at


class By(TypedDict):
    """By whom and when something is done: what each act takes."""

    actor: Actor
    at: datetime


def by(request: Request) -> By:
    return {"actor": actor_of(request), "at": at_of(request)}
