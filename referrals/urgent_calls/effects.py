"""Effects of urgent calls: what starts one, what ends it, what happens if nobody answers."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from referrals.execution import hooks
from referrals.vocabulary.case_answers import AlertCause
from referrals.vocabulary.states import ACTIVE, AlertState, Machine

if TYPE_CHECKING:
    from referrals.workflow.context import StepContext


def call_for_filing(act: "StepContext") -> None:
    """Sound an alert for an urgent filing (T03)."""
    sound_call(act, AlertCause.FILED)


def call_for_danger(act: "StepContext") -> None:
    """Sound an alert for a danger that is flagged (T14, or T08 that tells of one)."""
    sound_call(act, AlertCause.FLAGGED)


def sound_call(act: "StepContext", cause: AlertCause) -> Any:
    """Open an alert in the place of one that is open; return it.

    Where the running step itself tells the officer on call the first rung is done with it, and the next one waits.
    """
    end_call(act)
    on_call = "on_call" in act.step.tells
    wait = timedelta(minutes=act.case.protocol.escalation_first_minutes) if on_call else timedelta()
    row = act.new("alerts", cause=cause, sounded_at=act.at, rung=int(on_call), next_at=act.at + wait)
    act.fire(Machine.ALERT, "sound", part=row)
    act.case.referral.alert_open = True
    return row


def sound_for_clock(act: "StepContext") -> None:
    """Sound the alert of a clock that comes near or is over (C3)."""
    cause = AlertCause(act.step_input.cause)
    end_call(act)
    row = act.new("alerts", cause=cause, sounded_at=act.at, next_at=act.at)
    act.case.part = act.made = row
    act.case.referral.alert_open = True


def answer(act: "StepContext") -> None:
    """Take the open alert of the case as answered by who acts: the file is open, or the child is being protected."""
    _end(act, "acknowledge")


def end_call(act: "StepContext") -> None:
    """End the open alert of the case, which nobody has to answer any more."""
    _end(act, "close")


@hooks.after_leaving_state.register(3)
def follow(act: "StepContext", before: str) -> None:
    """A case that leaves the states in which it is handled calls nobody any more."""
    if before in ACTIVE and act.case.referral.state not in ACTIVE:
        end_call(act)


def _end(act: "StepContext", how: str) -> None:
    if not act.case.referral.alert_open:
        return
    for row in act.case.referral.alerts.filter(state=AlertState.OPEN):
        act.fire(Machine.ALERT, how, part=row)
    act.case.referral.alert_open = False


def silence(act: "StepContext") -> None:
    act.case.referral.alert_open = False
