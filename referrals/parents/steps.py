"""Step that informs a holder of parental authority, or defers it: T16."""

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from referrals.coming_of_age.checks import someone_is_a_minor
from referrals.models import Referral
from referrals.parents import effects, guards
from referrals.parents import inputs as parents_inputs
from referrals.parents.inputs import Informing
from referrals.parents.reviews import information_is_still_due, reason_is_of_the_protocol
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.states import ACTIVE, CLOSED
from referrals.workflow.case import Case
from referrals.workflow.referral_machine import step
from referrals.workflow.rules import two_sign
from referrals.workflow.step import SAME, Theme


@two_sign(_("Différer l'information au-delà de la limite demande une seconde signature."))
def long_deferral_calls_for_two(case: Case, step_input: Informing) -> bool:
    """Deferring beyond the authority's limit is signed by two (T16)."""
    information = next(
        (
            i
            for i in case.informations
            if i.holder_id == step_input.holder and i.occasion == step_input.occasion
        ),
        None,
    )
    if (
        step_input.outcome != "deferred"
        or information is None
        or information.deferred_since is None
        or step_input.review_on is None
    ):
        return False
    days: int = (step_input.review_on - information.deferred_since).days
    return days > case.protocol.holder_deferral_limit_days


@step(
    "inform_holders",
    number="T16",
    label=_("Informer les titulaires"),
    source=(*ACTIVE, *CLOSED),
    target=SAME,
    roles=[Role.CRIP_COORDINATOR, Role.ASSESSOR, Role.ASE_INSPECTOR, Role.ON_CALL],
    guards=[someone_is_a_minor, guards.holder_is_of_case],
    checks=[
        guards.implicated_holder_waits,
        guards.review_date_is_near,
        information_is_still_due,
        reason_is_of_the_protocol,
    ],
    effects=[effects.inform_holder],
    signed_when=long_deferral_calls_for_two,
    takes=parents_inputs.Informing,
    starts=[C.R_HOLDERS],
    stops=[C.R_HOLDERS],
    law="CASF L226-2-1, L226-5 al. 3",
    data_class="B",
    theme=Theme.EXCHANGES,
)
def inform_holders(referral: Referral, step_input: parents_inputs.Informing, case: Case) -> None:
    """Record that a holder was told, why this waits and until when, or why it isn't due."""
