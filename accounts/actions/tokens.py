"""Create and revoke the tokens by which programs act for a membership."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings

from accounts import acts, stepup
from accounts.access import own_tokens
from accounts.actions.entry import record_about
from accounts.actor import Actor
from accounts.errors import InvalidInput, NotAllowed, NotVisible, PeopleSignIn
from accounts.models import Membership, Token
from accounts.roles import PROGRAMS, Scope
from accounts.signin import SESSION, hashed, token_prefix
from encryption import digest

_SHOWN_OF_SECRET: Final = 12


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A token to be made; ``scopes`` narrow what the membership may do."""

    label: str
    expires_at: datetime
    scopes: Sequence[Scope] = (Scope.READ, Scope.WRITE)


@dataclass(frozen=True, slots=True, repr=False)
class IssuedToken:
    """A new token and its secret, which is shown once and stored nowhere."""

    token: Token
    secret: str

    def __repr__(self) -> str:
        """Return the id only: a secret has no place in a traceback."""
        return f"IssuedToken({self.token.pk})"


def require_session(actor: Actor) -> None:
    """Refuse a caller who came with a token: a leaked one must not outlive its own end by making others."""
    if actor.origin.auth != SESSION:
        raise NotAllowed(rule="session-only")


def make_token(
    *, actor: Actor, at: datetime, membership_id: UUID, token_request: TokenRequest
) -> IssuedToken:
    """Make a token for one of the actor's own positions.

    Raises:
        InvalidInput: the position isn't the actor's, or the end is past or too far.
        PeopleSignIn: the role is one of people, who sign in here.
    """
    require_session(actor)
    stepup.require(actor, at=at)
    position = next((p for p in actor.positions if p.membership_id == membership_id), None)
    if position is None:
        raise InvalidInput({"membership": ["not-a-choice"]})
    if position.role not in PROGRAMS and not settings.TOKENS_FOR_PEOPLE:
        raise PeopleSignIn(rule="tokens-for-programs")
    membership = Membership.objects.get(pk=membership_id)
    return issue_token(actor=actor, at=at, membership=membership, token_request=token_request)


def issue_token(
    *, actor: Actor, at: datetime, membership: Membership, token_request: TokenRequest
) -> IssuedToken:
    """Make a token for a membership, whoever asks: the caller has asked for the right to.

    Raises:
        InvalidInput: the end is past or more than ``TOKEN_DAYS_MAX`` days away.
    """
    if token_request.expires_at <= at:
        raise InvalidInput({"expires_at": ["too-early"]})
    if token_request.expires_at > at + timedelta(days=settings.TOKEN_DAYS_MAX):
        raise InvalidInput({"expires_at": ["too-late"]})
    secret = token_prefix() + digest.token()
    token = Token.objects.create(
        prefix=secret[:_SHOWN_OF_SECRET],
        sha256=hashed(secret),
        membership=membership,
        label=token_request.label,
        scopes=sorted({str(scope) for scope in token_request.scopes}),
        created_at=at,
        expires_at=token_request.expires_at,
    )
    _record(acts.TOKEN_MADE, token, actor=actor, at=at)
    return IssuedToken(token, secret)


def revoke_token(*, actor: Actor, at: datetime, token_id: UUID) -> None:
    """Make a token useless from the next request on. Doing it again changes nothing."""
    matching = own_tokens(actor).filter(pk=token_id).select_related("membership")
    token = matching.select_for_update(of=("self",)).first()
    if token is None:
        raise NotVisible
    if token.revoked_at is None:
        revoke_now(token, actor=actor, at=at)


def revoke_now(token: Token, *, actor: Actor, at: datetime) -> None:
    """Make a token useless, which is locked and counts still."""
    token.revoked_at = max(at, token.created_at)
    token.save(update_fields=["revoked_at"])
    _record(acts.TOKEN_REVOKED, token, actor=actor, at=at)


def _record(act: str, token: Token, *, actor: Actor, at: datetime) -> None:
    membership = token.membership
    record_about(
        act,
        membership.user_id,
        actor=actor,
        at=at,
        tenant=membership.authority_id,
        thing=token.pk,
        to_state=str(membership.role),
    )
