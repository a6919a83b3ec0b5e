"""Checks of T46 and of exclusions that query accounts and roles."""

from accounts.models import Membership
from accounts.roles import Role
from referrals.execution.signatories import list_changes_itself
from referrals.restrictions.guards import OF_ITS_LIST
from referrals.restrictions.inputs import ExclusionLift, ExclusionOf, GrantTo, Restriction, Unrestriction
from referrals.workflow.case import Case
from referrals.workflow.people import holders_of


def named_include_a_supervisor(case: Case, step_input: Restriction) -> str | None:
    """The list of a restricted case names a supervisor at least (T46)."""
    if holders_of(case, Role.SUPERVISOR, set(step_input.named)):
        return None
    return "La liste doit nommer au moins un·e encadrant·e."


def restriction_is_of_its_list_or_left_alone(case: Case, step_input: Unrestriction | None) -> str | None:
    """A list that two of it can't change any more is changed by who broke the glass, any other by its people (T46)."""
    if not case.is_restricted or case.listed or (case.glass and not list_changes_itself(case)):
        return None
    return OF_ITS_LIST


def left_list_is_completed(case: Case, step_input: Unrestriction) -> str | None:
    """A list that two of it can't change any more is completed before anything else, with a supervisor (T46)."""
    if not case.is_restricted or list_changes_itself(case):
        return None
    whole = frozenset(step_input.add)
    if step_input.lift:
        return "Plus personne de la liste ne peut la changer à deux : nommer d'abord de nouvelles personnes."
    if not (
        list_changes_itself(case, adding=whole) and holders_of(case, Role.SUPERVISOR, case.on_list() | whole)
    ):
        return (
            "La liste doit de nouveau compter deux personnes qui puissent la changer, dont un·e encadrant·e."
        )
    return None


def not_excluded_yet(case: Case, step_input: ExclusionOf | GrantTo) -> str | None:
    """Whoever is excluded already isn't excluded again."""
    if case.referral.exclusions.filter(user_id=step_input.user, lifted_at=None).exists():
        return "Cette personne est déjà exclue du dossier."
    return None


def exclusion_is_in_force(case: Case, step_input: ExclusionLift) -> str | None:
    """Only an exclusion in force is lifted."""
    if case.referral.exclusions.filter(user_id=step_input.user, lifted_at=None).exists():
        return None
    return "Cette personne n'est pas exclue du dossier."


def grant_is_bounded(case: Case, step_input: GrantTo) -> str | None:
    """An exceptional access goes to a person of the authority, for a bounded time (R221-8)."""
    days = (step_input.until - case.today).days
    if not 0 <= days <= case.protocol.grant_days_max:
        return f"L'accès exceptionnel est limité à {case.protocol.grant_days_max} jours."
    held = Membership.objects.in_force(case.at).filter(
        authority_id=case.authority_id, user_id=step_input.user
    )
    if not held.exists():
        return "Cette personne n'exerce pas pour cette autorité."
    return not_excluded_yet(case, step_input)
