"""People named by a step: who may be named, and their assignment to the case."""

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Unit
from accounts.roles import Role
from core.inputs import StrictSerializer
from core.languages import Text
from referrals.errors import InvalidInput
from referrals.workflow.case import Case
from referrals.workflow.inputs import WithDecider, WithUnit, WithUser
from referrals.workflow.rules import answers, names_fields, rule

if TYPE_CHECKING:
    from referrals.workflow.context import StepContext


def holders_of(case: Case, role: Role, users: set[UUID]) -> set[UUID]:
    """Return which of these users hold a role now at the case's authority, and aren't excluded from the case."""
    barred = set(
        case.referral.exclusions.filter(lifted_at=None, user_id__in=users).values_list("user_id", flat=True)
    )
    # In force at the instant of the act, which is the one that the journal bears.
    memberships = Membership.objects.in_force(case.at).filter(
        authority_id=case.authority_id, role=role, user_id__in=users
    )
    # The exclusion wins over any role (domain.md §1.3 rule 8).
    return set(memberships.values_list("user_id", flat=True)) - barred


_NAMED_ROLE = {
    "name_decider": Role.ASE_INSPECTOR,
    "name_referent": Role.CASE_REFERENT,
}


NO_ASSESSOR: Final = _(
    "Une personne désignée n'est pas évaluatrice habilitée sur ce territoire, ou elle est exclue."
)
NO_LEAD: Final = _("Le cadre désigné n'est pas habilité sur ce territoire, ou il est exclu.")
NOT_IN_ROLE: Final = _("La personne désignée n'a pas ce rôle sur ce territoire, ou elle est exclue.")


@answers(NO_ASSESSOR, NO_LEAD, NOT_IN_ROLE, fact_class="A")
def people_may_be_named(case: Case, step_input: StrictSerializer) -> Text | None:
    """People put on a case hold the role at its authority, and aren't excluded (R221-8; §1.3 rule 8)."""
    assessors = {item.user for item in [*getattr(step_input, "team", []), *getattr(step_input, "join", [])]}
    # One sentence for both causes: which person is excluded, and why, is told to nobody here.
    if assessors - holders_of(case, Role.ASSESSOR, assessors):
        return NO_ASSESSOR
    lead = getattr(step_input, "lead", None)
    if lead and not holders_of(case, Role.ASSESSMENT_LEAD, {lead}):
        return NO_LEAD
    # Only T48's steps name one person outright; other inputs may have a member `user` of another meaning.
    role = _NAMED_ROLE.get(case.step_name)
    user: Any = getattr(step_input, "user", None)
    if role and not holders_of(case, role, {user}):
        return NOT_IN_ROLE
    return None


@names_fields(fact_class="A")
def unit_is_of_authority(case: Case, step_input: WithUnit) -> None:
    """The unit that takes the case is one of its authority's.

    Raises:
        InvalidInput: it isn't.
    """
    if (
        step_input.unit
        and not Unit.objects.filter(pk=step_input.unit, authority_id=case.authority_id).exists()
    ):
        # No refusal with a reason: another authority's unit is answered as an unknown one (SEC-IN7).
        raise InvalidInput("unit")


def executing(case: Case) -> set[UUID]:
    """Return the services that execute a measure of the case."""
    return {measure.service_id for measure in case.measures_alive() if measure.service_id}


def working_for(case: Case, services: set[UUID], users: set[UUID]) -> set[UUID]:
    """Return which of these users are agents of one of these services now.

    This is the interest that the service knows of by itself. Whoever has another one (kinship, a seat on the
    board) says so by stepping aside (X04) or is excluded (X01), and is named for nothing after that.
    """
    # In force now: somebody who left the service years ago has no interest in it any more.
    agents = Membership.objects.in_force(case.at).filter(
        role=Role.MEASURE_SERVICE, organisation_id__in=services, user_id__in=users
    )
    return set(agents.values_list("user_id", flat=True))


@rule(_("Aucun décideur n'est désigné et l'unité n'en a pas."), fact_class="J")
def decider_is_known(case: Case, step_input: WithDecider) -> bool:
    """A decider is named, or the unit has one (T20, T48)."""
    return bool(deciders(case, step_input))


def deciders(case: Case, step_input: WithDecider) -> set[UUID]:
    """Return who decides: the person named now, those named before, else the inspectors of the unit."""
    if step_input.decider:
        fit = holders_of(case, Role.ASE_INSPECTOR, {step_input.decider})
        # Nobody decides on a case in which a service that they work for executes a measure (T48).
        return fit - working_for(case, executing(case), fit)
    # Who was named stays in charge; the unit's inspectors stand in only where nobody was.
    named = {assignment.user_id for assignment in case.assignments if assignment.role == Role.ASE_INSPECTOR}
    if named:
        return named
    if case.referral.unit_id is None:
        return set()
    of_unit = Membership.objects.in_force(case.at).filter(
        authority_id=case.authority_id, unit_id=case.referral.unit_id, role=Role.ASE_INSPECTOR
    )
    # Of the unit, but not excluded from the case (SEC-AZ4).
    return holders_of(case, Role.ASE_INSPECTOR, set(of_unit.values_list("user_id", flat=True)))


NOT_OF_AUTHORITY: Final = _("Une des personnes nommées n'exerce pas pour cette autorité.")
NAMED_IS_EXCLUDED: Final = _("Une des personnes nommées est exclue du dossier.")


@answers(NOT_OF_AUTHORITY, NAMED_IS_EXCLUDED, fact_class="A")
def named_may_read(case: Case, step_input: StrictSerializer) -> Text | None:
    """The list of a restricted case names people of the authority, none of them excluded (T46; §1.3 rules 1, 8)."""
    users = {*getattr(step_input, "named", []), *getattr(step_input, "add", [])}
    memberships = Membership.objects.in_force(case.at).filter(
        authority_id=case.authority_id, user_id__in=users
    )
    if users - set(memberships.values_list("user_id", flat=True)):
        return NOT_OF_AUTHORITY
    # Asked last: an exclusion is told only of people of the own authority.
    if case.referral.exclusions.filter(lifted_at=None, user_id__in=users).exists():
        return NAMED_IS_EXCLUDED
    return None


@names_fields(fact_class="A")
def person_is_known(case: Case, step_input: WithUser) -> None:
    """Whoever is excluded is an account.

    Raises:
        InvalidInput: it isn't.
    """
    # Any membership, ended ones too: whoever left may still have to be kept out.
    if not Membership.objects.filter(user_id=step_input.user).exists():
        raise InvalidInput("user")


def put_on_case(
    act: "StepContext", user: UUID, role: str, *, field: str = "", waiver: str = "", child: UUID | None = None
) -> None:
    """Assign a person to the case in a role, once."""
    # Per child: a referent of one child isn't thereby the referent of its brothers and sisters.
    alike = [a for a in act.case.assignments if a.user_id == user and a.role == role and a.child_id == child]
    if not alike:
        act.new(
            "assignments",
            user_id=user,
            role=role,
            field=field,
            waiver=waiver,
            child_id=child,
            since_at=act.at,
        )
    act.case.forget("assignments")


def name_inspector(act: "StepContext") -> None:
    """Put the decider on the case (T48)."""
    put_on_case(act, act.step_input.user, "ase_inspector")


def name_referent(act: "StepContext") -> None:
    """Put the referent on the case, for one child where it is named (T48)."""
    put_on_case(act, act.step_input.user, "case_referent", child=act.step_input.child)
