"""Recurring work of orientations: who asked is reminded after ten days, and after thirty nobody waits any more.

Each is done under the lock of its case, in a transaction of its own; what a case left open was withdrawn as it closed.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.actor import SYSTEM
from outbox.scheduler import recurring
from outbox.templates import Kind, Template, register
from referrals.access import row_level_security
from referrals.execution.runner import run_step
from referrals.models import Orientation, Referral
from referrals.notifications import recipients
from referrals.vocabulary.states import AWAITED_ORIENTATION, Machine
from referrals.workflow.case import Case
from referrals.workflow.context import StepInput
from referrals.workflow.machines import MACHINES
from referrals.workflow.step import steps

WAITING: Final = "orientation.waiting"
register(Template(WAITING, Kind.CLOCK, _("Un service n'a pas encore répondu.")))


@recurring("orientations:expired", every=timedelta(minutes=5))
def expire(at: datetime) -> int:
    """Let every orientation that a service never answered expire (OR6); return how many did."""
    with row_level_security.for_the_service():
        over = Orientation.objects.filter(state__in=AWAITED_ORIENTATION, expires_at__lte=at)
        waiting = list(over.order_by("expires_at", "id").values_list("referral_id", "pk"))
    return sum(_expire(referral_id, pk, at) for referral_id, pk in waiting)


def _expire(referral_id: UUID, pk: UUID, at: datetime) -> bool:
    with row_level_security.for_the_service():
        case = Case(Referral.objects.select_for_update().get(pk=referral_id), actor=SYSTEM, at=at)
        rows = case.referral.orientations.filter(pk=pk, state__in=AWAITED_ORIENTATION, expires_at__lte=at)
        case.part = rows.select_related("resource").first()
        if case.part is None or case.referral.state not in MACHINES[Machine.ORIENTATION].while_in:
            return False
        case.step_name = "expire"
        run_step(steps.get(Machine.ORIENTATION, case.step_name), case, StepInput())
        return True


@recurring("orientations:reminded", every=timedelta(minutes=5))
def remind(at: datetime) -> int:
    """Tell whoever asked a service that it hasn't answered for ten days, once; return how many were told."""
    with row_level_security.for_the_service():
        due = Orientation.objects.filter(state__in=AWAITED_ORIENTATION, remind_at__lte=at)
        waiting = list(due.order_by("remind_at", "id").values_list("referral_id", "pk"))
    return sum(_remind(referral_id, pk, at) for referral_id, pk in waiting)


def _remind(referral_id: UUID, pk: UUID, at: datetime) -> bool:
    with row_level_security.for_the_service():
        case = Case(Referral.objects.select_for_update().get(pk=referral_id), actor=SYSTEM, at=at)
        rows = case.referral.orientations.filter(pk=pk, state__in=AWAITED_ORIENTATION, remind_at__lte=at)
        row = rows.first()
        if row is None:
            return False
        Orientation.objects.filter(pk=pk).update(remind_at=None)
        withheld = case.withheld(child=row.child_id)
        asker = {row.asked_by} if row.asked_by else set()
        if not recipients.tell_users(case, asker, WAITING, withheld=withheld):
            # Whoever asked has left the case: the cell must know, or nobody would ask again.
            recipients.tell_parties(case, ("coordinator",), WAITING, withheld=withheld)
        return True
