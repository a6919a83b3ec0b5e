"""Escalation of an urgent call: first officer, second, supervisor, each once, until somebody answers (S7).

The step that reports the danger calls the first officer itself, in its own transaction; the rest is recurring work. The
alert's row stores how far it has escalated, written with the notices under its lock: whatever the workers do, each rung
is called once, and after a stop all that became due is called together. A rung on which nobody may be called (an empty
place of the rota, an excluded officer) causes no wait: the next one is called with it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.actor import SYSTEM
from audit import journal
from audit.events import Purpose, register
from outbox.scheduler import recurring
from referrals.access import row_level_security
from referrals.execution.runner import run_step
from referrals.models import Alert, Clock, Referral
from referrals.notifications import recipients
from referrals.vocabulary.case_answers import AlertCause
from referrals.vocabulary.deadlines import ClockCode
from referrals.vocabulary.states import ACTIVE, AlertState, Machine
from referrals.workflow.case import Case
from referrals.workflow.context import StepInput
from referrals.workflow.step import steps

register("alert:called")

#: The rungs: whom each calls, and the setting that says how many minutes after the alert; None: at once.
RUNGS: Final[tuple[tuple[str, str | None], ...]] = (
    ("on_call", None),
    ("on_call", "escalation_first_minutes"),
    ("second_on_call", "escalation_second_minutes"),
    ("supervisor", "escalation_supervisor_minutes"),
)
#: What an alert of C3 itself is about.
BY_CLOCK: Final = (AlertCause.CLOCK_NEAR, AlertCause.CLOCK_OVER)


@recurring("alerts:climbed", every=timedelta(seconds=30))
def climb(at: datetime) -> int:
    """Sound what C3 calls for, then call the rungs that are due; return how many alerts called somebody."""
    for referral_id in _cases(_clocks_due(at)):
        _sound(referral_id, at)
    return sum(_climb(referral_id, at) for referral_id in _cases(_rungs_due(at)))


def _cases(rows: "QuerySet[Any]") -> list[UUID]:
    with row_level_security.for_the_service():
        return list(dict.fromkeys(rows.order_by("id").values_list("referral_id", flat=True)))


def _rungs_due(at: datetime) -> "QuerySet[Alert]":
    return Alert.objects.filter(state=AlertState.OPEN, next_at__lte=at)


def _clocks_due(at: datetime) -> "QuerySet[Clock]":
    """Return the clocks of immediate danger that are near or over and of which no alert was sounded since.

    Children whose clocks run together have one alert; a clock that is over when it is found isn't told of as near.
    """
    near = Alert.objects.filter(
        referral=OuterRef("referral"), cause__in=BY_CLOCK, sounded_at__gte=OuterRef("warn_at")
    )
    over = Alert.objects.filter(
        referral=OuterRef("referral"), cause=AlertCause.CLOCK_OVER, sounded_at__gt=OuterRef("due_at")
    )
    running = Clock.objects.filter(code=ClockCode.C3, stopped_at=None, referral__state__in=ACTIVE)
    return running.filter(
        Q(warn_at__lte=at, due_at__gte=at) & ~Exists(near) | Q(due_at__lt=at) & ~Exists(over)
    )


@contextmanager
def _locked(referral_id: UUID, at: datetime) -> Iterator[Case]:
    # The case first, as every act of it does: an answer that is under way comes before or after, not between.
    with row_level_security.for_the_service():
        referral = Referral.objects.select_for_update().get(pk=referral_id)
        yield Case(referral, actor=SYSTEM, at=at)


def _sound(referral_id: UUID, at: datetime) -> None:
    with _locked(referral_id, at) as case:
        due = list(_clocks_due(at).filter(referral=referral_id))
        if due:
            late = any(clock.due_at < at for clock in due)
            cause = AlertCause.CLOCK_OVER if late else AlertCause.CLOCK_NEAR
            case.step_name = "sound"
            run_step(steps.get(Machine.ALERT, case.step_name), case, StepInput(cause=str(cause)))


def _climb(referral_id: UUID, at: datetime) -> bool:
    with _locked(referral_id, at) as case:
        return case.referral.state in ACTIVE and _call(case)


def _call(case: Case) -> bool:
    """Call what is due of the case's open alert, if it is still open."""
    alert = case.referral.alerts.filter(state=AlertState.OPEN, next_at__lte=case.at).first()
    if alert is None:
        return False
    parties: dict[str, None] = {}
    party = ""
    while alert.next_at is not None and (alert.next_at <= case.at or not _reaches(case, party)):
        party = RUNGS[alert.rung][0]
        parties[party] = None
        alert.rung += 1
        alert.next_at = _due(case, alert)
    alert.save(update_fields=["rung", "next_at"])
    called = recipients.call_parties(case, list(parties))
    _record(case, parties, called)
    return bool(called)


def _reaches(case: Case, party: str) -> bool:
    return bool(recipients.people(case, [party], {}))


def _due(case: Case, alert: Alert) -> datetime | None:
    """Return when the next rung of an alert is called; None above the last one."""
    if alert.rung >= len(RUNGS):
        return None
    name = RUNGS[alert.rung][1]
    minutes = getattr(case.protocol, name) if name else 0
    due: datetime = alert.sounded_at + timedelta(minutes=minutes)
    return due


def _record(case: Case, parties: dict[str, None], told: int) -> None:
    for party in parties:
        journal.record(
            "alert:called",
            actor=SYSTEM,
            at=case.at,
            objects=[case.pseudonym],
            tenant=case.referral.authority_id,
            purpose=Purpose.EMERGENCY,
            rule=party,
            count=told,
        )
