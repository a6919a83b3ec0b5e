"""Scheduler of recurring work: apps register a task, one worker at a time claims it, and a stop is caught up.

``run_due`` runs what is due, once. A task receives the instant and returns how many things it did; it must be
idempotent, because a worker may be killed in the middle and another one start again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import time_ns
from typing import Final

import structlog
from django.db import InterfaceError, OperationalError
from django.db.models import Max, Q
from django.dispatch import Signal

from core.clock import instant
from outbox.leases import claim, finish
from outbox.models import Work

_log = structlog.get_logger("outbox")
PAUSE_AFTER_FAILURE: Final = timedelta(minutes=1)
#: Sent after each piece of work, with its ``name``, when it ``began`` (nanoseconds since 1970), whether it ``failed``.
ran: Final = Signal()

type Do = Callable[[datetime], int]


@dataclass(frozen=True, slots=True)
class Recurring:
    """One registered piece of work; ``lease`` is how long a run may take before another worker may begin."""

    name: str
    every: timedelta
    lease: timedelta
    do: Do


_registered: dict[str, Recurring] = {}


def recurring(name: str, *, every: timedelta, lease: timedelta = timedelta(minutes=10)) -> Callable[[Do], Do]:
    """Register a function as recurring work under a name that never changes (``part:done``).

    Raises:
        ValueError: the name is taken.
    """

    def register(do: Do) -> Do:
        if name in _registered:
            raise ValueError(f"recurring work {name} registered twice")
        _registered[name] = Recurring(name, every, lease, do)
        return do

    return register


def registered() -> list[Recurring]:
    """Return all recurring work, in the order of registration."""
    return list(_registered.values())


def last_run(name: str) -> datetime | None:
    """Return when a piece of work last ran to its end; None if it never did."""
    return Work.objects.filter(pk=name).values_list("ran_at", flat=True).first()


def last_pass() -> datetime | None:
    """Return when any worker last ran a piece of work to its end; None if none ever did.

    Some work is due each minute or more often: a worker that lives is never silent for longer.
    """
    last: datetime | None = Work.objects.aggregate(last=Max("ran_at"))["last"]
    return last


def run_due(*, clock: Callable[[], datetime] = instant) -> dict[str, int]:
    """Run each piece of work that is due, once; return what each did. One that fails is logged and comes again."""
    done: dict[str, int] = {}
    for work in _due(clock()):
        row = _claimed(work, clock())
        if row is not None:
            done[work.name] = _run(work, row, clock)
    return done


def _due(at: datetime) -> list[Recurring]:
    """Return what may be claimed, by one statement: a worker looks every few seconds, and hardly anything is due."""
    planned = dict(Work.objects.values_list("name", "next_at"))
    missing = [work for work in registered() if work.name not in planned]
    Work.objects.bulk_create([Work(name=one.name, next_at=at) for one in missing], ignore_conflicts=True)
    return [
        work
        for work in registered()
        if (plan := planned.get(work.name, at)) <= at or plan > _latest_plan(work, at)
    ]


def _latest_plan(work: Recurring, at: datetime) -> datetime:
    # A plan far beyond what any run writes was put there by hand: it would put off the very passes that name such rows.
    # Twice as far, for another worker's instant may be later than this one's.
    return at + 2 * max(work.every, PAUSE_AFTER_FAILURE)


def _claimed(work: Recurring, at: datetime) -> Work | None:
    due = Q(next_at__lte=at) | Q(next_at__gt=_latest_plan(work, at))
    rows = Work.objects.filter(due, pk=work.name)
    return next(iter(claim(rows, at=at, lease=work.lease, limit=1)), None)


def _run(work: Recurring, row: Work, clock: Callable[[], datetime]) -> int:
    at, began = clock(), time_ns()
    try:
        count = work.do(at)
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # the border of the worker: one failing piece of work must not stop the others
        _log.exception("work:failed", code=work.name)
        ran.send(sender=None, name=work.name, began=began, failed=True)
        finish(row, next_at=clock() + PAUSE_AFTER_FAILURE, failures=min(row.failures + 1, 1_000))
        return -1
    ran.send(sender=None, name=work.name, began=began, failed=False)
    # From the plan, not from now, so that a run that took long doesn't shift the next; but never into the past.
    planned = min(row.next_at, at)
    finish(row, next_at=max(planned + work.every, at + work.every / 2), ran_at=at, failures=0)
    if count:
        _log.info("work:done", code=work.name, count=count)
    return count
