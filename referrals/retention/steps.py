"""Retention of a closed case: archive and hold (T39, T40; domain.md §7.3), and their deadline (C20).

The service itself moves a case from the active base to the intermediate archive, once the authority's period since the
last action is over, another person has reviewed the closing, and nothing holds the case or another file of the child
open.
"""

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from referrals.coming_of_age.effects import forget_birthdays
from referrals.models import Referral
from referrals.retention import guards
from referrals.vocabulary.deadlines import ClockCode
from referrals.vocabulary.states import ANY, CLOSED, Machine, State
from referrals.workflow import inputs
from referrals.workflow.case import Case
from referrals.workflow.step import SAME, StepDecorator

step = StepDecorator(Machine.REFERRAL, Referral)


@step(
    "archive",
    number="T39",
    label=_("Archiver"),
    internal=True,
    source=CLOSED,
    target=State.ARCHIVED,
    roles=[],
    guards=[
        guards.not_on_hold,
        guards.closing_was_reviewed,
        guards.active_base_is_over,
        guards.no_other_file_is_open,
    ],
    effects=[forget_birthdays],
    takes=inputs.Nothing,
    starts=[ClockCode.C20],
    law="CASF R221-9; Code du patrimoine L211-4",
    data_class="A",
    keeping=True,
)
def archive(referral: Referral, step_input: inputs.Nothing, case: Case) -> None:
    """Put a closed case into the intermediate archive; from where it came is kept."""
    referral.archived_from, referral.archived_at = referral.state, case.at


@step(
    "hold",
    number="T40",
    label=_("Suspendre l'élimination"),
    source=ANY,
    target=SAME,
    roles=[Role.DPO, Role.SUPERVISOR],
    guards=[guards.not_on_hold],
    takes=inputs.Reasoned,
    stops=[ClockCode.C20],
    law="Code du patrimoine L211-4",
    keeping=True,
)
def hold(referral: Referral, step_input: inputs.Reasoned, case: Case) -> None:
    """Keep a case from the archive and from destruction."""
    referral.legal_hold = True


@step(
    "release_hold",
    number="T40",
    label=_("Lever la suspension"),
    source=ANY,
    target=SAME,
    roles=[Role.DPO, Role.SUPERVISOR],
    guards=[guards.on_hold],
    takes=inputs.Reasoned,
    starts=[ClockCode.C20],
    law="Code du patrimoine L211-4",
    keeping=True,
)
def release_hold(referral: Referral, step_input: inputs.Reasoned, case: Case) -> None:
    """Let the ordinary delays of keeping count again."""
    referral.legal_hold = False
