"""Steps of an orientation, from the proposal to the service's answer, and of the places that a case must not meet.

Nothing is sent from here: a person calls or writes to the service by a safe channel and records it (field.md A.4, A.6).
"""

from typing import Final

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from referrals.models import Orientation
from referrals.orientations import checks, effects, inputs
from referrals.vocabulary.decision_answers import RefusalReason
from referrals.vocabulary.states import ACTIVE, AWAITED_ORIENTATION, OPEN_ORIENTATION, Machine
from referrals.vocabulary.states import OrientationState as O
from referrals.workflow import case_guards
from referrals.workflow import inputs as workflow_inputs
from referrals.workflow.case import Case
from referrals.workflow.referral_machine import step as case_step
from referrals.workflow.step import SAME, StepDecorator, Theme
from referrals.workflow.usual import Usual

step = StepDecorator(Machine.ORIENTATION, Orientation)

ORIENTING: Final = (
    Role.CRIP_COORDINATOR,
    Role.ON_CALL,
    Role.ASE_INSPECTOR,
    Role.CASE_REFERENT,
    Role.ASSESSOR,
)
#: Who is on the case: told of what becomes of an orientation.
TEAM: Final = ("coordinator", "named_inspector", "case_referent", "team")


@step(
    "propose",
    number="OR1",
    label=_("Proposer une orientation"),
    creates=True,
    source=[],
    target=O.PROPOSED,
    roles=ORIENTING,
    checks=[
        case_guards.children_belong,
        checks.resource_is_known,
        checks.resource_may_be_met,
        checks.choice_is_explained,
    ],
    effects=[effects.propose],
    takes=inputs.OrientationProposal,
    tells=TEAM,
    law="CASF L221-1",
    data_class="J",
)
def propose(orientation: Orientation, step_input: inputs.OrientationProposal, case: Case) -> None:
    """Choose a service of the directory for a need; the rules explain, a person chooses."""


@step(
    "ask",
    number="OR2",
    label=_("Enregistrer la demande au service"),
    source=[O.PROPOSED],
    target=O.ASKED,
    roles=ORIENTING,
    checks=[checks.was_asked_already],
    effects=[effects.about_its_child, effects.ask],
    takes=inputs.ServiceAsking,
    tells=TEAM,
    law="CASF L221-1",
    data_class="J",
    usual=[Usual(_("Un service est proposé : demandez-lui s'il peut recevoir l'enfant."), rank=2)],
)
def ask(orientation: Orientation, step_input: inputs.ServiceAsking, case: Case) -> None:
    """Record that the service was asked, by a safe channel."""
    # With the state, and not after it: what is awaited has its end.
    orientation.asked_at = step_input.at
    orientation.expires_at = effects.awaited_from(step_input.at)["expires_at"]


@step(
    "study",
    number="OR3",
    label=_("Noter que le service étudie la demande"),
    source=[O.ASKED],
    target=O.UNDER_STUDY,
    roles=ORIENTING,
    effects=[effects.about_its_child, effects.study],
    takes=inputs.ServiceAnswer,
    law="CASF L221-1",
    data_class="J",
)
def study(orientation: Orientation, step_input: inputs.ServiceAnswer, case: Case) -> None:
    """Note that the service looks at the request: it may take as long again to answer."""


@step(
    "accept",
    number="OR4",
    label=_("Enregistrer l'accord du service"),
    source=AWAITED_ORIENTATION,
    target=O.ACCEPTED,
    roles=ORIENTING,
    effects=[effects.about_its_child, effects.answered],
    takes=inputs.ServiceAnswer,
    tells=TEAM,
    law="CASF L221-1",
    data_class="J",
)
def accept(orientation: Orientation, step_input: inputs.ServiceAnswer, case: Case) -> None:
    """Record that the service takes the child."""
    orientation.expires_at = orientation.remind_at = None


@step(
    "refuse",
    number="OR5",
    label=_("Enregistrer le refus du service"),
    source=AWAITED_ORIENTATION,
    target=O.REFUSED,
    roles=ORIENTING,
    effects=[effects.about_its_child, effects.answered],
    takes=inputs.ServiceRefusal,
    tells=TEAM,
    law="CASF L221-1",
    data_class="J",
)
def refuse(orientation: Orientation, step_input: inputs.ServiceRefusal, case: Case) -> None:
    """Record that the service says no, and why; another one is looked for."""
    orientation.refusal_reason = step_input.reason
    orientation.expires_at = orientation.remind_at = None


@step(
    "expire",
    number="OR6",
    label=_("Constater l'absence de réponse"),
    internal=True,
    source=AWAITED_ORIENTATION,
    target=O.EXPIRED,
    roles=[],
    effects=[effects.about_its_child],
    takes=workflow_inputs.Nothing,
    tells=TEAM,
    law="CASF L221-1",
    data_class="J",
)
def expire(orientation: Orientation, step_input: workflow_inputs.Nothing, case: Case) -> None:
    """Note that the service never answered, after thirty days."""
    orientation.refusal_reason = RefusalReason.NO_ANSWER
    orientation.expires_at = orientation.remind_at = None


@step(
    "withdraw",
    number="OR7",
    label=_("Retirer l'orientation"),
    source=OPEN_ORIENTATION,
    target=O.WITHDRAWN,
    roles=ORIENTING,
    effects=[effects.about_its_child],
    takes=workflow_inputs.Reasoned,
    law="CASF L221-1",
    data_class="J",
)
def withdraw(orientation: Orientation, step_input: workflow_inputs.Reasoned, case: Case) -> None:
    """Take it back: the need is gone, or another service was found."""
    orientation.expires_at = orientation.remind_at = None


# --- Places that the case must not meet -----------------------------------------------------------------


@case_step(
    "exclude_resource",
    number="OX1",
    label=_("Exclure un lieu de l'annuaire"),
    source=ACTIVE,
    target=SAME,
    roles=ORIENTING,
    checks=[checks.excluded_is_known, checks.not_excluded_already],
    effects=[effects.exclude],
    takes=inputs.ResourceExclusion,
    law="CASF L221-1",
    data_class="F",
    theme=Theme.PEOPLE,
)
def exclude_resource(referral: object, step_input: inputs.ResourceExclusion, case: Case) -> None:
    """Keep a structure or service away from the case: the exploiter or an implicated parent lives or works there."""


@case_step(
    "lift_excluded_resource",
    number="OX2",
    label=_("Lever l'exclusion d'un lieu"),
    source=ACTIVE,
    target=SAME,
    roles=[Role.CRIP_COORDINATOR, Role.ASE_INSPECTOR],
    guards=[checks.exclusion_of_resource_stands],
    effects=[effects.lift],
    signed_when=checks.lifting_calls_for_two,
    takes=inputs.ResourceExclusionEnd,
    law="CASF L221-1",
    data_class="F",
    theme=Theme.PEOPLE,
)
def lift_excluded_resource(referral: object, step_input: inputs.ResourceExclusionEnd, case: Case) -> None:
    """End such an exclusion, by two persons."""
