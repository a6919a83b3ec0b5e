"""Checks of measure types and services against the catalogue and its habilitations."""

from typing import Any

from accounts.models import Membership, Organisation
from accounts.roles import Role
from core.inputs import StrictSerializer
from referrals.errors import InvalidInput
from referrals.vocabulary.states import ORDERING
from referrals.workflow.case import Case
from referrals.workflow.decision_inputs import JusticeAnswer, OrderedMeasure
from referrals.workflow.inputs import WithService
from referrals.workflow.people import working_for


def service_exists(case: Case, step_input: WithService) -> str | None:
    """The service is a known organisation: enough where a judge names it, or a child is taken in at once.

    Raises:
        InvalidInput: it isn't.
    """
    if step_input.service and not Organisation.objects.filter(pk=step_input.service).exists():
        raise InvalidInput("service")
    return None


def service_is_habilitated(case: Case, step_input: WithService) -> str | None:
    """A measure is confided to a service with an agent habilitated in the service's name, wherever it sits (R221-8).

    Raises:
        InvalidInput: there is no such organisation.
    """
    service_exists(case, step_input)
    if not step_input.service:
        return None
    agents = Membership.objects.in_force(case.at).filter(
        role=Role.MEASURE_SERVICE, organisation_id=step_input.service
    )
    if not agents.exists():
        return "Ce service n'a pas d'agent habilité à exécuter une mesure."
    return None


def service_is_not_the_deciders(case: Case, step_input: WithService) -> str | None:
    """No measure is confided to a service for which whoever decides works, or whoever confides it (T48)."""
    deciding = {
        assignment.user_id for assignment in case.assignments if assignment.role == Role.ASE_INSPECTOR
    }
    if case.actor.user_id is not None:
        deciding.add(case.actor.user_id)
    if step_input.service and working_for(case, {step_input.service}, deciding):
        return "La personne qui décide ou qui confie la mesure travaille pour ce service."
    return None


def measure_types_exist(case: Case, step_input: StrictSerializer, *, judicial: bool = False) -> str | None:
    """A measure's type is in the catalogue, on the right side of it, and lasts no longer than it may (§5).

    Raises:
        InvalidInput: the catalogue has no such type.
    """
    items: list[Any] = getattr(step_input, "orders" if judicial else "measures", [step_input])
    for item in items:
        measure_type = case.measure_type(item.type)
        if measure_type is None or measure_type.judicial != judicial:
            raise InvalidInput("type")
        months = item.get("duration_months")
        if months and measure_type.max_months and months > measure_type.max_months:
            raise InvalidInput("duration_months", "too-large")
        if judicial:
            service_exists(case, item)  # the judge names it: what was ordered is recorded as it was
        elif reason := service_is_habilitated(case, item) or service_is_not_the_deciders(case, item):
            return reason
    return None


def ordered_types_exist(case: Case, step_input: JusticeAnswer) -> str | None:
    """A measure is ordered for each child whose answer orders one, for no other, from the judicial catalogue (§5.2)."""
    if any(case.child(item.child) is None for item in step_input.orders):
        return "Un des enfants désignés ne figure pas au dossier."
    ordering = {item.child for item in step_input.outcomes if item.type in ORDERING}
    ordered = {item.child for item in step_input.orders}
    if ordering != ordered:
        raise InvalidInput("orders", "required" if ordering - ordered else "not-a-choice")
    return measure_types_exist(case, step_input, judicial=True)


def judicial_type_exists(case: Case, step_input: OrderedMeasure) -> str | None:
    """The type ordered is of the judicial catalogue (M05; §5.2)."""
    return measure_types_exist(case, step_input, judicial=True)
