"""Steps that correct a submitted case or add a child: T42, T50."""

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from referrals.corrections import checks, effects
from referrals.corrections import inputs as corrections_inputs
from referrals.models import Referral
from referrals.vocabulary.role_sets import AUTHORS
from referrals.vocabulary.states import ACTIVE, CLOSED, State
from referrals.workflow.case import Case
from referrals.workflow.referral_machine import step
from referrals.workflow.step import SAME


@step(
    "rectify",
    number="T42",
    label=_("Rectifier"),
    source=(*ACTIVE, *CLOSED, State.ARCHIVED),
    target=SAME,
    roles=AUTHORS,
    effects=[effects.rectify],
    takes=corrections_inputs.Rectify,
    law="RGPD art. 16; CASF R221-10",
    data_class="D",
)
def rectify(referral: Referral, step_input: corrections_inputs.Rectify, case: Case) -> None:
    """Correct a value; the old one stays, sealed."""


@step(
    "add_child",
    number="T50",
    label=_("Ajouter un enfant"),
    source=[
        State.SUBMITTED,
        State.ACKNOWLEDGED,
        State.TRIAGE,
        State.QUALIFIED,
        State.IN_ASSESSMENT,
        State.REPORT_SUBMITTED,
    ],
    target=SAME,
    roles=[Role.INTAKE_AGENT, Role.CRIP_COORDINATOR, Role.ASSESSOR],
    checks=[checks.age_is_within_bounds],
    effects=[effects.add_child],
    takes=corrections_inputs.AddedChild,
    tells=["team"],
    law="CASF L226-3, D226-2-3",
    data_class="B",
)
def add_child(referral: Referral, step_input: corrections_inputs.AddedChild, case: Case) -> None:
    """Add a child of the household, or another subject of the concern."""
