"""Daily reminder of cases whose people have left: notifies those who answer for them until others take over.

The same applies to a case from which every coordinator of its authority is barred: an exclusion overrides every right
(SEC-AZ4), so that nobody would qualify or follow it, and a person who can write a name into a case could cause that.

A role may end by an act, by its term, or with its account; in each case the assignment stays, because a case mustn't
lose its people unseen (domain.md §1.1: the supervisor reassigns; T13, T47). « Charge » and ``GET
/api/v1/assignments/people`` list what waits (``referrals/staffing/actions.py``).
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.notifications import untold
from accounts.roles import Role
from outbox.notices import About, Recipients, tell
from outbox.scheduler import recurring
from outbox.templates import Kind, Template, register
from referrals.access import row_level_security
from referrals.models import Assignment, Exclusion
from referrals.staffing.inputs import PASSED
from referrals.vocabulary.states import ACTIVE

LEFT: Final = "assignments.left"
UNCOORDINATED: Final = "exclusions.all"

register(
    Template(
        LEFT,
        Kind.CASE,
        _("Des dossiers dont la personne désignée n'a plus ce rôle attendent d'être confiés à d'autres."),
        start="dossiers/charge",
    ),
    Template(
        UNCOORDINATED,
        Kind.CASE,
        _("Toute la coordination est déportée d'un dossier : déport à revoir, ou autre personne à nommer."),
    ),
)


def left(at: datetime) -> QuerySet[Assignment]:
    """Return the open assignments whose person doesn't hold the role at the case's authority any more."""
    memberships = Membership.objects.in_force(at).filter(
        user=OuterRef("user"), role=OuterRef("role"), authority=OuterRef("referral__authority")
    )
    return Assignment.objects.filter(~Exists(memberships), until_at=None, role__in=PASSED)


@recurring("assignments:left", every=timedelta(hours=1))
def tell_of_left(at: datetime) -> int:
    """Tell of the authorities that have such cases, and weren't told within a day; return how many."""
    with row_level_security.for_the_service():
        waiting = set(left(at).order_by().values_list("referral__authority_id", flat=True).distinct())
        return sum(_tell(authority, at) > 0 for authority in untold(LEFT, waiting, at=at))


def _tell(authority: UUID, at: datetime) -> int:
    """Tell the supervisors, and the leads of the units whose cases they are; where there are none, the coordinators."""
    memberships = Membership.objects.in_force(at).filter(authority=authority)
    units = left(at).filter(referral__authority=authority).values("referral__unit")
    people = set(memberships.filter(role=Role.SUPERVISOR).values_list("user_id", flat=True))
    people |= set(
        memberships.filter(role=Role.ASSESSMENT_LEAD, unit__in=units).values_list("user_id", flat=True)
    )
    if not people:
        people = set(memberships.filter(role=Role.CRIP_COORDINATOR).values_list("user_id", flat=True))
    about = About(template=LEFT, reference="", subject_id=None, authority_id=authority)
    return tell(about, Recipients(users=people), at=at)


def uncoordinated(authority: UUID, at: datetime) -> set[UUID]:
    """Return the cases in hand from which all who coordinate at an authority are barred; none where nobody does."""
    memberships = Membership.objects.in_force(at).filter(authority=authority, role=Role.CRIP_COORDINATOR)
    people = set(memberships.values_list("user_id", flat=True))
    barred = _barred().filter(referral__authority=authority, user__in=people)
    counted = barred.order_by().values("referral").annotate(n=Count("user", distinct=True))
    return set(counted.filter(n__gte=max(len(people), 1)).values_list("referral", flat=True))


def _barred() -> QuerySet[Exclusion]:
    return Exclusion.objects.filter(referral__state__in=ACTIVE, lifted_at=None)


@recurring("exclusions:all", every=timedelta(hours=1))
def tell_of_uncoordinated(at: datetime) -> int:
    """Tell of the authorities that have such a case, and weren't told within a day; return how many."""
    with row_level_security.for_the_service():
        waiting = set(_barred().order_by().values_list("referral__authority_id", flat=True).distinct()) - {
            None
        }
        those = untold(UNCOORDINATED, waiting, at=at)
        return sum(_tell_who_can_help(authority, at) > 0 for authority in those)


def _tell_who_can_help(authority: UUID, at: datetime) -> int:
    """Tell the supervisors; where none may know of the case, those who give roles. Who is barred from it isn't told."""
    cases = uncoordinated(authority, at)
    if not cases:
        return 0
    blind = set(_barred().filter(referral__in=cases).values_list("user_id", flat=True))
    memberships = Membership.objects.in_force(at).filter(authority=authority).exclude(user__in=blind)
    people = set(memberships.filter(role=Role.SUPERVISOR).values_list("user_id", flat=True))
    if not people:
        people = set(
            memberships.filter(role__in=[Role.TERRITORY_ADMIN, Role.DPO]).values_list("user_id", flat=True)
        )
    about = About(template=UNCOORDINATED, reference="", subject_id=None, authority_id=authority)
    return tell(about, Recipients(users=people), at=at)
