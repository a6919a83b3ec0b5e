"""How long the journal keeps the content of entries: the authority's months, run daily (SEC-AL15, domain.md §7.4)."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from accounts.models import Authority, Membership
from accounts.roles import Role
from audit import mailing, pruning
from outbox.tick import recurring
from referrals.clocks import add_months
from referrals.protocol import DEFAULTS, Protocol, protocol_of
from referrals.rowlevel import for_the_service

EVERY: Final = timedelta(days=1)


@recurring("journal:pruned", every=EVERY, lease=timedelta(hours=2))
def prune(at: datetime) -> int:
    """Prune the entries whose time is over, of each authority and of none; return how many."""
    count = sum(
        _of(authority, protocol_of(authority, at), at) for authority in Authority.objects.order_by("code")
    )
    return count + _of(None, DEFAULTS, at)


def _of(authority: Authority | None, protocol: Protocol, at: datetime) -> int:
    """Prune batch by batch, each in a transaction of its own; first say again what a new origin doesn't know."""
    tenant = None if authority is None else authority.pk
    with for_the_service():
        pruning.restate(tenant, at=at)
    total = 0
    while True:
        with for_the_service():
            count = pruning.prune(
                tenant,
                access_before=_before(at, protocol.log_access_months),
                technical_before=_before(at, protocol.log_technical_months),
                at=at,
            )
        total += count
        if not count:
            return total


def _before(at: datetime, months: int) -> datetime:
    return datetime.combine(add_months(at.date(), -months), at.timetz())


@recurring("checkpoint:mailed", every=EVERY)
def mail_checkpoint(at: datetime) -> int:
    """Mail the newest signed checkpoint to the auditors of all authorities (SEC-AL11); return to how many."""
    held = Membership.objects.in_force(at).filter(role=Role.AUDITOR)
    with transaction.atomic():
        return mailing.send(set(held.values_list("user_id", flat=True)), at=at)
