"""Checks on who may become the referent, and to whom a case is passed on."""

from typing import Any

from accounts.roles import Role
from referrals.assessment import guards as assessment_guards
from referrals.decisions import checks as decisions_checks
from referrals.staffing.inputs import PassOn
from referrals.vocabulary.states import State
from referrals.workflow import people as workflow_people
from referrals.workflow.case import Case
from referrals.workflow.inputs import WithUser


def referent_is_not_of_team(case: Case, step_input: WithUser) -> str | None:
    """Whoever assesses doesn't follow the family (CASF D226-2-5)."""
    if step_input.user in case.team():
        return "Un membre de l'équipe d'évaluation ne peut pas suivre la famille."
    return None


def leaver_is_on_the_case(case: Case, step_input: PassOn) -> str | None:
    """Only whoever is on the case in this role leaves it, and somebody else takes over (X07)."""
    if step_input.user == step_input.leaver or not assignments_passed(case, step_input):
        return "Cette personne n'est pas désignée dans ce rôle sur le dossier, ou elle se succéderait à elle-même."
    return None


def taker_is_habilitated(case: Case, step_input: PassOn) -> str | None:
    """Whoever takes over holds the role at the authority now, and isn't excluded from the case (R221-8)."""
    if workflow_people.holders_of(case, Role(step_input.role), {step_input.user}):
        return None
    return "La personne désignée n'a pas ce rôle sur ce territoire, ou elle est exclue."


def taker_has_no_conflict(case: Case, step_input: PassOn) -> str | None:
    """Who assesses doesn't follow the family, and who decides works for no service of the case (T47, T48)."""
    if step_input.role == Role.ASSESSOR:
        return assessment_guards.follows_no_family_of_the_case(case, step_input.user, step_input.waiver)
    if step_input.role == Role.CASE_REFERENT:
        return referent_is_not_of_team(case, step_input)
    return decisions_checks.decider_is_not_of_service(case, step_input)


def team_stays_multidisciplinary(case: Case, step_input: PassOn) -> str | None:
    """The team that a hand-over leaves at work still counts two professionals of two fields (T47, D226-2-5)."""
    if step_input.role != Role.ASSESSOR or case.referral.state != State.IN_ASSESSMENT:
        return None
    joining = {step_input.user: field_of(case, step_input)}
    return assessment_guards.changed_team_is_multidisciplinary(
        case, leaving=[step_input.leaver], joining=joining
    )


def assignments_passed(case: Case, step_input: PassOn) -> list[Any]:
    """Return the assignments that the leaver holds in the role that is passed on."""
    return [a for a in case.assignments if a.user_id == step_input.leaver and a.role == step_input.role]


def field_of(case: Case, step_input: PassOn) -> str:
    """Return the professional field of whoever takes the case, else that of the leaver; empty where there is none."""
    return str(
        step_input.field
        or next((assignment.field for assignment in assignments_passed(case, step_input)), "")
    )
