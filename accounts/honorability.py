"""Certificate of honorability of who works in a service that executes measures (CASF L133-6, decree 2024-643).

Kept are two days and who saw the paper: never the paper, its number, nor what it may mention. It is asked of nobody
else: the law forbids it. Ninety, thirty and seven days before a certificate is over, and on the day, its person and the
administrators are told; a month later, supervisors. A role without one isn't confirmed in its yearly review.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction

from accounts.access import office_holders, who_may
from accounts.models import Membership
from accounts.notifications import CERTIFICATE_ENDS, CERTIFICATE_OVER, CERTIFICATES_END, tell_people
from accounts.roles import Role
from outbox.models import Channel, Notice
from outbox.scheduler import recurring

#: Of whom a certificate is followed (HONORABILITY_ROLES), and for how many years it counts (HONORABILITY_YEARS).
ROLES: Final = frozenset({Role.MEASURE_SERVICE})
YEARS: Final = 3
#: When it is seen it was issued so long before, at most.
FRESH: Final = timedelta(days=183)
#: A role that was held before certificates were followed, or that has just been given, has so long to show one.
GRACE: Final = timedelta(days=90)
#: One is told so long before it is over; each reminder stands until the next.
REMINDERS: Final = (timedelta(days=90), timedelta(days=30), timedelta(days=7), timedelta(0))
#: Supervisors are told of one that has been over for so long.
OVERDUE: Final = timedelta(days=30)


def ends_on(membership: Membership) -> date | None:
    """Return the last day on which a role's certificate, or the time to show one, counts; None for other roles."""
    if membership.role not in ROLES:
        return None
    seen = membership.honorability_seen_on
    return _years_later(seen) if seen is not None else membership.valid_from.date() + GRACE


def in_order(membership: Membership, on: date) -> bool:
    """Tell whether nothing is missing on a day: the role needs none, or has one, or still has time to show it."""
    last = ends_on(membership)
    return last is None or on <= last


def _years_later(day: date) -> date:
    try:
        return day.replace(year=day.year + YEARS)
    except ValueError:  # the 29th of February
        return date(day.year + YEARS, 3, 1)


@recurring("honorability:ending", every=timedelta(hours=1))
def remind(at: datetime) -> int:
    """Tell of certificates that are missing or end soon, once a reminder; return how many people's."""
    told = 0
    with transaction.atomic():
        for membership, last in _followed(at):
            due = [last - before for before in REMINDERS if last - before <= at.date()]
            if not due or _told(membership, CERTIFICATE_ENDS, since=max(due)):
                continue
            authority = membership.authority_id
            tell_people([membership.user_id], CERTIFICATE_ENDS, authority, at=at)
            tell_people(
                sorted(who_may("accounts.manage", authority, at=at)), CERTIFICATES_END, authority, at=at
            )
            told += 1
    return told


@recurring("honorability:over", every=timedelta(hours=1))
def tell_supervisors(at: datetime) -> int:
    """Tell supervisors of certificates that have been over for a month, once each; return how many."""
    told = 0
    with transaction.atomic():
        for membership, last in _followed(at):
            day, authority = last + OVERDUE, membership.authority_id
            sent = Notice.objects.filter(template=CERTIFICATE_OVER, authority_id=authority)
            if day > at.date() or sent.filter(created_at__date__gte=day).exists():
                continue
            tell_people(
                sorted(office_holders([Role.SUPERVISOR], authority, at=at)),
                CERTIFICATE_OVER,
                authority,
                at=at,
            )
            told += 1
    return told


def _followed(at: datetime) -> Iterator[tuple[Membership, date]]:
    """Yield the roles in force whose certificate is followed, with its last day."""
    for membership in Membership.objects.in_force(at).filter(role__in=sorted(ROLES)).order_by("pk"):
        last = ends_on(membership)
        if last is not None:
            yield membership, last


def _told(membership: Membership, template: str, *, since: date) -> bool:
    notices = Notice.objects.filter(template=template, channel=Channel.APP, user_id=membership.user_id)
    return notices.filter(authority_id=membership.authority_id, created_at__date__gte=since).exists()
