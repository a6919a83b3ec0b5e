"""Recurring work of access requests: reminders of C21, files that stay on hold, packages nobody fetches, the end."""

from datetime import datetime, timedelta
from typing import Any, Final, cast

from django.utils.translation import gettext_lazy as _

from accounts.actor import SYSTEM
from audit import journal
from audit.events import Purpose, register
from outbox.scheduler import recurring
from outbox.templates import Kind, Template
from outbox.templates import register as register_templates
from referrals.access.row_level_security import for_the_service
from referrals.access_requests import actions, effects
from referrals.access_requests.sheet import Sheet
from referrals.models import AccessFile, AccessRequest
from referrals.policy.definitions import protocol_of
from referrals.vocabulary.states import ANSWERED_ACCESS, ANY, AccessRequestState, Machine
from referrals.workflow.context import StepInput
from referrals.workflow.step import steps

UNFETCHED: Final = "access_request:unfetched"
register(UNFETCHED)
SOON: Final = "access-request.soon"
OVERDUE: Final = "access-request.overdue"
register_templates(
    Template(
        SOON, Kind.CLOCK, _("La réponse à une demande d'accès est bientôt attendue."), start=actions.PAGE
    ),
    Template(OVERDUE, Kind.CLOCK, _("La réponse à une demande d'accès est en retard."), start=actions.PAGE),
)
BATCH: Final = 200


def _locked(**wanted: Any) -> list[AccessRequest]:
    rows = AccessRequest.objects.filter(**wanted).select_for_update(skip_locked=True, of=("self",))
    return [
        row for row in rows.select_related("authority").order_by("due_at", "id")[:BATCH] if row.is_authentic
    ]


@recurring("access-requests:due", every=timedelta(minutes=10))
def remind(at: datetime) -> int:
    """Tell the officers that an answer is due soon, and once it is late (C21); each once; return of how many."""
    with for_the_service():
        late = _locked(due_at__lte=at, overdue_at=None)
        for row in late:
            actions.tell_officers(row, OVERDUE, at=at)
            row.overdue_at = at
            row.save()
        running = _locked(due_at__gt=at, warned_at=None)
        near = [row for row in running if row.due_at and row.due_at - at <= _notice(row, at)]
        for row in near:
            actions.tell_officers(row, SOON, at=at)
            row.warned_at = at
            row.save()
    return len(late) + len(near)


def _notice(row: AccessRequest, at: datetime) -> timedelta:
    return timedelta(days=protocol_of(row.authority, at).access_notice_days)


@recurring("access-requests:held", every=timedelta(minutes=10))
def keep_on_hold(at: datetime) -> int:
    """Put files on hold again that somebody released while a request is open; return how many.

    Whoever released one isn't told why it is on hold: nobody learns of a request (domain.md §2.7).
    """
    with for_the_service():
        open_ = AccessFile.objects.exclude(request__state=AccessRequestState.CLOSED)
        released = list(
            open_.filter(referral__legal_hold=False, referral__state__in=ANY).select_related(
                "request__authority", "referral"
            )[:BATCH]
        )
        for file in released:
            sheet = Sheet(cast("AccessRequest", file.request), actor=SYSTEM, at=at)
            if effects.hold(file.referral, actor_of=sheet) and not file.held:
                file.held = True
                file.save()
    return len(released)


@recurring("access-requests:unfetched", every=timedelta(hours=1))
def destroy_unfetched(at: datetime) -> int:
    """Destroy packages that nobody fetched in time; their hash stays (AR13); return how many."""
    with for_the_service():
        over = _locked(package_until__lte=at)
        for row in over:
            sheet = Sheet(row, actor=SYSTEM, at=at)
            effects.end_package(sheet)
            row.save()
            journal.record(
                UNFETCHED,
                actor=SYSTEM,
                at=at,
                tenant=row.authority_id,
                purpose=Purpose.MAINTENANCE,
                payload=row.pk.bytes,
            )
    return len(over)


@recurring("access-requests:closed", every=timedelta(hours=1))
def close_over(at: datetime) -> int:
    """Close the requests whose remedies are over and whose package is gone (AR16, by the service); return how many."""
    step = steps.get(Machine.ACCESS_REQUEST, "close")
    done = 0
    with for_the_service():
        for row in _locked(state__in=ANSWERED_ACCESS, answered_at__lt=at - timedelta(days=31)):
            sheet = Sheet(row, actor=SYSTEM, at=at, step_name=step.name)
            if all(rule(sheet, None) is None for rule in step.guards):
                actions.runner.run_step(step, sheet, StepInput(withdrawn_on=None, note=""))
                done += 1
    return done
