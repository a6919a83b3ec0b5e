"""Hand-over of a case: one person's assignments on it go to another, when somebody leaves (domain.md T13, T47, T48).

The hand-over of a leaver's cases is this step, case by case; the guards of T47 and T48 on the new person apply to each,
and a refused case keeps its people.
"""

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from accounts.roles import Role
from core.inputs import Code, Id, StrictSerializer
from referrals.assessment import guards as assessment_guards
from referrals.decisions import checks as decisions_checks
from referrals.models import Referral
from referrals.staffing import checks
from referrals.vocabulary.answers import TeamField
from referrals.vocabulary.states import ANY, Machine, State
from referrals.workflow import people as workflow_people
from referrals.workflow.case import Case
from referrals.workflow.inputs import text
from referrals.workflow.step import SAME, StepDecorator

if TYPE_CHECKING:
    from referrals.workflow.context import StepContext

step = StepDecorator(Machine.REFERRAL, Referral)
#: Roles that work by assignment: what a leaver leaves behind.
PASSED: Final = (Role.ASSESSOR, Role.ASE_INSPECTOR, Role.CASE_REFERENT)
ROLES: Final = [(str(role), role.label) for role in PASSED]


class PassOn(StrictSerializer):
    """Whose assignments go to whom, in which role.

    ``field``: an assessor's; that of who leaves unless it is said. ``waiver``: why an assessor who follows the family
    may assess it all the same (D226-2-5).
    """

    leaver = Id()
    role = Code(ROLES)
    user = Id()
    field = Code(TeamField.choices, required=False, default="", allow_blank=True)
    waiver = text(required=False)
    reason = text()


# --- What must hold -----------------------------------------------------------------------------------


def leaver_is_on_the_case(case: Case, given: Any) -> str | None:
    """Only whoever is on the case in this role leaves it, and somebody else takes over (X07)."""
    if given.user == given.leaver or not _theirs(case, given):
        return "Cette personne n'est pas désignée dans ce rôle sur le dossier, ou elle se succéderait à elle-même."
    return None


def taker_is_habilitated(case: Case, given: Any) -> str | None:
    """Whoever takes over holds the role at the authority now, and isn't excluded from the case (R221-8)."""
    if workflow_people.holders_of(case, Role(given.role), {given.user}):
        return None
    return "La personne désignée n'a pas ce rôle sur ce territoire, ou elle est exclue."


def taker_has_no_conflict(case: Case, given: Any) -> str | None:
    """Who assesses doesn't follow the family, and who decides works for no service of the case (T47, T48)."""
    if given.role == Role.ASSESSOR:
        follows = SimpleNamespace(user=given.user, follows_family=False, waiver=given.waiver)
        return assessment_guards.team_does_not_follow_the_family(case, SimpleNamespace(join=[follows]))
    if given.role == Role.CASE_REFERENT:
        return checks.referent_is_not_of_team(case, given)
    return decisions_checks.decider_is_not_of_service(case, given)


def team_stays_multidisciplinary(case: Case, given: Any) -> str | None:
    """The team that a hand-over leaves at work still counts two professionals of two fields (T47, D226-2-5)."""
    if given.role != Role.ASSESSOR or case.referral.state != State.IN_ASSESSMENT:
        return None
    joins = [SimpleNamespace(user=given.user, field=_field(case, given))]
    leaves = SimpleNamespace(leave=[given.leaver], join=joins)
    return assessment_guards.resulting_team_is_multidisciplinary(case, leaves)


def _theirs(case: Case, given: Any) -> list[Any]:
    return [a for a in case.assignments if a.user_id == given.leaver and a.role == given.role]


def _field(case: Case, given: Any) -> str:
    return str(given.field or next((found.field for found in _theirs(case, given)), ""))


# --- What it does -------------------------------------------------------------------------------------


def pass_case_on(act: "StepContext") -> None:
    """End the leaver's assignments in this role, and put the other person on the case for the same (X07)."""
    given, case = act.given, act.case
    field, theirs = _field(case, given), _theirs(case, given)
    for found in theirs:
        act.change(found, until_at=act.at)
    case.forget("assignments")
    for found in theirs:
        workflow_people.put_on_case(
            act, given.user, given.role, field=field, waiver=given.waiver, child=found.child_id
        )


@step(
    "pass_on",
    number="X07",
    label="Transmettre à un collègue",
    en="Pass on to a colleague",
    source=ANY,
    target=SAME,
    roles=[Role.SUPERVISOR, Role.ASSESSMENT_LEAD],
    checks=[
        leaver_is_on_the_case,
        taker_is_habilitated,
        taker_has_no_conflict,
        team_stays_multidisciplinary,
    ],
    effects=[pass_case_on],
    takes=PassOn,
    tells=["named"],
    law="CASF R221-8, D226-2-5",
)
def pass_on(referral: Referral, given: Any, case: Case) -> None:
    """Let one person take over what another was named for; what the leaver wrote stays."""
