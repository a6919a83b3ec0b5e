"""Urgent calls: who is on call is called until somebody answers (domain.md S7; T03, T14, C3; §11.1 ``ESCALATION``).

An ``Alert`` is sounded by the step that tells of an immediate danger, or by its clock; it is answered by an act of its
own, by opening the file, or by a step that protects the child. Whom each rung of the ladder calls, and when:
``referrals/ladder.py``. A case has one open alert: a new one puts an end to the one before, and calls from the first
rung on.
"""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db import models

from accounts.roles import Role
from audit.events import Purpose
from referrals.workflow import inputs
from referrals.workflow.case import Case
from referrals.workflow.declare import Declare, state_field
from referrals.workflow.states import ACTIVE, AlertState, Coded, Machine

if TYPE_CHECKING:
    from referrals.act import Act

step = Declare(Machine.ALERT)

#: Whose opening of the file answers a call.
CALLED: Final = (Role.ON_CALL, Role.CRIP_COORDINATOR, Role.INTAKE_AGENT)


class AlertCause(Coded):
    """What an urgent call is about."""

    FILED = "filed", "Urgent filing", "Transmission en urgence"
    FLAGGED = "flagged", "Immediate danger flagged", "Danger immédiat signalé"
    CLOCK_NEAR = "clock_near", "Immediate danger: alert", "Danger immédiat : alerte"
    CLOCK_OVER = "clock_over", "Immediate danger: breach", "Danger immédiat : retard"


# --- What other steps do to an alert ------------------------------------------------------------------


def call_for_filing(act: "Act") -> None:
    """Sound an alert for an urgent filing (T03)."""
    sound(act, AlertCause.FILED)


def call_for_danger(act: "Act") -> None:
    """Sound an alert for a danger that is flagged (T14, or T08 that tells of one)."""
    sound(act, AlertCause.FLAGGED)


def sound(act: "Act", cause: AlertCause) -> Any:
    """Open an alert in the place of one that is open; return it.

    Where the running step itself tells the officer on call the first rung is done with it, and the next one waits.
    """
    close(act)
    told = "on_call" in act.step.tells
    wait = timedelta(minutes=act.case.protocol.escalation_first_minutes) if told else timedelta()
    row = act.new("alerts", cause=cause, sounded_at=act.at, rung=int(told), next_at=act.at + wait)
    act.fire(Machine.ALERT, "sound", part=row)
    act.case.referral.alert_open = True
    return row


def sound_for_clock(act: "Act") -> None:
    """Sound the alert of a clock that comes near or is over (C3)."""
    cause = AlertCause(act.given.cause)
    close(act)
    row = act.new("alerts", cause=cause, sounded_at=act.at, next_at=act.at)
    act.case.part = act.made = row
    act.case.referral.alert_open = True


def answer(act: "Act") -> None:
    """Take the open alert of the case as answered by who acts: the file is open, or the child is being protected."""
    _end(act, "acknowledge")


def close(act: "Act") -> None:
    """End the open alert of the case, which nobody has to answer any more."""
    _end(act, "close")


def follow(act: "Act", before: str) -> None:
    """A case that leaves the states in which it is handled calls nobody any more."""
    if before in ACTIVE and act.case.referral.state not in ACTIVE:
        close(act)


def _end(act: "Act", how: str) -> None:
    if not act.case.referral.alert_open:
        return
    for row in act.case.referral.alerts.filter(state=AlertState.OPEN):
        act.fire(Machine.ALERT, how, part=row)
    act.case.referral.alert_open = False


def silence(act: "Act") -> None:
    """Show on the case that no call is unanswered."""
    act.case.referral.alert_open = False


# --- Steps --------------------------------------------------------------------------------------------


class AlertSteps(models.Model):
    """The state of an urgent call, and the steps that move it."""

    if TYPE_CHECKING:  # fields of the model that this is mixed into
        ended_at: Any
        ended_by: Any
        next_at: Any

    state = state_field(AlertState, AlertState.OPEN, "A")

    class Meta:
        """Mixed into ``Alert``; no table of its own."""

        abstract = True

    @step(
        "sound", number="L01", label="Appeler l'astreinte", en="Call who is on call", internal=True, creates=True,
        source=[], target=AlertState.OPEN, roles=[], effects=[sound_for_clock], takes=inputs.Nothing,
        law="CASF L226-4", data_class="A", purpose=Purpose.EMERGENCY,
    )  # fmt: skip
    def sound(self, given: Any, case: Case) -> None:
        """Call until somebody answers (by T03, T14, C3)."""

    @step(
        "acknowledge", number="L02", label="Prendre en compte l'appel", en="Answer the call",
        source=[AlertState.OPEN], target=AlertState.ACKNOWLEDGED, roles=(*CALLED, Role.SUPERVISOR),
        effects=[silence], takes=inputs.Nothing, law="CASF L226-4", data_class="A", purpose=Purpose.EMERGENCY,
    )  # fmt: skip
    def acknowledge(self, given: Any, case: Case) -> None:
        """Say that one takes care of it; nobody else is called."""
        self.ended_at, self.ended_by, self.next_at = case.at, case.actor.user_id or case.actor.obo, None

    @step(
        "close", number="L03", label="Clore l'appel", en="End the call", internal=True,
        source=[AlertState.OPEN], target=AlertState.OVER, roles=[], takes=inputs.Nothing,
        law="CASF L226-4", data_class="A", purpose=Purpose.EMERGENCY,
    )  # fmt: skip
    def close(self, given: Any, case: Case) -> None:
        """End a call that nobody has to answer any more (by a newer one, or a closing)."""
        self.ended_at, self.next_at = case.at, None
