"""Recurring work of birthdays: finds who turns 2, 3, 6, 11, 15, 16 or 18 without a birth date in clear (C23).

And whose interview or choice before majority comes near or is over (C25, C26; ``majority.py``); and who left care six
months ago, as of age.

A birth date is sealed, and so must be whatever reveals it: a clear date of the next check, or of majority, would. But
opening each child's date each day would open everything always. So each child has the *group* of the day on which its
next significant birthday falls: one of 64, by a keyed hash of authority and date. When a day begins, the task examines
the children of its group, some one in 64, among them all whose day it is. A stolen row reveals a number of 64 that
nobody can compute without the key; and since a child is opened on five or six days of a year for nothing, an opening in
the journal reveals no birthday either. Such an opening leaves one entry, the same whether it found a birthday or not,
and no row in the trail of the case: if either came on birthdays alone, it would be a birth date in clear.

Days that passed while no worker ran are caught up. A child whose group isn't known yet (since filed, added, corrected
or reopened) is examined within the hour, once.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from dateutil.relativedelta import relativedelta
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.actor import SYSTEM
from accounts.models import Authority
from audit.disclosure import disclosure
from audit.events import Purpose
from encryption.errors import Unreadable
from encryption.index import keyed
from outbox import scheduler
from outbox.scheduler import recurring
from outbox.templates import Kind, Template, register
from referrals.access.row_level_security import for_the_service
from referrals.coming_of_age import majority
from referrals.coming_of_age.checks import YOUNG_ADULT, counted_birth
from referrals.execution.runner import run_step
from referrals.models import Child, Measure, Referral
from referrals.notifications import recipients
from referrals.vocabulary import ages
from referrals.vocabulary.states import ACTIVE, CLOSED, Machine, MeasureState
from referrals.workflow.case import Case
from referrals.workflow.context import StepInput
from referrals.workflow.step import steps

register(
    Template("care.left", Kind.CLOCK, _("Un entretien est à proposer, six mois après la fin d'un accueil."))
)
_log = structlog.get_logger("referrals")
NAME: Final = "children:grown"
AFTER_CARE: Final = "care:left"
SIX_MONTHS: Final = relativedelta(months=6)
GROUPS: Final = 64
#: The group of those for whom no birthday changes anything any more; none is ever looked for.
SETTLED: Final = GROUPS
#: A worker that stood still for longer than this looks at every child once, which is every group.
MOST_DAYS: Final = 366


def group_of(authority_id: UUID, day: date) -> int:
    """Return the group of a day, 0 to 63: it takes the index key to compute it."""
    return keyed("age.change", authority_id.bytes + day.isoformat().encode())[0] % GROUPS


@recurring(NAME, every=timedelta(hours=1), lease=timedelta(hours=1))
def grow_up(at: datetime) -> int:
    """Look at the children whose group's day has begun since the last run; return at how many cases."""
    before = scheduler.last_run(NAME) or at - timedelta(days=1)
    return sum(_of_authority(authority, before, at) for authority in Authority.objects.order_by("code"))


def _of_authority(authority: Authority, before: datetime, at: datetime) -> int:
    zone = ZoneInfo(authority.timezone)
    today = at.astimezone(zone).date()
    count = min((today - before.astimezone(zone).date()).days, MOST_DAYS)
    groups = {group_of(authority.pk, today - timedelta(days=ago)) for ago in range(count)}
    return sum(_look(pk, at) for pk in _to_look_at(authority, groups))


def _to_look_at(authority: Authority, groups: Iterable[int]) -> list[UUID]:
    with for_the_service():
        due = Q(next_change=None) | Q(next_change__in=sorted(groups))
        has_age = Q(birth_date__isnull=False) | Q(age_estimated_min__isnull=False)
        children = Child.objects.filter(
            due & has_age,
            referral__authority=authority,
            referral__state__in=(*ACTIVE, *CLOSED),
            wrong_person=False,
        )
        return list(children.order_by("referral_id").values_list("referral_id", flat=True).distinct())


def _look(pk: UUID, at: datetime) -> bool:
    with for_the_service():
        referral = Referral.objects.select_for_update().get(pk=pk)
        if referral.state not in (*ACTIVE, *CLOSED):
            return False
        case = Case(referral, actor=SYSTEM, at=at)
        births = _births(case)
        grown = list(_grown(case, births))
        coming = [
            notice
            for child in case.children
            if (birth := births.get(child.pk)) and majority.nears_majority(child)
            for notice in majority.coming(case, child, birth)
        ]
        if grown or coming:
            case.step_name = "grow_older"
            step_input = StepInput(children=grown, majority=coming)
            run_step(steps.get(Machine.REFERRAL, "grow_older"), case, step_input)
        for child in case.children:
            if child.pk in births:
                Child.objects.filter(pk=child.pk).update(
                    next_change=_next_group(case, child, births[child.pk])
                )
        return True


