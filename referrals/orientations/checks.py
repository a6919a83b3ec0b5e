"""Checks of orientations: the service is there, the case may meet it, and a choice against the rules is explained."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from core.languages import Text
from directory.codes import Need, Situation
from directory.models import Service, Structure
from referrals.errors import InvalidInput
from referrals.orientations import matching_facts, offers
from referrals.orientations.inputs import (
    OrientationProposal,
    ResourceExclusion,
    ResourceExclusionEnd,
    ServiceAsking,
    departments_in,
)
from referrals.workflow.case import Case
from referrals.workflow.rules import answers, names_fields, rule, two_sign


@names_fields(fact_class="A")
def resource_is_known(case: Case, step_input: OrientationProposal) -> None:
    """The service is one of the directory (OR1)."""
    if offers.current_service(step_input.resource) is None:
        raise InvalidInput("resource")


@rule(_("Ce lieu figure parmi les lieux à exclure de ce dossier."), fact_class="F")
def resource_may_be_met(case: Case, step_input: OrientationProposal) -> bool:
    """Nobody is sent where the exploiter or an implicated parent lives or works (OR1; field.md A.9 R9)."""
    case.offer = offers.of_one(case, wanted(step_input), step_input.resource)
    return case.offer is not None


@rule(_("Une règle écarte ce service : dites pourquoi vous le proposez quand même."), fact_class="J")
def choice_is_explained(case: Case, step_input: OrientationProposal) -> bool:
    """A service that a rule removes is proposed with a reason (OR1; field.md A.9)."""
    return case.offer is None or case.offer.removed_by is None or bool(step_input.despite)


def wanted(step_input: OrientationProposal) -> matching_facts.Wanted:
    return matching_facts.Wanted(
        need=Need(step_input.need),
        child=step_input.child,
        danger_departments=departments_in(step_input.danger_departments),
        situations=frozenset(Situation(one) for one in step_input.situations),
    )


@rule(_("La date et l'heure de la demande ne peuvent pas être à venir."), fact_class="A")
def was_asked_already(case: Case, step_input: ServiceAsking) -> bool:
    """What is recorded as asked was asked (OR2).

    Before the proposal too: at night one calls first, and writes in the morning which service was chosen.
    """
    return step_input.at <= case.at


@names_fields(fact_class="A")
def excluded_is_known(case: Case, step_input: ResourceExclusion) -> None:
    """What is excluded is in the directory (OX1)."""
    if step_input.structure and not Structure.objects.filter(pk=step_input.structure).exists():
        raise InvalidInput("structure")
    if step_input.resource and not Service.objects.filter(pk=step_input.resource).exists():
        raise InvalidInput("resource")


@rule(_("Ce lieu est déjà exclu de ce dossier."), fact_class="F")
def not_excluded_already(case: Case, step_input: ResourceExclusion) -> bool:
    """One exclusion of a thing stands at a time (OX1)."""
    standing = case.referral.excluded_resources.filter(lifted_at=None)
    return not standing.filter(structure=step_input.structure, resource=step_input.resource).exists()


NOT_STANDING: Final = _("Cette exclusion n'est pas en vigueur.")
NOTHING_EXCLUDED: Final = _("Aucun lieu n'est exclu de ce dossier.")


@answers(NOT_STANDING, NOTHING_EXCLUDED, fact_class="F")
def exclusion_of_resource_stands(case: Case, step_input: ResourceExclusionEnd | None) -> Text | None:
    """Only what stands is lifted (OX2)."""
    standing = {row.pk for row in case.excluded_resources if row.lifted_at is None}
    if step_input is None:
        return None if standing else NOTHING_EXCLUDED
    return None if step_input.exclusion in standing else NOT_STANDING


@two_sign(_("Lever l'exclusion d'un lieu demande une seconde signature."), of_case=True)
def lifting_calls_for_two(case: Case, step_input: ResourceExclusionEnd) -> bool:
    """One person adds a place that the case must not meet, two lift it, as an exclusion of a person (§1.3 rule 8)."""
    return True
