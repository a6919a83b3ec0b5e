"""How a file leaves its batch: what must hold for it to stand there, and what takes it out."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from accounts.actor import SYSTEM
from audit import journal
from audit.events import Purpose, register
from referrals.execution import hooks
from referrals.retention.guards import no_other_file_is_open, not_on_hold, whole_time_is_over
from referrals.vocabulary.oversight import DropReason
from referrals.vocabulary.states import OPEN_BATCH, BatchState, Machine, State
from referrals.workflow.case import Case
from referrals.workflow.step import Guard

if TYPE_CHECKING:
    from referrals.workflow.context import StepContext
DROPPED: Final = "retention:dropped"
register(DROPPED)


#: What must hold for a file to stand in a batch, from the proposal on, and what it is dropped for.
STANDS_IN_A_BATCH: Final[Mapping[Guard, DropReason]] = {
    not_on_hold: DropReason.HOLD,
    whole_time_is_over: DropReason.ACTION,
    no_other_file_is_open: DropReason.OTHER_FILE,
}


def reason_to_drop(case: Case) -> DropReason | None:
    """Return why a file may not stand in a batch as things are, or None."""
    if case.referral.state != State.ARCHIVED:
        return DropReason.REOPENED
    return next((reason for rule, reason in STANDS_IN_A_BATCH.items() if rule(case, None)), None)


def drop(case: Case, reason: DropReason | None) -> bool:
    """Take a file out of the batch in which it stands; tell whether it stood in one."""
    lines = case.referral.retention_lines.filter(
        dropped_at=None, purged_at=None, batch__state__in=(*OPEN_BATCH, BatchState.EXECUTED)
    )
    if reason is None or not lines.update(dropped_at=case.at, dropped_for=reason):
        return False
    journal.record(
        DROPPED,
        actor=SYSTEM,
        at=case.at,
        objects=[case.pseudonym],
        tenant=case.referral.authority_id,
        purpose=Purpose.MAINTENANCE,
        rule=str(reason),
    )
    return True


@hooks.after_step.register(3)
def leave_batches(act: "StepContext", before: str) -> None:
    """Take a file out of its batch with the step that makes it stay: whatever is done on it, or on a pair with it."""
    if before == State.ARCHIVED and act.step.name != "purge":
        moved = act.case.referral.state == before and not act.step.keeping
        drop(act.case, DropReason.ACTION if moved else reason_to_drop(act.case))
    if act.step.machine is Machine.DUPLICATE:
        other = Case(act.case.part.other, actor=act.actor, at=act.at)
        if other.referral.state == State.ARCHIVED:
            drop(other, reason_to_drop(other))
