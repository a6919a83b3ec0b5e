"""Step-up authentication for sensitive acts: the second factor again, at most five minutes ago (SEC-AU6).

Changes to sign-in itself (factors, identities, the address) require all factors (ASVS 5.0, 7.5.1): a passkey counts as
two, because it requires a PIN or a finger; a code requires the password too. Other sensitive acts don't: an emergency
at night waits for no password.

The sensitive acts themselves check, so that no address bypasses it; a step of a case declares that it is sensitive.
Addresses declare it as well (``step_up``, checked by ``accounts/signin.py`` for the API and by ``web/page.py`` for
pages): there it is checked before anything is read, or typed.

The refusal is a 401, as RFC 9470 has it for authentication that isn't recent enough: the caller is known and allowed;
the session stays, and continues once confirmed. A token can't be confirmed: no program's role has such an act. Tokens
of people exist outside production alone, for trials; there they count as fresh.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from accounts.actor import Actor
from accounts.errors import NotAllowed, StepUpRequired

_SESSION: Final = "session"
_TOKEN: Final = "token"  # noqa: S105 - a way to sign in


def is_fresh(actor: Actor, *, at: datetime) -> bool:
    """Tell whether a person proved the second factor in this session at most five minutes ago."""
    proved = actor.proved_at
    return proved is not None and timedelta(0) <= at - proved <= timedelta(
        minutes=settings.PROOF_FRESH_MINUTES
    )


def require_where(
    declared: Collection[str], method: str | None, actor: Actor, *, at: datetime, wholly: bool = False
) -> None:
    """Refuse a method that is declared to be a grave act; asking for the head alone is asking for all of it."""
    if ("GET" if method == "HEAD" else method) in declared:
        require(actor, at=at, wholly=wholly)


def require(actor: Actor, *, at: datetime, wholly: bool = False) -> None:
    """Refuse a grave act without a fresh proof. The service's own work and its demonstration come without a request.

    ``wholly``: by all factors; the refusal says so.
    """
    way = actor.origin.auth
    if way == _TOKEN and not settings.TOKENS_FOR_PEOPLE:
        raise NotAllowed(rule="step-up")
    if way == _SESSION and not (is_fresh(actor, at=at) and not (wholly and actor.proved_in_part)):
        raise StepUpRequired(None, wholly=True) if wholly else StepUpRequired
