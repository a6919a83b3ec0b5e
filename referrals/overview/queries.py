"""What stands before a reader over all their cases, by the rules of the lists themselves (SEC-AZ20).

The lines are those of the queue, and journaled like them. Numbers name nobody; they count cases whose shell the reader
reads, and never own filings, of which a filer knows five words alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, F, Q, When
from django.db.models.functions import TruncDate

from accounts.actor import Actor
from accounts.request import ServiceRequest
from referrals.access import visibility
from referrals.cases import filters
from referrals.cases.queries import case_page
from referrals.models import FilerMessage, Referral
from referrals.reading import clocks, filings
from referrals.vocabulary.deadlines import ClockCode
from referrals.vocabulary.states import CoarseStatus, State

#: As many cases press most.
PRESSING: Final = 5
#: How far the numbers look ahead and back.
DAYS_AHEAD: Final = 14
WEEKS_BACK: Final = 8


@dataclass(frozen=True, slots=True)
class Ahead:
    """How many deadlines are over, and how many end on each of the days to come."""

    late: int
    days: list[tuple[date, int]]


@dataclass(frozen=True, slots=True)
class Week:
    """How many cases came in during a week, and how many were closed; ``first`` is its Monday."""

    first: date
    received: int
    closed: int


def _shells(actor: Actor, *, at: datetime) -> Q:
    """Return the condition of the cases whose shell the actor reads, as ``counts.counts`` has it."""
    shells = Q(pk__in=[])
    for _, cases in visibility.seen_with(actor, "A", at=at):
        shells |= Q(pk__in=cases.values("pk"))
    return shells


def pressing(request: ServiceRequest) -> list[dict[str, Any]]:
    """Return the first lines of the queue of the caller of ``request``, with what stands beside their shell."""
    first = {"sort": "due", "limit": PRESSING, "names": False, "details": True}
    return case_page(request, first)[0]


def due_soon(actor: Actor, *, days: int, at: datetime) -> int:
    """Return how many cases have a deadline that ends within so many days, and none that is over, as the queue does."""
    cases = Referral.objects.filter(_shells(actor, at=at))
    due = clocks.is_due(actor, before=at + timedelta(days=days), at=at)
    return cases.filter(due, ~clocks.is_late(actor, at=at)).count()


def unread(actor: Actor, *, at: datetime) -> int:
    """Return how many cases of the queue have something that others wrote or sent, and the actor hasn't seen yet."""
    cases = visibility.listed_to(actor, own=False, at=at)
    return filters.filtered(cases, {"unread": True}, actor=actor, at=at).count()


def ahead(actor: Actor, *, zone: ZoneInfo, at: datetime) -> Ahead:
    """Return how many deadlines of the list of deadlines are over, and how many end on each of the next days."""
    today = at.astimezone(zone).date()
    until = datetime.combine(today + timedelta(days=DAYS_AHEAD), time(), tzinfo=zone)
    reduced = When(code=ClockCode.C4, referral__target_due_at__lt=F("due_at"), then="referral__target_due_at")
    running = clocks.running_clocks(actor, state=None, code=None, at=at)
    counted = (
        running.filter(clocks.tells_its_day(at))
        .annotate(ends_at=Case(reduced, default="due_at"))
        .filter(ends_at__lt=until)
        .order_by()
        .values(day=TruncDate("ends_at", tzinfo=zone))
        .annotate(count=Count("pk"), late=Count("pk", filter=Q(ends_at__lt=at)))
    )
    rows = list(counted)
    by_day = {row["day"]: row["count"] - row["late"] for row in rows}
    days = [today + timedelta(days=number) for number in range(DAYS_AHEAD)]
    return Ahead(sum(row["late"] for row in rows), [(day, by_day.get(day, 0)) for day in days])


def flow(actor: Actor, *, zone: ZoneInfo, at: datetime) -> list[Week]:
    """Return for each of the last weeks how many of the cases whose shell the actor reads came in, and were closed."""
    today = at.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    first = monday - timedelta(weeks=WEEKS_BACK - 1)
    since = datetime.combine(first, time(), tzinfo=zone)
    cases = Referral.objects.filter(_shells(actor, at=at)).exclude(state=State.DRAFT)
    received = _by_week(cases, "received_at", since, zone)
    closed = _by_week(cases, "closed_at", since, zone)
    mondays = [first + timedelta(weeks=number) for number in range(WEEKS_BACK)]
    return [Week(one, received.get(one, 0), closed.get(one, 0)) for one in mondays]


def _by_week(cases: Any, moment_of: str, since: datetime, zone: ZoneInfo) -> dict[date, int]:
    counted: Sequence[dict[str, Any]] = (
        cases.filter(**{f"{moment_of}__gte": since})
        .order_by()
        .values(day=TruncDate(moment_of, tzinfo=zone))
        .annotate(count=Count("pk"))
    )
    weeks: dict[date, int] = {}
    for row in counted:
        monday = row["day"] - timedelta(days=row["day"].weekday())
        weeks[monday] = weeks.get(monday, 0) + row["count"]
    return weeks


@dataclass(frozen=True, slots=True)
class Filed:
    """What awaits a filer among the own filings: drafts, filings with a question to answer; and how many there are.

    ``unread``: of each filing with messages that weren't read, how many.
    """

    total: int
    drafts: int
    questions: int
    unread: Mapping[UUID, int]


def filed(actor: Actor, *, at: datetime) -> Filed:
    """Return what awaits a filer; of a filing it counts what its coarse line says, and nothing of what staff do."""
    own = visibility.own_filings(actor, at=at)
    rows = filings.with_line(own).order_by().values("status").annotate(count=Count("pk"))
    by_status = {row["status"]: row["count"] for row in rows}
    messages = FilerMessage.objects.filter(referral__in=own.values("pk"), read_at=None)
    unread = messages.order_by().values_list("referral").annotate(count=Count("pk"))
    return Filed(
        sum(by_status.values()),
        by_status.get(CoarseStatus.DRAFT, 0),
        by_status.get(CoarseStatus.QUESTION, 0),
        dict(unread),
    )
