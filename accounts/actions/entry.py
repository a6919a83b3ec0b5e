"""Writes the journal entry of an act on accounts or places."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from accounts.actor import Actor
from audit import journal, pseudonyms
from audit.events import Purpose


def record(
    act: str,
    *,
    actor: Actor | None,
    at: datetime,
    tenant: UUID | None,
    thing: UUID | None = None,
    to_state: str = "",
    count: int | None = None,
    objects: Sequence[UUID] = (),
) -> None:
    """Write an entry. ``thing`` is the row concerned: its keyed digest lets the entry be matched to it."""
    journal.record(
        act,
        actor=actor,
        at=at,
        objects=objects,
        tenant=tenant,
        purpose=Purpose.ADMINISTRATION,
        to_state=to_state,
        count=count,
        payload=thing.bytes if thing else None,
    )


def record_about(
    act: str,
    account: UUID,
    *,
    actor: Actor,
    at: datetime,
    tenant: UUID | None,
    thing: UUID | None = None,
    to_state: str = "",
) -> None:
    """Write that something was done to an account, which is named by its pseudonym as one that is acted upon."""
    about = pseudonyms.acted_on(account, by=actor.user_id)
    record(act, actor=actor, at=at, objects=about, tenant=tenant, thing=thing, to_state=to_state)


def record_listing(
    act: str, *, actor: Actor, at: datetime, count: int, permission: str = "accounts.manage"
) -> None:
    """Write that somebody looked at a list of people by a permission: one entry for each authority's auditors."""
    for authority_id in sorted(actor.may(permission)):
        record(act, actor=actor, at=at, tenant=authority_id, count=count)