def _births(case: Case) -> dict[UUID, date | None]:
    """Return the children's birth dates, opened by the service in one disclosure; None for one that is unreadable.

    Of a child whose birth date nobody knows, the one by which its estimated age counts.
    """
    step = steps.get(Machine.REFERRAL, "grow_older")
    births: dict[UUID, date | None] = {}
    with disclosure(
        actor=SYSTEM,
        purpose=Purpose.MAINTENANCE,
        at=case.at,
        objects=[case.pseudonym],
        tenant=case.referral.authority_id,
        act=step.event,
        always=True,
    ) as scope:
        for child in case.children:
            has_birth_date = child.birth_date is not None
            birth_or_age = child.birth_date if has_birth_date else child.age_estimated_min
            if birth_or_age is None:
                continue
            try:
                value: Any = birth_or_age.open(scope)
            except Unreadable:
                _log.warning("birth.unreadable")
                births[child.pk] = None
                continue
            births[child.pk] = counted_birth(
                case, child, *((value, None) if has_birth_date else (None, value))
            )
    return births


def _grown(case: Case, births: dict[UUID, date | None]) -> Iterable[Any]:
    """Yield what has changed of each child since its age was last looked at."""
    for child in case.children:
        birth = births.get(child.pk)
        if birth is None:
            continue
        age = ages.facts(birth, None, None, on=case.today)
        days = majority.days_of(case, child, birth)
        near = days.choice_near <= case.today < days.majority and not child.emancipated
        before = (child.age_band, child.under_2, child.under_15, child.majority_near)
        if before != (age.age_band, age.under_2, age.under_15, near):
            yield StepInput(
                child=child.pk,
                age_band=str(age.age_band),
                under_2=age.under_2,
                under_15=age.under_15,
                majority_near=near,
            )


def _next_group(case: Case, child: Child, birth: date | None) -> int:
    """Return when to look next; at what can't be read, when the group of this day comes round again."""
    if birth is None:
        return group_of(case.authority_id, case.today)
    days = [ages.next_change(birth, after=case.today), *majority.days_of(case, child, birth).moments()]
    day = min((day for day in days if day is not None and day > case.today), default=None)
    return SETTLED if day is None else group_of(case.authority_id, day)


# --- After care -------------------------------------------------------------------------------------------


@recurring(AFTER_CARE, every=timedelta(hours=1))
def offer_interview_after_care(at: datetime) -> int:
    """Tell the inspector that an interview is to be offered, six months after a person of age left care; of how many.

    Each is told of once: it is looked for on that day alone, days without a worker included (CASF L222-5-2-1).
    """
    before = scheduler.last_run(AFTER_CARE) or at - timedelta(days=1)
    count = 0
    for authority in Authority.objects.order_by("code"):
        zone = ZoneInfo(authority.timezone)
        with for_the_service():
            left = _left_care(authority, before.astimezone(zone).date(), at.astimezone(zone).date())
            count += sum(_offer_interview(measure, at) for measure in left)
    return count


def _left_care(authority: Authority, since: date, today: date) -> list[Measure]:
    """Return the measures that ended six months before a day after ``since``, up to ``today``."""
    if since >= today:
        return []
    over = Measure.objects.filter(
        referral__authority=authority,
        referral__state__in=(*ACTIVE, *CLOSED),
        state__in=(MeasureState.ENDED, MeasureState.LIFTED),
        started_on__isnull=False,
        over_on__range=(
            since - SIX_MONTHS,
            today - SIX_MONTHS + timedelta(days=3),
        ),  # months differ in length
    )
    rows = over.select_related("referral__authority", "type").order_by("over_on", "id")
    return [row for row in rows if since < row.over_on + SIX_MONTHS <= today]


def _offer_interview(measure: Measure, at: datetime) -> bool:
    case = Case(measure.referral, actor=SYSTEM, at=at)
    child = case.child(measure.child_id)
    if child is None or child.deceased or not case.of_age(child):
        return False
    if not _is_support(case, measure) or any(_is_support(case, one) for one in case.measures_alive(child)):
        return False
    case.part = measure
    recipients.tell_parties(case, ("ase_inspector",), "care.left", withheld=case.withheld(part=measure))
    return True


def _is_support(case: Case, measure: Measure) -> bool:
    return measure.type_id == YOUNG_ADULT or majority.is_care(case, measure)
