"""Checks of measure types and services against the catalogue and its habilitations."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from accounts import honorability
from accounts.models import Membership, Organisation
from accounts.roles import Role
from core.inputs import StrictSerializer
from core.languages import Text
from referrals.errors import InvalidInput
from referrals.vocabulary.states import ORDERING
from referrals.workflow.case import Case
from referrals.workflow.case_guards import NOT_OF_CASE, children_belong
from referrals.workflow.context import StepInput
from referrals.workflow.decision_inputs import JusticeAnswer, MeasureOffer, OrderedMeasure
from referrals.workflow.inputs import WithService
from referrals.workflow.people import working_for
from referrals.workflow.rules import answers, names_fields, rule


@names_fields(fact_class="A")
def service_exists(case: Case, step_input: WithService) -> None:
    """The service is a known organisation: enough where a judge names it, or a child is taken in at once.

    Raises:
        InvalidInput: it isn't.
    """
    if step_input.service and not Organisation.objects.filter(pk=step_input.service).exists():
        raise InvalidInput("service")


@rule(_("Ce service n'a pas d'agent habilité à exécuter une mesure."), fact_class="A")
def service_is_habilitated(case: Case, step_input: WithService) -> bool:
    """A measure is confided to a service with an agent habilitated in the service's name, wherever it sits (R221-8).

    Raises:
        InvalidInput: there is no such organisation.
    """
    service_exists(case, step_input)
    if not step_input.service:
        return True
    # Without an agent who signs in, a measure handed over would be seen by nobody.
    agents = Membership.objects.in_force(case.at).filter(
        role=Role.MEASURE_SERVICE, organisation_id=step_input.service
    )
    return agents.exists()


#: Whose certificate is over is for the person, administrators and supervisors to know (§1.5): these don't say it.
SERVICE_IS_NOT: Final = _(
    "Ce service ne peut pas être désigné actuellement : voyez avec l'administration fonctionnelle de l'autorité."
)
PERSON_IS_NOT: Final = _(
    "Cette personne ne peut pas être désignée actuellement : voyez avec l'administration fonctionnelle de l'autorité."
)


@answers(SERVICE_IS_NOT, PERSON_IS_NOT, fact_class="A")
def may_be_entrusted(case: Case, step_input: StepInput | None) -> Text | None:
    """Whoever is named to carry out a measure has a certificate of honorability, where one is followed (L133-6).

    A service is named by its people: one of them at least has one. A measure under way isn't cut off by a date.
    """
    values = step_input or StepInput()
    agents = Membership.objects.in_force(case.at).select_related("authority")
    service = values.get("service") or (case.part.service_id if case.part is not None else None)
    if service:
        agent_rows = list(agents.filter(role=Role.MEASURE_SERVICE, organisation_id=service))
        # A judge may order a measure of a service that has nobody here: of nobody nothing is followed.
        if agent_rows and not any(honorability.in_order(one, case.at) for one in agent_rows):
            return SERVICE_IS_NOT
    if referent := values.get("referent") or values.get("user"):
        following = agents.filter(role=Role.CASE_REFERENT, authority=case.authority_id, user_id=referent)
        if not all(honorability.in_order(one, case.at) for one in following):
            return PERSON_IS_NOT
    return None


@rule(_("La personne qui décide ou qui confie la mesure travaille pour ce service."), fact_class="A")
def service_is_not_the_deciders(case: Case, step_input: WithService) -> bool:
    """No measure is confided to a service for which whoever decides works, or whoever confides it (T48)."""
    deciding = {
        assignment.user_id for assignment in case.assignments if assignment.role == Role.ASE_INSPECTOR
    }
    # Whoever confides the measure counts as deciding, named on the case or not.
    if case.actor.user_id is not None:
        deciding.add(case.actor.user_id)
    return not step_input.service or not working_for(case, {step_input.service}, deciding)


#: Why a service isn't entrusted with a measure.
NOT_FOR_THE_SERVICE: Final = (*service_is_habilitated.sentences, *service_is_not_the_deciders.sentences)


@answers(*NOT_FOR_THE_SERVICE, fact_class="A")
def measure_types_exist(case: Case, step_input: StrictSerializer) -> Text | None:
    """A measure's type is in the catalogue, on the right side of it, and lasts no longer than it may (§5).

    Raises:
        InvalidInput: the catalogue has no such type.
    """
    return _types_exist(case, getattr(step_input, "measures", [step_input]), judicial=False)


def _types_exist(case: Case, items: list[Any], *, judicial: bool) -> Text | None:
    for item in items:
        measure_type = case.measure_type(item.type)
        if measure_type is None or measure_type.judicial != judicial:
            raise InvalidInput("type")
        # Orders have a term instead: what the judge wrote isn't cut by a catalogue.
        months = item.get("duration_months")
        if months and measure_type.max_months and months > measure_type.max_months:
            raise InvalidInput("duration_months", "too-large")
        if judicial:
            service_exists(case, item)  # the judge names it: what was ordered is recorded as it was
        elif reason := service_is_habilitated(case, item) or service_is_not_the_deciders(case, item):
            return reason
    return None


@answers(*children_belong.sentences, *NOT_FOR_THE_SERVICE, fact_class="A")
def ordered_types_exist(case: Case, step_input: JusticeAnswer) -> Text | None:
    """A measure is ordered for each child whose answer orders one, for no other, from the judicial catalogue (§5.2).

    Raises:
        InvalidInput: a measure lacks, or answers to nothing; the catalogue has no such type.
    """
    if any(case.child(item.child) is None for item in step_input.orders):
        return NOT_OF_CASE
    ordering = {item.child for item in step_input.outcomes if item.type in ORDERING}
    ordered = {item.child for item in step_input.orders}
    if ordering != ordered:
        raise InvalidInput("orders", "required" if ordering - ordered else "not-a-choice")
    return _types_exist(case, step_input.orders, judicial=True)


@answers(*NOT_FOR_THE_SERVICE, fact_class="A")
def judicial_type_exists(case: Case, step_input: OrderedMeasure) -> Text | None:
    """The type ordered is of the judicial catalogue (M05; §5.2).

    Raises:
        InvalidInput: it isn't.
    """
    return _types_exist(case, getattr(step_input, "orders", [step_input]), judicial=True)


@names_fields(fact_class="A")
def variants_are_of_the_authority(case: Case, step_input: StrictSerializer | None) -> None:
    """A local variant is one that the authority has, of the type that the measure has (§5, MEASURE_CATALOGUE).

    Raises:
        InvalidInput: it isn't.
    """
    if step_input is None:
        return
    # With its national type: a local name must not lend its rules to another measure.
    variants = {(variant.code, variant.of) for variant in case.protocol.measure_variants}
    items: list[MeasureOffer | OrderedMeasure] = getattr(
        step_input, "orders", getattr(step_input, "measures", [step_input])
    )
    for item in items:
        if item.variant and (item.variant, item.type) not in variants:
            raise InvalidInput("variant")
