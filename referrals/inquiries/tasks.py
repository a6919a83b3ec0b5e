"""Recurring work of inquiries: reminds of answers that are due, and forgets whom the asked authority doesn't know."""

from datetime import datetime, timedelta
from functools import partial
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.actor import SYSTEM
from accounts.roles import Role
from audit import journal
from audit.events import Purpose, register
from encryption import keys
from outbox.scheduler import recurring
from outbox.templates import Kind, Template
from outbox.templates import register as register_templates
from referrals.access.row_level_security import for_the_service
from referrals.inquiries import actions
from referrals.models import Inquiry
from referrals.policy.definitions import protocol_of
from referrals.vocabulary.between_authorities import Side

FORGOTTEN: Final = "inquiry:forgotten"
register(FORGOTTEN)
SOON: Final = "inquiry.soon"
OVERDUE: Final = "inquiry.overdue"
register_templates(
    Template(
        SOON, Kind.CLOCK, _("La réponse à un autre département est bientôt attendue."), start="demandes"
    ),
    Template(
        OVERDUE, Kind.CLOCK, _("La réponse à une demande entre départements est en retard."), start="demandes"
    ),
)
BATCH: Final = 200


@recurring("inquiries:due", every=timedelta(minutes=10))
def remind(at: datetime) -> int:
    """Tell the asked authority's coordinators that an answer is due soon; once late, the supervisors of both too (C27).

    Each once; return of how many.
    """
    with for_the_service():
        running = Inquiry.objects.filter(due_at__isnull=False).select_for_update(
            skip_locked=True, of=("self",)
        )
        running = running.select_related("authority", "other")
        late = list(running.filter(due_at__lte=at, overdue_at=None).order_by("due_at", "id")[:BATCH])
        for row in late:
            roles = (Role.CRIP_COORDINATOR, Role.SUPERVISOR) if row.side == Side.ASKED else (Role.SUPERVISOR,)
            actions.tell_side(row, OVERDUE, roles, at=at)
            row.overdue_at = at
            row.save()
        received = running.filter(side=Side.ASKED, due_at__gt=at, warned_at=None).order_by("due_at", "id")
        near = [
            row
            for row in received
            if row.due_at and row.due_at - at <= _chosen(row, "inquiry_notice_days", at)
        ]
        for row in near:
            actions.tell_side(row, SOON, (Role.CRIP_COORDINATOR,), at=at)
            row.warned_at = at
            row.save()
    return len(late) + len(near)


@recurring("inquiries:forgotten", every=timedelta(days=1))
def forget(at: datetime) -> int:
    """Destroy at the asked what it was told of a child of whom it has no file, some days after; return of how many.

    Where there is a file, it goes with the file; at who asked, with the case.
    """
    over = Q(answered_at__isnull=False, known=False) | Q(closed_at__isnull=False)
    with for_the_service():
        rows = Inquiry.objects.filter(over, side=Side.ASKED, referral=None, ended_at=None)
        locked = rows.select_for_update(of=("self",)).select_related("authority")
        ended = [row for row in locked if _over_at(row) <= at - _chosen(row, "inquiry_kept_days", at)]
        for row in ended:
            key, row.key, row.ended_at = row.key, None, at
            row.question = row.reply = row.request = row.closing = row.papers = None
            row.save()
            transaction.on_commit(partial(keys.destroy, [key] if key else []), robust=True)
            journal.record(
                FORGOTTEN,
                actor=SYSTEM,
                at=at,
                tenant=row.authority_id,
                purpose=Purpose.MAINTENANCE,
                payload=row.thread.bytes,
            )
    return len(ended)


def _chosen(row: Inquiry, name: str, at: datetime) -> timedelta:
    """Return the days of a setting of the row's authority."""
    return timedelta(days=getattr(protocol_of(row.authority, at), name))


def _over_at(row: Inquiry) -> datetime:
    """Return when a question about a child that isn't known was answered, or closed: what came first."""
    ends = [row.closed_at, row.answered_at if row.known is False else None]
    return min(end for end in ends if end is not None)
