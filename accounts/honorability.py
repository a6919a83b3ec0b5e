"""Certificate of honorability of who works in a service that executes measures (CASF L133-6, decree 2024-643).

Kept are two days and who saw the paper: never the paper, its number, nor what it may mention. It is asked of nobody
else: the law forbids it. Before a certificate is over, and on the day, its person and the administrators are told;
later, supervisors. A role without one isn't given, nor confirmed in its yearly review.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction

from accounts.access import office_holders, who_may
from accounts.models import Authority, Membership
from accounts.notifications import CERTIFICATE_ENDS, CERTIFICATE_OVER, CERTIFICATES_END, tell_people
from accounts.roles import Role
from outbox.models import Channel, Notice
from outbox.scheduler import recurring

#: Of whom one may be asked at all: who works in a service; agents who assess or follow, where an authority reads the
#: law so (sources differ).
MAY_BE_FOLLOWED: Final = frozenset({Role.MEASURE_SERVICE, Role.ASSESSOR, Role.CASE_REFERENT})
#: When it is seen it was issued less than six months before: the law's figure.
FRESH: Final = timedelta(days=183)


@dataclass(frozen=True, slots=True)
class Terms:
    """What an authority has chosen: whose certificate is followed, for how many years one counts, who is told when.

    ``grace``: the days within which a role that was held before certificates were followed shows one. ``notices``: so
    many days before the end people are told. ``overdue``: supervisors are told of one that has been over for so long.
    """

    roles: frozenset[Role] = frozenset({Role.MEASURE_SERVICE})
    years: int = 3
    grace: int = 90
    notices: tuple[int, ...] = (90, 30, 7)
    overdue: int = 30


@dataclass
class Doors:
    """The callback that the app above registers, because this one can't import it; until then nobody has chosen."""

    terms: Callable[[Authority, datetime], Terms] = lambda authority, at: Terms()  # noqa: ARG005 - as declared


doors: Final = Doors()


def is_followed(membership: Membership, at: datetime) -> bool:
    """Tell whether a certificate is asked of who holds a role."""
    return membership.role in doors.terms(membership.authority, at).roles


def ends_on(membership: Membership, at: datetime) -> date | None:
    """Return the last day on which a role's certificate, or the time to show one, counts; None for other roles.

    Who has shown none has time only where the role was held before; else it was over before it began.
    """
    terms = doors.terms(membership.authority, at)
    if membership.role not in terms.roles:
        return None
    if membership.honorability_seen_on is not None:
        return _years_later(membership.honorability_seen_on, terms.years)
    if membership.honorability_asked_on is not None:
        return membership.honorability_asked_on + timedelta(days=terms.grace)
    return membership.valid_from.date() - timedelta(days=1)


def in_order(membership: Membership, at: datetime) -> bool:
    """Tell whether nothing is missing: the role needs none, or has one, or still has time to show it."""
    last = ends_on(membership, at)
    return last is None or at.date() <= last


def fault_of(issued_on: date, at: datetime) -> str | None:
    """Return why a certificate that was issued on a day isn't taken at an instant, as a code."""
    if issued_on > at.date():
        return "too-late"
    return "too-early" if issued_on < at.date() - FRESH else None


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # the 29th of February
        return date(day.year + years, 3, 1)


@recurring("honorability:ending", every=timedelta(hours=1))
def remind(at: datetime) -> int:
    """Tell of certificates that are missing or end soon, once a reminder; return how many people's."""
    count = 0
    with transaction.atomic():
        for membership, terms, last in _followed(at):
            days = [last - timedelta(days=before) for before in (*terms.notices, 0)]
            due = [day for day in days if day <= at.date()]
            if not due or _was_notified(membership, CERTIFICATE_ENDS, since=max(due)):
                continue
            authority = membership.authority_id
            tell_people([membership.user_id], CERTIFICATE_ENDS, authority, at=at)
            tell_people(
                sorted(who_may("accounts.manage", authority, at=at)), CERTIFICATES_END, authority, at=at
            )
            count += 1
    return count


@recurring("honorability:over", every=timedelta(hours=1))
def tell_supervisors(at: datetime) -> int:
    """Tell supervisors of certificates that have been over for long, of each role once; return how many."""
    count = 0
    with transaction.atomic():
        for membership, terms, last in _followed(at):
            authority, sent_on = membership.authority_id, membership.honorability_told_on
            if at.date() < last + timedelta(days=terms.overdue) or (sent_on is not None and sent_on > last):
                continue
            people = sorted(office_holders([Role.SUPERVISOR], authority, at=at))
            tell_people(people, CERTIFICATE_OVER, authority, at=at)
            membership.honorability_told_on = at.date()
            membership.save(update_fields=["honorability_told_on"])
            count += 1
    return count


def _followed(at: datetime) -> Iterator[tuple[Membership, Terms, date]]:
    """Yield the roles in force whose certificate is followed, with what their authority has chosen and the last day.

    A role that an authority begins to follow has its time to show one from then on.
    """
    rows = Membership.objects.in_force(at).filter(role__in=sorted(MAY_BE_FOLLOWED))
    for membership in rows.select_related("authority").order_by("pk"):
        terms = doors.terms(membership.authority, at)
        if membership.role in terms.roles and _predates_checks(membership):
            membership.honorability_asked_on = at.date()
            membership.save(update_fields=["honorability_asked_on"])
        if (last := ends_on(membership, at)) is not None:
            yield membership, terms, last


def _predates_checks(membership: Membership) -> bool:
    """Tell whether a role was held when its authority began to follow it; those of services the migration marked."""
    none = membership.honorability_seen_on is None and membership.honorability_asked_on is None
    return none and membership.role != Role.MEASURE_SERVICE


def _was_notified(membership: Membership, template: str, *, since: date) -> bool:
    notices = Notice.objects.filter(template=template, channel=Channel.APP, user_id=membership.user_id)
    return notices.filter(authority_id=membership.authority_id, created_at__date__gte=since).exists()
