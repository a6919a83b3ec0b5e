"""Yearly review of roles: reminders, and the end of a role that nobody reviewed (0034).

A person reviews (``accounts/actions/memberships.py``). This module does what depends on time: from thirty days before a
review is due it reminds the reviewers, once a day while any waits; two weeks before the role would end it notifies the
holder; thirty days after the due date the role ends, as if somebody had ended it, and the journal gives the reason.
Roles that a child in danger depends on don't end so: an authority's last coordinator, last officer on call or last
person who grants roles, and filers (``accounts/roles.py``). These stay overdue, and are reported each day.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet

from accounts import acts
from accounts.access import reviewers
from accounts.actions.memberships import end_now
from accounts.actor import SYSTEM
from accounts.models import Membership
from accounts.models.membership import LAPSES_AFTER, MembershipQuerySet, review_period
from accounts.notifications import ROLE_HAS_LAPSED, ROLE_WILL_LAPSE, ROLES_TO_REVIEW, tell_people, untold
from accounts.roles import NEEDED, REPORTING
from outbox.models import Channel, Notice
from outbox.scheduler import recurring

#: Those who can review are told from so long before a review is due.
AHEAD: Final = timedelta(days=30)
#: The holder is told so long before the role would end.
HOLDER_AHEAD: Final = timedelta(days=14)
#: Somebody else must hold a role that an authority needs for so long yet, or its late holder counts as the last.
STAYS_FOR: Final = timedelta(days=30)
BATCH: Final = 100


def waiting(rows: MembershipQuerySet, *, at: datetime) -> MembershipQuerySet:
    """Keep the memberships whose review is due within thirty days, or late."""
    return rows.in_force(at).to_review(by=at + AHEAD)


def ending(rows: MembershipQuerySet, *, at: datetime) -> MembershipQuerySet:
    """Keep the memberships that end if nobody reviews them: not of who files, nor the last of a role that is needed."""
    others = _holders(OuterRef("authority"), OuterRef("role"), at=at).filter(~Q(user=OuterRef("user")))
    return rows.exclude(role__in=sorted(REPORTING)).filter(~Q(role__in=sorted(NEEDED)) | Exists(others))


def _holders(authority: UUID | OuterRef, role: str | OuterRef, *, at: datetime) -> MembershipQuerySet:
    """Return the memberships by which a role is held at an authority, now and for a while yet."""
    lasting = Q(valid_to=None) | Q(valid_to__gt=at + STAYS_FOR)
    return Membership.objects.in_force(at).filter(lasting, authority=authority, role=role)


# --- Those who can review -----------------------------------------------------------------------------


@recurring("memberships:due", every=timedelta(hours=1))
def tell_of_waiting(at: datetime) -> int:
    """Tell of the authorities where reviews wait, and that weren't told within a day; return how many."""
    places = waiting(Membership.objects.all(), at=at).order_by().values_list("authority_id", flat=True)
    return sum(_tell(authority, at) for authority in untold(ROLES_TO_REVIEW, set(places.distinct()), at=at))


def _tell(authority: UUID, at: datetime) -> bool:
    """Tell each who can review one of them: nobody of the own roles alone."""
    rows = waiting(Membership.objects.filter(authority=authority), at=at)
    people = [user for user, theirs in reviewers(authority, at=at).items() if rows.filter(theirs).exists()]
    tell_people(people, ROLES_TO_REVIEW, authority, at=at)
    return bool(people)


# --- Who holds the role -------------------------------------------------------------------------------


@recurring("memberships:ending", every=timedelta(hours=1))
def tell_holders(at: datetime) -> int:
    """Tell those whose role ends in two weeks if nobody reviews it, once; return how many were told.

    One notice is for all roles of a person that are that late when it is written.
    """
    with transaction.atomic():
        late = _late(at + HOLDER_AHEAD, at=at).filter(~Exists(_notices())).order_by("reviewed_at", "pk")
        people = dict(late.values_list("user_id", "authority_id")[:BATCH])
        for user, authority in people.items():
            tell_people([user], ROLE_WILL_LAPSE, authority, at=at)
    return len(people)


@recurring("memberships:lapsed", every=timedelta(hours=1))
def lapse(at: datetime) -> int:
    """End the roles that nobody reviewed in time, the longest late first; return how many.

    None ends whose holder wasn't told two weeks before: not after a worker that stood still, nor on the day on which
    the period is made shorter, nor when somebody else takes up what an authority needs.
    """
    late = _over(at).order_by("reviewed_at", "pk").values_list("pk", "authority_id", "role")
    return sum(_lapse(*row, at=at) for row in list(late[:BATCH]))


def _lapse(pk: UUID, authority: UUID, role: str, *, at: datetime) -> bool:
    """End one, unless it was reviewed or ended meanwhile, or is by now the last of what an authority needs.

    All holders of a needed role are locked, in the order of their ids: of two who are late one stays, whoever else ends
    the other at the same moment.
    """
    with transaction.atomic():
        holding = Q(authority=authority, role=role) if role in NEEDED else Q(pk=pk)
        list(Membership.objects.filter(holding).select_for_update().order_by("pk").values_list("pk"))
        membership = _over(at).filter(pk=pk).first()
        if membership is None:
            return False
        end_now(membership, actor=SYSTEM, at=at, act=acts.MEMBERSHIP_LAPSED)
        tell_people([membership.user_id], ROLE_HAS_LAPSED, authority, at=at)
    return True


def _over(at: datetime) -> MembershipQuerySet:
    """Return the memberships that end now: nobody reviewed them, and their holder has known it for two weeks."""
    return _late(at, at=at).filter(Exists(_notices().filter(created_at__lte=at - HOLDER_AHEAD)))


def _late(by: datetime, *, at: datetime) -> MembershipQuerySet:
    """Return the memberships that end by an instant, unless somebody reviews them before."""
    counts = review_period() + LAPSES_AFTER
    ends_before = Q(valid_to__lte=F("reviewed_at") + counts)
    rows = Membership.objects.in_force(at).filter(reviewed_at__lte=by - counts).exclude(ends_before)
    notice_from = ExpressionWrapper(F("reviewed_at") + (counts - HOLDER_AHEAD), DateTimeField())
    return ending(rows, at=by).annotate(notice_from=notice_from)


def _notices() -> QuerySet[Notice]:
    """Return the notices that told the holder of an outer row that it would end, for want of this review."""
    return Notice.objects.filter(
        template=ROLE_WILL_LAPSE,
        channel=Channel.APP,
        user_id=OuterRef("user_id"),
        created_at__gte=OuterRef("notice_from"),
    )
