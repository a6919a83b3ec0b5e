"""Checks on who may become the referent, and to whom a case is passed on."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from core.languages import Text
from referrals.assessment import guards as assessment_guards
from referrals.decisions import checks as decisions_checks
from referrals.staffing.inputs import PassOn
from referrals.vocabulary.role_sets import IN_CELL
from referrals.vocabulary.states import State
from referrals.workflow import people as workflow_people
from referrals.workflow.case import Case
from referrals.workflow.inputs import WithUser
from referrals.workflow.rules import answers, rule


@rule(_("Un membre de l'équipe d'évaluation ne peut pas suivre la famille."), fact_class="A")
def referent_is_not_of_team(case: Case, step_input: WithUser) -> bool:
    """Whoever assesses doesn't follow the family (CASF D226-2-5)."""
    return step_input.user not in case.team()


NOT_ON_THE_CASE: Final = _(
    "Cette personne n'est pas désignée dans ce rôle sur le dossier, ou elle se remplacerait elle-même."
)
NOBODY_ON_THE_CASE: Final = _("Personne n'est désigné sur le dossier.")


@answers(NOT_ON_THE_CASE, NOBODY_ON_THE_CASE, fact_class="A")
def leaver_is_on_the_case(case: Case, step_input: PassOn | None) -> Text | None:
    """Only whoever is on the case in this role leaves it, and somebody else takes over (X07)."""
    if step_input is None:
        return None if case.assignments else NOBODY_ON_THE_CASE
    leaves = step_input.user != step_input.leaver and assignments_passed(case, step_input)
    return None if leaves else NOT_ON_THE_CASE


@rule(workflow_people.NOT_IN_ROLE, fact_class="A")
def taker_is_habilitated(case: Case, step_input: PassOn) -> bool:
    """Whoever takes over holds the role at the authority now, and isn't excluded from the case (R221-8)."""
    return bool(workflow_people.holders_of(case, Role(step_input.role), {step_input.user}))


@answers(
    *decisions_checks.decider_is_not_of_service.sentences,
    assessment_guards.FOLLOWS_FAMILY,
    *referent_is_not_of_team.sentences,
    fact_class="J",
)
def taker_has_no_conflict(case: Case, step_input: PassOn) -> Text | None:
    """Who assesses doesn't follow the family, and who decides works for no service of the case (T47, T48)."""
    if step_input.role == Role.ASSESSOR:
        free = assessment_guards.follows_no_family_of_the_case(case, step_input.user, step_input.waiver)
        return None if free else assessment_guards.FOLLOWS_FAMILY
    if step_input.role == Role.CASE_REFERENT:
        return referent_is_not_of_team(case, step_input)
    return decisions_checks.decider_is_not_of_service(case, step_input)


@rule(assessment_guards.MULTIDISCIPLINARY, fact_class="A")
def team_stays_multidisciplinary(case: Case, step_input: PassOn) -> bool:
    """The team that a hand-over leaves at work still counts two professionals of two fields (T47, D226-2-5)."""
    if step_input.role != Role.ASSESSOR or case.referral.state != State.IN_ASSESSMENT:
        return True
    joining = {step_input.user: field_of(case, step_input)}
    return assessment_guards.changed_team_is_multidisciplinary(
        case, leaving=[step_input.leaver], joining=joining
    )


def assignments_passed(case: Case, step_input: PassOn) -> list[Any]:
    return [a for a in case.assignments if a.user_id == step_input.leaver and a.role == step_input.role]


def field_of(case: Case, step_input: PassOn) -> str:
    """Return the professional field of whoever takes the case, else that of the leaver; empty where there is none."""
    return str(
        step_input.field
        or next((assignment.field for assignment in assignments_passed(case, step_input)), "")
    )


@rule(_("Vous avez déjà ce dossier en charge."), fact_class="A")
def is_not_in_charge_yet(case: Case, step_input: object) -> bool:
    """Whoever takes a case in charge for the cell isn't in charge of it already (X13)."""
    return not any(one.user_id == case.actor.user_id and one.role in IN_CELL for one in case.assignments)
