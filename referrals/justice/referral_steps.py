"""Steps on the case that refer it to justice or record its answer: T14, T15, T28."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from referrals.justice import effects, guards, letter_guards, silence
from referrals.justice import inputs as justice_inputs
from referrals.models import Referral
from referrals.urgent_calls import effects as urgent_calls_effects
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.role_sets import HOLDING
from referrals.vocabulary.states import ACTIVE, ORDERING, State
from referrals.workflow import case_guards, measure_types
from referrals.workflow.case import Case
from referrals.workflow.measure_types import variants_are_of_the_authority
from referrals.workflow.referral_machine import step
from referrals.workflow.step import SAME, Theme
from referrals.workflow.usual import Usual

WITHOUT_DELAY: Final = _("Danger immédiat : saisissez le parquet sans attendre l'évaluation.")


@step(
    "flag_immediate_danger",
    number="T14",
    label=_("Signaler un danger immédiat"),
    source=ACTIVE,
    target=SAME,
    roles=HOLDING,
    holding=True,
    checks=[case_guards.children_belong],
    effects=[effects.flag_danger, urgent_calls_effects.call_for_danger],
    takes=justice_inputs.ImmediateDanger,
    starts=[C.C3],
    tells=["coordinator", "on_call", "supervisor"],
    law="CASF L226-4 I d",
    theme=Theme.DANGER,
    urgent=True,
)
def flag_immediate_danger(referral: Referral, step_input: justice_inputs.ImmediateDanger, case: Case) -> None:
    """Say that a child is in danger now."""


@step(
    "send_judicial",
    number="T15",
    label=_("Saisir le parquet (sans délai)"),
    source=ACTIVE,
    target=SAME,
    roles=[Role.CRIP_COORDINATOR, Role.ASE_INSPECTOR, Role.ON_CALL],
    checks=[
        case_guards.children_belong,
        guards.ground_fits_the_child,
        guards.prepared_referral_is_of_case,
        letter_guards.document_is_written,
        letter_guards.document_says_the_same,
    ],
    effects=[effects.send_to_justice, effects.decide_by_sending, urgent_calls_effects.answer],
    takes=justice_inputs.SeizeJustice,
    starts=[C.C7],
    stops=[C.C3, C.C8],
    tells=["prosecutor", "holders", "supervisor"],
    law="CASF L226-4 I; loi 2002-305 art. 13",
    data_class="I",
    usual=[
        Usual(
            WITHOUT_DELAY,
            roles=[Role.CRIP_COORDINATOR, Role.ASE_INSPECTOR],
            states=(State.ACKNOWLEDGED, State.TRIAGE, State.QUALIFIED, State.IN_ASSESSMENT),
            rank=0,
            without_delay=True,
        ),
        Usual(
            WITHOUT_DELAY,
            roles=[Role.ON_CALL],
            rank=2,
            without_delay=True,
        ),
    ],
    theme=Theme.DANGER,
    times_itself=True,
    urgent=True,
)
def send_judicial(referral: Referral, step_input: justice_inputs.SeizeJustice, case: Case) -> None:
    """Refer children to the prosecutor, beside the administrative path."""


@step(
    "judicial_outcome",
    number="T28",
    label=_("Enregistrer la suite judiciaire"),
    source=[State.JUDICIAL_PENDING],
    target=[State.PROTECTED_JUDICIAL, State.REPORT_SUBMITTED, SAME],
    roles=[Role.CRIP_COORDINATOR, Role.ASE_INSPECTOR],
    guards=[guards.outcome_is_of_case],
    checks=[
        guards.outcome_decides,
        silence.silence_outlasted_the_reminders,
        measure_types.ordered_types_exist,
        variants_are_of_the_authority,
    ],
    effects=[effects.answer_of_justice],
    signed_when=silence.lapsing_calls_for_two,
    takes=justice_inputs.JusticeAnswerOfCase,
    starts=[C.C8],
    stops=[C.C7],
    tells=["team"],
    law="CC 375, 375-5; CASF L226-4",
    data_class="I",
    usual=[Usual(_("La justice est saisie : enregistrez sa réponse."))],
    theme=Theme.DANGER,
)
def judicial_outcome(referral: Referral, step_input: justice_inputs.JusticeAnswerOfCase, case: Case) -> str:
    """Record what justice decided; without a measure the case comes back for a new decision."""
    if any(item.type in ORDERING for item in step_input.outcomes):
        return State.PROTECTED_JUDICIAL
    if case.someone_still_waits(step_input):
        return str(referral.state)
    return State.REPORT_SUBMITTED
