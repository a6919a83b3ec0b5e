"""Checks of T46 and of exclusions that query accounts and roles."""

from typing import Final

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.roles import Role
from core.languages import Text
from referrals.execution.signatories import list_changes_itself
from referrals.restrictions.guards import OF_ITS_LIST
from referrals.restrictions.inputs import ExclusionLift, ExclusionOf, GrantTo, Restriction, Unrestriction
from referrals.workflow.case import Case
from referrals.workflow.people import holders_of
from referrals.workflow.rules import answers, rule


@rule(_("La liste doit nommer au moins une personne de l'encadrement."), fact_class="A")
def named_include_a_supervisor(case: Case, step_input: Restriction) -> bool:
    """The list of a restricted case names a supervisor at least (T46)."""
    return bool(holders_of(case, Role.SUPERVISOR, set(step_input.named)))


@rule(OF_ITS_LIST, fact_class="A")
def restriction_is_of_its_list_or_left_alone(case: Case, step_input: Unrestriction | None) -> bool:
    """A list that two of it can't change any more is changed by who broke the glass, any other by its people (T46)."""
    return not case.is_restricted or case.listed or (case.glass and not list_changes_itself(case))


NAME_OTHERS_FIRST: Final = _(
    "Il ne resterait pas deux personnes de la liste pour la changer : nommez d'abord de nouvelles personnes."
)
STILL_LEFT_ALONE: Final = _(
    "La liste doit de nouveau compter deux personnes qui puissent la changer, dont une de l'encadrement."
)


@answers(NAME_OTHERS_FIRST, STILL_LEFT_ALONE, fact_class="A")
def left_list_is_completed(case: Case, step_input: Unrestriction) -> Text | None:
    """A list that two of it can't change any more is completed before anything else, with a supervisor (T46)."""
    if not case.is_restricted or list_changes_itself(case):
        return None
    if step_input.lift:
        return NAME_OTHERS_FIRST
    whole = frozenset(step_input.add)
    completed = list_changes_itself(case, adding=whole) and holders_of(
        case, Role.SUPERVISOR, case.on_list() | whole
    )
    return None if completed else STILL_LEFT_ALONE


@rule(_("Cette personne est déjà exclue du dossier."), fact_class="A")
def not_excluded_yet(case: Case, step_input: ExclusionOf | GrantTo) -> bool:
    """Whoever is excluded already isn't excluded again."""
    return not case.referral.exclusions.filter(user_id=step_input.user, lifted_at=None).exists()


NOT_EXCLUDED: Final = _("Cette personne n'est pas exclue du dossier.")
NOBODY_EXCLUDED: Final = _("Personne n'est exclu du dossier.")


@answers(NOT_EXCLUDED, NOBODY_EXCLUDED, fact_class="A")
def exclusion_is_in_force(case: Case, step_input: ExclusionLift | None) -> Text | None:
    """Only an exclusion in force is lifted."""
    in_force = case.referral.exclusions.filter(lifted_at=None)
    if step_input is None:
        nobody = "exclusions" in case.referral.lacks or not in_force.exists()
        return NOBODY_EXCLUDED if nobody else None
    return None if in_force.filter(user_id=step_input.user).exists() else NOT_EXCLUDED


TOO_LONG: Final = _("L'accès exceptionnel est limité à {days} jours.")
NOT_OF_AUTHORITY: Final = _("Cette personne n'exerce pas pour cette autorité.")


@answers(TOO_LONG, NOT_OF_AUTHORITY, *not_excluded_yet.sentences, fact_class="A")
def grant_is_bounded(case: Case, step_input: GrantTo) -> Text | None:
    """An exceptional access goes to a person of the authority, for a bounded time (R221-8)."""
    days, most = (step_input.until - case.today).days, case.protocol.grant_days_max
    if not 0 <= days <= most:
        return format_lazy(TOO_LONG, days=most)
    memberships = Membership.objects.in_force(case.at).filter(
        authority_id=case.authority_id, user_id=step_input.user
    )
    return not_excluded_yet(case, step_input) if memberships.exists() else NOT_OF_AUTHORITY
