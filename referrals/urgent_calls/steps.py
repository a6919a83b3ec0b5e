"""Steps of an urgent call, until somebody answers it (domain.md S7; T03, T14, C3; §11.1 ``ESCALATION``).

The step that reports an immediate danger, or a deadline, raises an ``Alert``; it is answered by an act of its own, by
opening the file, or by a step that protects the child. ``referrals/urgent_calls/escalation.py`` says whom each rung of
the ladder calls, and when. A case has one open alert: a new one ends the one before, and calls from the first rung on.
"""

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from audit.events import Purpose
from referrals.models import Alert
from referrals.urgent_calls import effects
from referrals.vocabulary.case_answers import CALLED
from referrals.vocabulary.states import AlertState, Machine
from referrals.workflow import inputs
from referrals.workflow.case import Case
from referrals.workflow.step import StepDecorator
from referrals.workflow.usual import Usual

step = StepDecorator(Machine.ALERT, Alert)


@step(
    "sound",
    number="L01",
    label=_("Appeler l'astreinte"),
    internal=True,
    creates=True,
    source=[],
    target=AlertState.OPEN,
    roles=[],
    effects=[effects.sound_for_clock],
    takes=inputs.Nothing,
    law="CASF L226-4",
    data_class="A",
    purpose=Purpose.EMERGENCY,
)
def sound(alert: Alert, step_input: inputs.Nothing, case: Case) -> None:
    """Call until somebody answers (by T03, T14, C3)."""


@step(
    "acknowledge",
    number="L02",
    label=_("Prendre en compte l'appel"),
    source=[AlertState.OPEN],
    target=AlertState.ACKNOWLEDGED,
    roles=(*CALLED, Role.SUPERVISOR),
    effects=[effects.silence],
    takes=inputs.Nothing,
    law="CASF L226-4",
    data_class="A",
    purpose=Purpose.EMERGENCY,
    usual=[Usual(_("Un enfant est peut-être en danger : dites que vous prenez l'appel."), rank=0)],
)
def acknowledge(alert: Alert, step_input: inputs.Nothing, case: Case) -> None:
    """Say that one takes care of it; nobody else is called."""
    alert.ended_at, alert.ended_by, alert.next_at = case.at, case.actor.user_id or case.actor.obo, None


@step(
    "close",
    number="L03",
    label=_("Clore l'appel"),
    internal=True,
    source=[AlertState.OPEN],
    target=AlertState.OVER,
    roles=[],
    takes=inputs.Nothing,
    law="CASF L226-4",
    data_class="A",
    purpose=Purpose.EMERGENCY,
)
def close(alert: Alert, step_input: inputs.Nothing, case: Case) -> None:
    """End a call that nobody has to answer any more (by a newer one, or a closing)."""
    alert.ended_at, alert.next_at = case.at, None
