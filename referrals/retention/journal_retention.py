"""Recurring work of the journal: retention of entries (SEC-AL15, domain.md §7.4), mails, alarms."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from dateutil.relativedelta import relativedelta
from django.db import transaction

from accounts.models import Authority, Membership
from accounts.roles import Role
from audit import alarms, comparing, events, journal, mailing, pruning
from audit.events import Purpose
from audit.models import Alarm
from encryption import digest
from outbox.notices import About, Recipients, tell
from outbox.scheduler import recurring
from referrals.access.row_level_security import for_the_service
from referrals.policy.definitions import DEFAULTS, Protocol, protocol_of

EVERY: Final = timedelta(days=1)
SETTLED: Final = "alarm:settled"
#: The reason by which an alarm stays settled, though the same is found again: what it names can't be mended.
PERMANENT: Final = "permanent"
events.register(SETTLED)


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
    earliest: datetime = at - relativedelta(months=months)
    return earliest


@recurring("journal:compared", every=timedelta(hours=1), lease=timedelta(hours=1))
def compare_last_day(at: datetime) -> int:
    """Compare the entries of the last day with their columns; return how many differ (SEC-AL22)."""
    with for_the_service():
        first = comparing.first_since(at - EVERY)
    return _compare(comparing.places, first, at=at)


@recurring("journal:compared-whole", every=EVERY, lease=timedelta(hours=6))
def compare_all(at: datetime) -> int:
    """Compare all entries with their columns, rows of subjects, lists of what was pruned, and tiles; likewise."""
    nowhere = UUID(int=0)
    return (
        _compare(comparing.places, 0, at=at)
        + _compare(comparing.subjects, (nowhere, nowhere), at=at)
        + _compare(comparing.lists, nowhere, at=at)
        + _compare(comparing.tiles, (0, 0), at=at)
    )


def _compare[Mark](
    batch: Callable[[Mark], tuple[list[str], Mark | None]], first: Mark, *, at: datetime
) -> int:
    count, mark = 0, first
    while True:
        with for_the_service():
            odd, after = batch(mark)
            alarms.raise_all(odd, at=at)
        count += len(odd)
        if after is None:
            return count
        mark = after


def _auditors(at: datetime) -> set[UUID]:
    memberships = Membership.objects.in_force(at).filter(role=Role.AUDITOR)
    return set(memberships.values_list("user_id", flat=True))


@recurring("journal:alarmed", every=timedelta(seconds=30))
def tell_alarms(at: datetime) -> int:
    """Tell the auditors of all authorities that the journal itself is not as it should be; return how many alarms."""
    with transaction.atomic():
        alarms.raise_again(at=at)
        # All of them: whoever forges a right can also note an alarm as told. They are few.
        untold = [row.pk for row in Alarm.objects.all() if row.told_at is None or not row.is_authentic]
        if untold:
            about = About(template=alarms.ALARM, reference="", subject_id=None, authority_id=None)
            tell(about, Recipients(users=_auditors(at)), at=at)
            for row in Alarm.objects.select_for_update().filter(pk__in=untold):
                alarm = row if row.is_authentic else Alarm(key=row.pk, at=at)
                alarm.told_at = at
                alarm.save(force_update=True)
    return len(untold)


def settle(key: str, *, reason: str, at: datetime) -> bool:
    """Note for the operator what an alarm was: the log's state shows it no more. Tell whether it was open.

    An entry for the auditors of each authority names it: ``from`` is its code, ``to`` the SHA-256 of the whole name.
    """
    with for_the_service():
        open_alarm = Alarm.objects.filter(pk=key, settled_at=None)
        if not open_alarm.update(settled_at=at, permanent=reason == PERMANENT):
            return False
        for authority in Authority.objects.order_by("code"):
            journal.record(
                SETTLED,
                actor=None,
                at=at,
                tenant=authority.pk,
                purpose=Purpose.MAINTENANCE,
                rule=reason,
                from_state=key.partition(":")[0],
                to_state=digest.sha256(key.encode()).hex(),
            )
    return True


@recurring("checkpoint:mailed", every=EVERY)
def mail_checkpoint(at: datetime) -> int:
    """Mail the newest signed checkpoint to the auditors of all authorities (SEC-AL11); return to how many."""
    with transaction.atomic():
        return mailing.send(_auditors(at), at=at)
