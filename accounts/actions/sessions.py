"""Journal entries of sign-in and sign-out; the cookie is ``accounts/signin.py``."""

from datetime import datetime
from uuid import UUID

from accounts import acts, passwords
from accounts.actor import Actor
from accounts.errors import NotAllowed, SignInRefused
from accounts.identifiers import sought_email
from accounts.models import User
from accounts.signin import SESSION, actor_of_user
from audit import journal
from audit.events import Origin


def check_password(*, email: str, password: str) -> User:
    """Return the person of an address and a password; nobody is signed in yet.

    An unknown address, a wrong password and a disabled account cost the same: one query, one hash (SEC-AU2).
    A refusal leaves no entry about the account: it is counted with those of strangers, who could
    otherwise fill the journal.

    Raises:
        SignInRefused: for whichever of the three reasons.
    """
    user = User.objects.filter(
        email=sought_email(email)
    ).first()  # what is no address is asked for all the same
    right = passwords.matches(user, password)
    if user is None or not right or not user.is_active:
        raise SignInRefused
    return user


def record_session(*, user: User, origin: Origin, at: datetime) -> Actor:
    """Write down that a session begins, password and second factor having been checked; return who it is."""
    actor = actor_of_user(user, origin, at=at, proved_at=at)
    journal.record(acts.SESSION_OPENED, actor=actor, at=at, tenant=tenant_of(actor))
    return actor


def record_confirmation(*, user: User, origin: Origin, at: datetime) -> None:
    """Write down that a person proved the second factor again."""
    actor = actor_of_user(user, origin, at=at, proved_at=at)
    journal.record(acts.SESSION_CONFIRMED, actor=actor, at=at, tenant=tenant_of(actor))


def sign_out(*, actor: Actor, at: datetime) -> None:
    """Write down that a session ends."""
    if actor.origin.auth != SESSION:
        raise NotAllowed(rule="session-only")
    journal.record(acts.SESSION_CLOSED, actor=actor, at=at, tenant=tenant_of(actor))


def tenant_of(actor: Actor) -> UUID | None:
    """Return the authority whose auditors see an entry about a session; None if there isn't exactly one."""
    authorities = tuple(actor.authority_ids)
    return authorities[0] if len(authorities) == 1 else None
