"""A person's own sessions: list them, end one remotely (SEC-AU5), and end them all (SEC-AZ17)."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from accounts import acts, sessions, stepup
from accounts.access import own_account
from accounts.actions.entry import record_about
from accounts.actions.tokens import require_session
from accounts.actor import Actor
from accounts.errors import NotAllowed, NotVisible
from accounts.models import Session


def list_sessions(*, actor: Actor, at: datetime) -> QuerySet[Session]:
    """Return the actor's sessions that go on, but for those that ``sessions.lies_unused`` tells."""
    require_session(actor)
    return sessions.sessions_of(own_account(actor).pk, actor.membership_ids, at=at)


def in_use(rows: Iterable[Session], *, actor: Actor, at: datetime) -> list[Session]:
    """Return those of the actor's sessions that aren't over for having lain unused."""
    return [row for row in rows if not sessions.lies_unused(row.used_at, actor.roles, at=at)]


def end_session(*, actor: Actor, at: datetime, session_id: UUID) -> None:
    """End one of the actor's sessions, this one or another: the next request in it is a stranger's."""
    own = list_sessions(actor=actor, at=at)
    stepup.require(actor, at=at)
    matching = in_use(own.filter(id=session_id), actor=actor, at=at)
    if not matching or actor.user_id is None:
        raise NotVisible
    matching[0].delete()
    tenants = sorted(actor.authority_ids)
    record_about(
        acts.SESSION_REVOKED,
        actor.user_id,
        actor=actor,
        at=at,
        tenant=tenants[0] if len(tenants) == 1 else None,
        thing=session_id,
    )


def freeze_sessions(*, actor: Actor, at: datetime, user_id: UUID, tenant: UUID) -> None:
    """Stop all sessions of somebody who opened what nobody has a reason to open; both factors are asked again."""
    if not actor.is_system:
        raise NotAllowed(rule="sessions.freeze")
    sessions.end_all(user_id)
    record_about(acts.SESSION_FROZEN, user_id, actor=actor, at=at, tenant=tenant)
