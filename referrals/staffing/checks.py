"""Checks on who may become the referent, and to whom a case is passed on."""

from types import SimpleNamespace
from typing import Any

from accounts.roles import Role
from referrals.assessment import guards as assessment_guards
from referrals.decisions import checks as decisions_checks
from referrals.vocabulary.states import State
from referrals.workflow import people as workflow_people
from referrals.workflow.case import Case


def referent_is_not_of_team(case: Case, given: Any) -> str | None:
    """Whoever assesses doesn't follow the family (CASF D226-2-5)."""
    if given.user in case.team():
        return "Un membre de l'équipe d'évaluation ne peut pas suivre la famille."
    return None


def leaver_is_on_the_case(case: Case, given: Any) -> str | None:
    """Only whoever is on the case in this role leaves it, and somebody else takes over (X07)."""
    if given.user == given.leaver or not assignments_passed(case, given):
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
        return referent_is_not_of_team(case, given)
    return decisions_checks.decider_is_not_of_service(case, given)


def team_stays_multidisciplinary(case: Case, given: Any) -> str | None:
    """The team that a hand-over leaves at work still counts two professionals of two fields (T47, D226-2-5)."""
    if given.role != Role.ASSESSOR or case.referral.state != State.IN_ASSESSMENT:
        return None
    joins = [SimpleNamespace(user=given.user, field=field_of(case, given))]
    leaves = SimpleNamespace(leave=[given.leaver], join=joins)
    return assessment_guards.resulting_team_is_multidisciplinary(case, leaves)


def assignments_passed(case: Case, given: Any) -> list[Any]:
    """Return the assignments that the leaver holds in the role that is passed on."""
    return [a for a in case.assignments if a.user_id == given.leaver and a.role == given.role]


def field_of(case: Case, given: Any) -> str:
    """Return the professional field of whoever takes the case, else that of the leaver; empty where there is none."""
    return str(given.field or next((found.field for found in assignments_passed(case, given)), ""))
