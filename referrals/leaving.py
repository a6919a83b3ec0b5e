"""Cases whose people are there no more: who answers for them is told, each day until somebody else has them.

A role may end by an act, by its term, or with its account; whichever it was, the assignment stays, for a case mustn't
lose its people unseen (domain.md §1.1: the supervisor reassigns; T13, T47). « Charge » and
``GET /api/v1/assignments/people`` list what waits (``referrals/handovers.py``).
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Membership
from accounts.roles import Role
from outbox.models import Notice
from outbox.notices import About, Recipients, tell
from outbox.templates import Kind, Template, register
from outbox.tick import recurring
from referrals import rowlevel
from referrals.models import Assignment
from referrals.workflow.passing import PASSED

LEFT: Final = "assignments.left"
#: An authority is told so often, while cases are left.
EACH: Final = timedelta(days=1)

register(
    Template(
        LEFT, Kind.CASE, "Des dossiers dont la personne n'a plus ce rôle attendent d'être confiés à d'autres.",
        "Files whose person no longer holds the role wait to be given to others.",
    )
)  # fmt: skip


def left(at: datetime) -> QuerySet[Assignment]:
    """Return the open assignments whose person doesn't hold the role at the case's authority any more."""
    held = Membership.objects.in_force(at).filter(
        user=OuterRef("user"), role=OuterRef("role"), authority=OuterRef("referral__authority")
    )
    return Assignment.objects.filter(~Exists(held), until_at=None, role__in=PASSED)


@recurring("assignments:left", every=timedelta(hours=1))
def tell_of_left(at: datetime) -> int:
    """Tell of the authorities that have such cases, and weren't told within a day; return how many."""
    with rowlevel.for_the_service():
        waiting = set(left(at).order_by().values_list("referral__authority_id", flat=True).distinct())
        told = Notice.objects.filter(template=LEFT, authority_id__in=waiting, created_at__gt=at - EACH)
        untold = waiting - set(told.values_list("authority_id", flat=True))
        return sum(_tell(authority, at) > 0 for authority in sorted(untold))


def _tell(authority: UUID, at: datetime) -> int:
    """Tell the supervisors, and the leads of the units whose cases they are; where there are none, the coordinators."""
    held = Membership.objects.in_force(at).filter(authority=authority)
    units = left(at).filter(referral__authority=authority).values("referral__unit")
    people = set(held.filter(role=Role.SUPERVISOR).values_list("user_id", flat=True))
    people |= set(held.filter(role=Role.ASSESSMENT_LEAD, unit__in=units).values_list("user_id", flat=True))
    if not people:
        people = set(held.filter(role=Role.CRIP_COORDINATOR).values_list("user_id", flat=True))
    about = About(template=LEFT, reference="", subject_id=None, authority_id=authority)
    return tell(about, Recipients(users=people), at=at)
