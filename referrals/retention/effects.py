"""Effects of keeping: the clock that counts how long a closed case is kept (C20)."""

from typing import TYPE_CHECKING, Any

from referrals.execution import hooks
from referrals.vocabulary.deadlines import ClockCode
from referrals.vocabulary.states import CLOSED, State
from referrals.workflow import retention_periods

if TYPE_CHECKING:
    from referrals.workflow.context import StepContext
#: Where a case is kept: closed, in the active base or in the archive.
KEPT = (*CLOSED, State.ARCHIVED)


@hooks.after_step.register(1)
def count_keeping(act: "StepContext", before: str) -> None:
    """Let C20 count from the last action on a closed case; a hold suspends it, opening the case again stops it.

    Asked after each step, for whatever is done on a closed case is its last action from then on (R221-9).
    """
    referral = act.case.referral
    if referral.state not in KEPT:
        if before in KEPT:
            act.stop(ClockCode.C20)
        return
    if referral.legal_hold:
        act.stop(ClockCode.C20)
        return
    # A joined filing is kept as long as the file that took it in (``no_other_file_is_open``): what its filer adds
    # counts there, and costs no more than on a filing of its own (SEC-AZ19).
    if referral.state == State.MERGED and act.step.name == "provide_info":
        return
    act.start(ClockCode.C20, since=_since(act, before))


def _since(act: "StepContext", before: str) -> Any:
    if before in KEPT and act.step.keeping:
        return retention_periods.last_action(act.case)
    return act.at
