"""One-time catch-up: restricts filings that were merged into a restricted file before restrictions propagated.

T46 and T12 propagate them since (``restrictions/joined_filings.py``). A filing whose restriction people have decided on
stays as they left it.
"""

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from accounts.actor import SYSTEM
from referrals.access.row_level_security import for_the_service
from referrals.execution.runner import run_step
from referrals.models import Joining, Referral
from referrals.restrictions import joined_filings
from referrals.vocabulary.states import Machine
from referrals.workflow.case import Case
from referrals.workflow.context import StepInput
from referrals.workflow.step import steps


def restrict_joined(at: datetime) -> int:
    """Restrict what was joined to a restricted file; return how many filings. Doing it again changes nothing.

    Each is a step of the service with its record and its entry, in a transaction of its own; the persons of the list
    are told.
    """
    with for_the_service():
        joined = Joining.objects.filter(undone_at=None).order_by("joined_at", "pk")
        apart = joined.filter(Q(target__restricted=True) | Q(target__children__restricted=True)).distinct()
        waiting = list(apart.values_list("pk", flat=True))
    return sum(_restrict(pk, at) for pk in waiting)


def _restrict(pk: UUID, at: datetime) -> bool:
    step = steps.get(Machine.REFERRAL, "restrict")
    with for_the_service():
        joining = Joining.objects.get(pk=pk)
        both = {joining.referral_id, joining.target_id}
        locked = {
            row.pk: row for row in Referral.objects.select_for_update().filter(pk__in=both).order_by("pk")
        }
        file, filing = (
            Case(locked[pk], actor=SYSTEM, at=at) for pk in (joining.target_id, joining.referral_id)
        )
        if (
            joining.undone_at is not None
            or filing.referral.steps.filter(step__in=steps.named("of_the_list")).exists()
        ):
            return False
        wanted = joined_filings.restrictions(file, filing, joining)
        for restriction in wanted:
            run_step(step, filing, StepInput({"referral": file.referral.pk, **restriction}), beside=file)
            filing.forget("children", "records", "open_clocks")
    return bool(wanted)
