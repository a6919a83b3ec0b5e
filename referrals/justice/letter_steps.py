"""Steps of the document to the prosecutor, made from the case while a referral to justice is prepared (J07; L226-4).

It is made on request, read, made again if the case has changed, and sent by the step that sends the referral (T15, T18,
T25, T26): from then on it is final. Nobody composes what they may not read: the step requires the right to read the
facts of the case now (*holding*), and with them the children's identity.
"""

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from referrals.justice import effects, letter_guards
from referrals.models import JudicialReferral
from referrals.vocabulary.states import JudicialState, Machine
from referrals.workflow.case import Case
from referrals.workflow.inputs import Nothing
from referrals.workflow.step import SAME, StepDecorator
from referrals.workflow.usual import Usual

step = StepDecorator(Machine.JUDICIAL, JudicialReferral)


@step(
    "compose",
    number="J07",
    label=_("Établir le document"),
    source=[JudicialState.PREPARED],
    target=SAME,
    roles=[Role.CRIP_COORDINATOR, Role.ASE_INSPECTOR, Role.ON_CALL],
    holding=True,
    guards=[letter_guards.referral_is_argued_in_full, letter_guards.children_may_be_named],
    effects=[effects.compose_document],
    takes=Nothing,
    law="CASF L226-4",
    data_class="I",
    usual=[Usual(_("Le document au parquet reste à établir."))],
)
def compose(sending: JudicialReferral, step_input: Nothing, case: Case) -> None:
    """Make the document to the prosecutor from the case, each fact with its date, place and source."""
