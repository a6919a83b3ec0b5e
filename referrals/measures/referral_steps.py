"""Steps on the case that follow its measures: T29, T30."""

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from referrals.closing.effects import open_review
from referrals.measures import checks, effects, guards
from referrals.measures import inputs as measures_inputs
from referrals.models import Referral
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.states import State
from referrals.workflow import case_guards, inputs
from referrals.workflow.case import Case
from referrals.workflow.referral_machine import step
from referrals.workflow.step import SAME
from referrals.workflow.usual import Usual


@step(
    "measure_event",
    number="T29",
    label=_("Consigner un événement de la mesure"),
    internal=True,
    source=[State.ADMIN_OFFER, State.PROTECTED_ADMIN, State.PROTECTED_JUDICIAL],
    target=[State.PROTECTED_ADMIN, State.PROTECTED_JUDICIAL, SAME],
    roles=[],
    takes=inputs.Nothing,
    law="CASF L223-5",
    data_class="J",
)
def measure_event(referral: Referral, step_input: inputs.Nothing, case: Case) -> str:
    """Follow the measures: a judicial one alive shows; the last one over, an administrative one shows."""
    alive = case.measures_alive()
    if any(measure.judicial for measure in alive):
        return State.PROTECTED_JUDICIAL
    if alive and referral.state == State.PROTECTED_JUDICIAL:
        return State.PROTECTED_ADMIN
    return str(referral.state)


@step(
    "end_followup",
    number="T30",
    label=_("Clore la prise en charge"),
    source=[State.PROTECTED_ADMIN, State.PROTECTED_JUDICIAL],
    target=State.ENDED,
    roles=[Role.ASE_INSPECTOR],
    guards=[
        case_guards.no_measure_alive,
        case_guards.nothing_is_left_open,
        case_guards.no_judicial_referral_open,
    ],
    checks=[
        case_guards.children_belong,
        guards.last_measures_were_carried_out,
        checks.danger_is_answered_again,
        checks.no_danger_remains,
        guards.every_minor_was_heard,
    ],
    effects=[effects.hear_children, open_review],
    signed_when=guards.end_calls_for_two,
    takes=measures_inputs.EndOfFollowUp,
    starts=[C.C20],
    stops=[
        C.C3,
        C.C6,
        C.C10,
        C.C11,
        C.C12,
        C.C13,
        C.C14,
        C.C14B,
        C.C15,
        C.C15B,
        C.C16,
        C.C17,
        C.C17B,
    ],
    tells=["holders", "child"],
    law="CASF L223-5",
    data_class="J",
    usual=[Usual(_("Aucune mesure n'est plus en cours : la prise en charge peut se clore."))],
)
def end_followup(referral: Referral, step_input: measures_inputs.EndOfFollowUp, case: Case) -> None:
    """End the follow-up once no measure is alive."""
    referral.closed_at = case.at
