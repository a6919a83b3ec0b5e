"""Writes the journal entry of an act on an account."""

from datetime import datetime
from uuid import UUID

from accounts.actor import Actor
from audit import journal, pseudonyms
from audit.events import Purpose


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
    """Write that something was done to an account, which is named by its pseudonym as one that is acted upon.

    ``thing`` is the row concerned (a membership, a token): its keyed digest lets an entry be matched to it.
    """
    journal.record(
        act,
        actor=actor,
        at=at,
        objects=pseudonyms.acted_on(account, by=actor.user_id),
        tenant=tenant,
        purpose=Purpose.ADMINISTRATION,
        to_state=to_state,
        payload=thing.bytes if thing else None,
    )


def record_listing(
    act: str, *, actor: Actor, at: datetime, count: int, permission: str = "accounts.manage"
) -> None:
    """Write that somebody looked at a list of people by a permission: one entry for each authority's auditors."""
    for authority_id in sorted(actor.may(permission)):
        journal.record(
            act, actor=actor, at=at, tenant=authority_id, purpose=Purpose.ADMINISTRATION, count=count
        )
