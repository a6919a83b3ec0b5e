"""State of the service for whoever runs it: authorities, mails that wait, recurring work, the tree of the journal.

Numbers and codes alone: no person, no case, nothing of what a message says (domain.md §1.1, *platform_admin*).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Exists, Min, OuterRef

from accounts.access import require_somewhere
from accounts.actor import Actor
from accounts.models import Authority, Membership
from accounts.roles import NEEDED
from audit import sequencing_lag
from outbox import scheduler
from outbox.models import Notice, NoticeState, Work

READ: Final = "operations.read"
#: What wasn't delivered is counted for so long.
DEAD_SINCE: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class AuthorityState:
    """An authority: how many work there now, and which of the roles that it can't do without nobody holds."""

    code: str
    name: str
    timezone: str
    people: int
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recurring:
    """A piece of recurring work: when it last ran to its end, how often it failed since; ``late``: it should have."""

    name: str
    ran_at: datetime | None
    failures: int
    late: bool


@dataclass(frozen=True, slots=True)
class Operations:
    authorities: list[AuthorityState]
    work: list[Recurring]
    waiting: int
    waiting_since: datetime | None
    dead: int
    entries_waiting_since: datetime | None

    @property
    def troubled(self) -> list[Recurring]:
        """Return the work that is late or fails."""
        return [one for one in self.work if one.late or one.failures]


def operations(actor: Actor, *, at: datetime) -> Operations:
    """Return how the service stands: five queries."""
    require_somewhere(actor, READ)
    due = Notice.objects.filter(state__in=[NoticeState.WAITING, NoticeState.HELD], due_at__lt=at)
    waiting = due.aggregate(count=Count("pk"), since=Min("due_at"))
    dead = Notice.objects.filter(state=NoticeState.DEAD, created_at__gt=at - DEAD_SINCE).count()
    return Operations(
        authorities=_authorities(at),
        work=_work(at),
        waiting=waiting["count"],
        waiting_since=waiting["since"],
        dead=dead,
        entries_waiting_since=sequencing_lag.oldest_waiting(),
    )


def _authorities(at: datetime) -> list[AuthorityState]:
    memberships = Membership.objects.in_force(at)
    here = memberships.filter(authority=OuterRef("pk"))
    has = {f"has_{role}": Exists(here.filter(role=role)) for role in sorted(NEEDED)}
    counted = memberships.order_by().values("authority").annotate(count=Count("user", distinct=True))
    people = {row["authority"]: row["count"] for row in counted}
    return [
        AuthorityState(
            one.code,
            one.name,
            one.timezone,
            people.get(one.pk, 0),
            tuple(str(role) for role in sorted(NEEDED) if not getattr(one, f"has_{role}")),
        )
        for one in Authority.objects.annotate(**has).order_by("code")
    ]


def _work(at: datetime) -> list[Recurring]:
    rows = {row.name: row for row in Work.objects.all()}
    work = []
    for one in scheduler.registered():
        row = rows.get(one.name)
        ran_at, failures = (row.ran_at, row.failures) if row else (None, 0)
        # Twice its time, and as long as a run may take: what runs at this moment isn't late.
        late = ran_at is None or at - ran_at > 2 * one.every + one.lease
        work.append(Recurring(one.name, ran_at, failures, late))
    return work
