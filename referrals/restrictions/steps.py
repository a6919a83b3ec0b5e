"""Steps that restrict a case, exclude persons or grant access: T46, X01 to X04."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from core.languages import Text
from referrals.execution import signatories
from referrals.models import Referral
from referrals.restrictions import checks, effects, guards, joined_filings
from referrals.restrictions import inputs as restrictions_inputs
from referrals.restrictions.inputs import ExclusionLift, Restriction, Unrestriction
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.role_sets import SEEING
from referrals.vocabulary.states import ACTIVE, CLOSED, State
from referrals.workflow import case_guards, inputs
from referrals.workflow import people as workflow_people
from referrals.workflow.case import Case
from referrals.workflow.referral_machine import step
from referrals.workflow.rules import answers, two_sign
from referrals.workflow.step import SAME, Theme

OPENED_BY_TWO: Final = _("Lever ou élargir une restriction demande une seconde signature.")
LEFT_ALONE: Final = _("Il ne reste pas deux personnes de la liste pour la changer : l'encadrement signe.")


@answers(OPENED_BY_TWO, LEFT_ALONE, of_case=True)
def opening_calls_for_two(case: Case, step_input: Unrestriction) -> Text | None:
    """Lifting a restriction, or adding a name to its list, is signed by two (T46)."""
    return OPENED_BY_TWO if signatories.list_changes_itself(case) else LEFT_ALONE


@two_sign(_("Ajouter une personne à une restriction en cours demande une seconde signature."))
def widening_calls_for_two(case: Case, step_input: Restriction) -> bool:
    """Whoever restricts anew lets nobody in alone: a name that isn't on the list yet is added by two (T46)."""
    return case.is_restricted and not set(step_input.named) <= case.on_list()


@two_sign(_("Lever une exclusion demande une seconde signature."), of_case=True)
def lifting_an_exclusion_calls_for_two(case: Case, step_input: ExclusionLift) -> bool:
    """An exclusion is lifted by two (§1.3 rule 8)."""
    return True


@step(
    "restrict",
    number="T46",
    label=_("Restreindre l'accès"),
    source=(*ACTIVE, *CLOSED, State.ARCHIVED),
    target=SAME,
    roles=[Role.CRIP_COORDINATOR, Role.ASE_INSPECTOR, Role.SUPERVISOR],
    guards=[guards.restriction_is_of_its_list],
    checks=[
        case_guards.children_belong,
        guards.restriction_names_enough,
        workflow_people.named_may_read,
        checks.named_include_a_supervisor,
    ],
    effects=[joined_filings.restrict_filings, effects.restrict],
    also_locks=joined_filings.filings_joined_to,
    signed_when=widening_calls_for_two,
    takes=restrictions_inputs.Restriction,
    starts=[C.R_RESTRICTION],
    tells=["named", "supervisors"],
    law="CASF R221-8",
    theme=Theme.PEOPLE,
    of_the_list=True,
    changes_rights=True,
)
def restrict(referral: Referral, step_input: restrictions_inputs.Restriction, case: Case) -> None:
    """Keep the case, or one child of it, for named persons; it works at once."""
    if step_input.child is None:
        referral.restricted = True


@step(
    "unrestrict",
    number="T46",
    label=_("Lever ou élargir la restriction"),
    source=(*ACTIVE, *CLOSED, State.ARCHIVED),
    target=SAME,
    roles=[Role.CRIP_COORDINATOR, Role.ASE_INSPECTOR, Role.SUPERVISOR],
    guards=[guards.case_is_restricted, checks.restriction_is_of_its_list_or_left_alone],
    checks=[workflow_people.named_may_read, checks.left_list_is_completed],
    effects=[joined_filings.open_filings, effects.unrestrict],
    also_locks=joined_filings.filings_joined_to,
    signed_when=opening_calls_for_two,
    signers_for=((LEFT_ALONE, (Role.SUPERVISOR,)),),
    takes=restrictions_inputs.Unrestriction,
    stops=[C.R_RESTRICTION],
    tells=["named", "supervisors"],
    law="CASF R221-8",
    theme=Theme.PEOPLE,
    of_the_list=True,
    changes_rights=True,
)
def unrestrict(referral: Referral, step_input: restrictions_inputs.Unrestriction, case: Case) -> None:
    """Lift the restriction, or add names to its list."""
    if step_input.lift:
        referral.restricted = False


@step(
    "exclude",
    number="X01",
    label=_("Exclure une personne"),
    grave=True,
    source=(*ACTIVE, *CLOSED, State.ARCHIVED),
    target=SAME,
    roles=[Role.CRIP_COORDINATOR, Role.SUPERVISOR],
    checks=[workflow_people.person_is_known, checks.not_excluded_yet],
    effects=[effects.exclude],
    takes=restrictions_inputs.ExclusionOf,
    law="CASF R221-8",
    theme=Theme.PEOPLE,
    changes_rights=True,
)
def exclude(referral: Referral, step_input: restrictions_inputs.ExclusionOf, case: Case) -> None:
    """Bar a person with ties to anyone of the case; nothing beats it."""


@step(
    "recuse",
    number="X04",
    label=_("Se déporter du dossier"),
    source=(*ACTIVE, *CLOSED, State.ARCHIVED),
    target=SAME,
    roles=SEEING,
    seeing=True,
    effects=[effects.recuse],
    takes=inputs.Reasoned,
    tells=["coordinator"],
    law="CASF R221-8",
    theme=Theme.PEOPLE,
    changes_rights=True,
)
def recuse(referral: Referral, step_input: inputs.Reasoned, case: Case) -> None:
    """Bar oneself from a case with anyone of which one has a tie; at once, and only two others undo it."""


@step(
    "lift_exclusion",
    number="X02",
    label=_("Lever une exclusion"),
    grave=True,
    source=(*ACTIVE, *CLOSED, State.ARCHIVED),
    target=SAME,
    roles=[Role.CRIP_COORDINATOR, Role.SUPERVISOR],
    guards=[checks.exclusion_is_in_force],
    effects=[effects.lift_exclusion],
    signed_when=lifting_an_exclusion_calls_for_two,
    takes=restrictions_inputs.ExclusionLift,
    law="CASF R221-8",
    theme=Theme.PEOPLE,
    changes_rights=True,
)
def lift_exclusion(referral: Referral, step_input: restrictions_inputs.ExclusionLift, case: Case) -> None:
    """End an exclusion, by two persons."""


@step(
    "grant_access",
    number="X03",
    label=_("Ouvrir un accès exceptionnel"),
    source=(*ACTIVE, *CLOSED, State.ARCHIVED),
    target=SAME,
    roles=[Role.CRIP_COORDINATOR, Role.SUPERVISOR],
    grave=True,
    checks=[checks.grant_is_bounded],
    effects=[effects.grant_access],
    takes=restrictions_inputs.GrantTo,
    tells=["named", "supervisors"],
    law="CASF R221-8",
    theme=Theme.PEOPLE,
    changes_rights=True,
)
def grant_access(referral: Referral, step_input: restrictions_inputs.GrantTo, case: Case) -> None:
    """Let one more person of the authority read one case, for a stated time and reason."""
