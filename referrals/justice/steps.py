"""Steps of a referral to the judicial authority (*signalement*), in the order of domain.md §2.6.

It runs beside the case and changes the case's state only by its outcome (domain.md §2.8 no. 5).
"""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.roles import Role
from referrals.justice import effects, guards, silence
from referrals.justice import inputs as justice_inputs
from referrals.models import JudicialReferral
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.states import DECIDING, Machine
from referrals.vocabulary.states import JudicialState as J
from referrals.workflow import case_guards, decision_inputs, inputs, measure_types
from referrals.workflow.case import Case
from referrals.workflow.measure_types import variants_are_of_the_authority
from referrals.workflow.step import StepDecorator
from referrals.workflow.usual import Usual

step = StepDecorator(Machine.JUDICIAL, JudicialReferral)
DECIDERS = (Role.CRIP_COORDINATOR, Role.ASE_INSPECTOR)
SENDERS = (*DECIDERS, Role.ON_CALL)


@step(
    "prepare",
    number="J01",
    label=_("Préparer"),
    creates=True,
    source=[],
    target=J.PREPARED,
    roles=SENDERS,
    checks=[case_guards.children_belong],
    effects=[effects.keep_prepared],
    takes=justice_inputs.PreparedReferral,
    law="CASF L226-4",
    data_class="I",
)
def prepare(sending: JudicialReferral, step_input: justice_inputs.PreparedReferral, case: Case) -> None:
    """Begin to write a referral to justice."""


@step(
    "send",
    number="J02",
    label=pgettext_lazy("step of a referral to justice", "Transmettre"),
    internal=True,
    creates=True,
    source=[J.PREPARED],
    target=J.SENT,
    roles=[],
    takes=inputs.Nothing,
    starts=[C.C7],
    stops=[C.C3],
    law="CASF L226-4",
    data_class="I",
    times_itself=True,
)
def send(sending: JudicialReferral, step_input: inputs.Nothing, case: Case) -> None:
    """Send it; fired by the step that decides so (T15, T18, T25, T26, T02 and T03)."""
    sending.sent_at = case.at


@step(
    "confirm_receipt",
    number="J03",
    label=_("Confirmer la réception"),
    source=[J.SENT],
    target=J.RECEIVED,
    roles=(*SENDERS, Role.INTAKE_AGENT),
    takes=justice_inputs.Confirmation,
    law="CASF L226-4",
    data_class="I",
    usual=[Usual(_("Le parquet n'a pas encore confirmé la réception."), rank=2)],
)
def confirm_receipt(sending: JudicialReferral, step_input: justice_inputs.Confirmation, case: Case) -> None:
    """Note that the prosecutor's office has it."""
    sending.confirmed_at = step_input.confirmed_at


@step(
    "record_outcome",
    number="J04",
    label=_("Enregistrer une suite"),
    source=[J.SENT, J.RECEIVED, J.ANSWERED, J.CLOSED],
    target=[J.RECEIVED, J.ANSWERED],
    roles=DECIDERS,
    checks=[
        guards.outcome_is_of_case,
        guards.orders_need_an_open_case,
        silence.silence_outlasted_the_reminders,
        measure_types.ordered_types_exist,
        variants_are_of_the_authority,
    ],
    effects=[effects.record_answer],
    signed_when=silence.lapsing_calls_for_two,
    takes=decision_inputs.JusticeAnswer,
    starts=[C.C8, C.C14, C.C24, C.C26],
    stops=[C.C7, C.C13],
    law="CC 375, 375-5",
    data_class="I",
)
def record_outcome(sending: JudicialReferral, step_input: decision_inputs.JusticeAnswer, case: Case) -> J:
    """Record what justice decided, child by child; answered once each child has a deciding outcome."""
    answered = {item.child for item in step_input.outcomes if item.type in DECIDING}
    waiting = [c for c in sending.children.all() if c.pk not in answered and not case.answered(sending, c)]
    return J.RECEIVED if waiting else J.ANSWERED


@step(
    "close",
    number="J05",
    label=_("Clore"),
    source=[J.ANSWERED],
    target=J.CLOSED,
    roles=DECIDERS,
    guards=[guards.nothing_is_awaited],
    takes=inputs.Noted,
    law="CASF L226-4",
    data_class="I",
)
def close(sending: JudicialReferral, step_input: inputs.Noted, case: Case) -> None:
    """Close it: nothing more is awaited."""


@step(
    "discard",
    number="J06",
    label=_("Abandonner"),
    source=[J.PREPARED],
    target=J.DISCARDED,
    roles=DECIDERS,
    takes=inputs.Reasoned,
    law="CASF L226-4",
    data_class="I",
)
def discard(sending: JudicialReferral, step_input: inputs.Reasoned, case: Case) -> None:
    """Give up what was being prepared; its text is kept."""
