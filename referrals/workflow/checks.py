"""Checks of a step's input that ask more than the case itself: accounts, the form, the catalogue.

Like guards they return the sentence of the refusal, or None; they are asked once the input is valid.
"""

from typing import Any
from uuid import UUID

from accounts.models import Membership, Organisation, Unit
from accounts.roles import Role
from referrals.completeness import items_left_open, missing_items, missing_urgent_items
from referrals.errors import IncompleteFiling, InvalidInput
from referrals.filing import late_receipt, typed_by_cell
from referrals.workflow import signatories
from referrals.workflow.case import Case
from referrals.workflow.guards import OF_ITS_LIST
from referrals.workflow.states import GRAVITY, ORDERING, Exploitation, MeasureState, Urgency

LOWER_STATUS = (Role.CRIP_COORDINATOR, Role.ASE_INSPECTOR)


def form_is_complete(case: Case, given: Any) -> str | None:
    """Every L and U item is answered, every P item answered or marked as not known (T02).

    Raises:
        IncompleteFiling: names all that is missing.
    """
    missing = missing_items(case.referral, typed_by_cell=typed_by_cell(case), late=late_receipt(case))
    if missing:
        raise IncompleteFiling(missing)
    return None


def urgent_form_is_complete(case: Case, given: Any) -> str | None:
    """The U items are answered: who, where, what (T03).

    Raises:
        IncompleteFiling: names all that is missing.
    """
    if missing := missing_urgent_items(case.referral):
        raise IncompleteFiling(missing)
    return None


def items_left_are_settled(case: Case, given: Any) -> str | None:
    """What an urgent filing left open is answered, not known, or (T10 alone) set aside by reason of urgency (T03).

    Raises:
        IncompleteFiling: names the L and P items that are still open, and no other: of the children whom the actor
            sees, counted among these (SEC-AZ20).
    """
    if not case.referral.left_open or given.get("urgency_reason"):
        return None
    seen = [child for child in case.recorded if child.pk not in case.hidden]
    if still_open := items_left_open(case.referral, late=late_receipt(case), children=seen):
        raise IncompleteFiling(still_open)
    if case.hidden and items_left_open(case.referral, late=late_receipt(case)):
        return "Pas possible actuellement."
    return None


def holders_of(case: Case, role: Role, users: set[UUID]) -> set[UUID]:
    """Return which of these users hold a role now at the case's authority, and aren't excluded from the case."""
    barred = set(
        case.referral.exclusions.filter(lifted_at=None, user_id__in=users).values_list("user_id", flat=True)
    )
    held = Membership.objects.in_force(case.at).filter(
        authority_id=case.authority_id, role=role, user_id__in=users
    )
    return set(held.values_list("user_id", flat=True)) - barred


_NAMED_ROLE = {
    "name_decider": Role.ASE_INSPECTOR,
    "name_referent": Role.CASE_REFERENT,
}


def people_may_be_named(case: Case, given: Any) -> str | None:
    """People put on a case hold the role at its authority, and aren't excluded (R221-8; §1.3 rule 8)."""
    assessors = {item.user for item in [*(given.get("team") or []), *(given.get("join") or [])]}
    if assessors - holders_of(case, Role.ASSESSOR, assessors):
        return "Une personne désignée n'est pas évaluatrice habilitée sur ce territoire, ou elle est exclue."
    lead = given.get("lead")
    if lead and not holders_of(case, Role.ASSESSMENT_LEAD, {lead}):
        return "Le cadre désigné n'est pas habilité sur ce territoire, ou il est exclu."
    role = _NAMED_ROLE.get(case.step_name)
    if role and not holders_of(case, role, {given.user}):
        return "La personne désignée n'a pas ce rôle sur ce territoire, ou elle est exclue."
    return None


def unit_is_of_authority(case: Case, given: Any) -> str | None:
    """The unit that takes the case is one of its authority's.

    Raises:
        InvalidInput: it isn't.
    """
    if given.unit and not Unit.objects.filter(pk=given.unit, authority_id=case.authority_id).exists():
        raise InvalidInput("unit")
    return None


def referent_is_not_of_team(case: Case, given: Any) -> str | None:
    """Whoever assesses doesn't follow the family (CASF D226-2-5)."""
    if given.user in case.team():
        return "Un membre de l'équipe d'évaluation ne peut pas suivre la famille."
    return None


def decider_is_not_of_service(case: Case, given: Any) -> str | None:
    """Whoever decides works for no service that executes a measure of the case (T48)."""
    if working_for(case, executing(case), {given.user}):
        return "La personne désignée travaille pour un service qui exécute une mesure de ce dossier."
    return None


def executing(case: Case) -> set[UUID]:
    """Return the services that execute a measure of the case."""
    return {found.service_id for found in case.measures_alive() if found.service_id}


def working_for(case: Case, services: set[UUID], users: set[UUID]) -> set[UUID]:
    """Return which of these users are agents of one of these services now.

    This is the interest that the service knows of by itself. Whoever has another one (kinship, a seat on the
    board) says so by stepping aside (X04) or is excluded (X01), and is named for nothing after that.
    """
    agents = Membership.objects.in_force(case.at).filter(
        role=Role.MEASURE_SERVICE, organisation_id__in=services, user_id__in=users
    )
    return set(agents.values_list("user_id", flat=True))


def decider_is_known(case: Case, given: Any) -> str | None:
    """A decider is named, or the unit has one (T20, T48)."""
    if deciders(case, given):
        return None
    return "Aucun décideur n'est désigné et l'unité n'en a pas."


def deciders(case: Case, given: Any) -> set[UUID]:
    """Return who decides: the person named now, those named before, else the inspectors of the unit."""
    if given.decider:
        fit = holders_of(case, Role.ASE_INSPECTOR, {given.decider})
        return fit - working_for(case, executing(case), fit)
    named = {found.user_id for found in case.assignments if found.role == Role.ASE_INSPECTOR}
    if named:
        return named
    if case.referral.unit_id is None:
        return set()
    of_unit = Membership.objects.in_force(case.at).filter(
        authority_id=case.authority_id, unit_id=case.referral.unit_id, role=Role.ASE_INSPECTOR
    )
    return holders_of(case, Role.ASE_INSPECTOR, set(of_unit.values_list("user_id", flat=True)))


def lowering_is_for_deciders(case: Case, given: Any) -> str | None:
    """A status is taken back by a coordinator or an inspector only (T44)."""
    child = case.on_record(given.child)
    before = Exploitation(child.prostitution_status) if child else Exploitation.NONE
    down = GRAVITY.index(Exploitation(given.value)) < GRAVITY.index(before)
    if down and case.actor.role not in LOWER_STATUS:
        return "Seul·e un·e responsable CRIP ou un·e inspecteur·rice peut revenir sur une situation."
    return None


def lowering_urgency_is_for_coordinators(case: Case, given: Any) -> str | None:
    """Urgency is lowered, and danger said to be over, by a coordinator only (T45)."""
    lower = Urgency(given.value) < Urgency(case.referral.urgency) or given.clear_danger
    if lower and case.actor.role != Role.CRIP_COORDINATOR:
        return "Seul·e un·e responsable CRIP peut abaisser l'urgence."
    if any(case.child(pk) is None for pk in given.clear_danger):
        return "Un des enfants désignés ne figure pas au dossier."
    return None


def named_may_read(case: Case, given: Any) -> str | None:
    """The list of a restricted case names people of the authority, none of them excluded (T46; §1.3 rules 1, 8)."""
    users = {*(given.get("named") or []), *(given.get("add") or [])}
    held = Membership.objects.in_force(case.at).filter(authority_id=case.authority_id, user_id__in=users)
    if users - set(held.values_list("user_id", flat=True)):
        return "Une des personnes nommées n'exerce pas pour cette autorité."
    if case.referral.exclusions.filter(lifted_at=None, user_id__in=users).exists():
        return "Une des personnes nommées est exclue du dossier."
    return None


def named_include_a_supervisor(case: Case, given: Any) -> str | None:
    """The list of a restricted case names a supervisor at least (T46)."""
    if holders_of(case, Role.SUPERVISOR, set(given.named)):
        return None
    return "La liste doit nommer au moins un·e encadrant·e."


#: Who changes a restriction (T46).
RESTRICTING = (Role.CRIP_COORDINATOR, Role.ASE_INSPECTOR, Role.SUPERVISOR)


def list_changes_itself(case: Case, *, adding: frozenset[UUID] = frozenset()) -> bool:
    """Tell whether two of a restriction's list, and of those to be added, may still change it together (T46).

    Accounts are closed, roles end, people are excluded from the case.
    """
    barred = case.referral.exclusions.filter(lifted_at=None).values("user_id")
    held = Membership.objects.in_force(case.at).filter(
        authority_id=case.authority_id, role__in=RESTRICTING, user_id__in=case.on_list() | adding
    )
    left = set(held.exclude(user_id__in=barred).values_list("user_id", "role"))
    signing = set(signatories.USUAL) & set(case.protocol.signatories_decisions)
    signers = {user for user, role in left if role in signing}
    return any(user != signer for user, _ in left for signer in signers)


def restriction_is_of_its_list_or_left_alone(case: Case, given: Any) -> str | None:
    """A list that two of it can't change any more is changed by who broke the glass, any other by its people (T46)."""
    if not case.is_restricted or case.listed or (case.glass and not list_changes_itself(case)):
        return None
    return OF_ITS_LIST


def left_list_is_completed(case: Case, given: Any) -> str | None:
    """A list that two of it can't change any more is completed before anything else, with a supervisor (T46)."""
    if not case.is_restricted or list_changes_itself(case):
        return None
    whole = frozenset(given.add)
    if given.lift:
        return "Plus personne de la liste ne peut la changer à deux : nommer d'abord de nouvelles personnes."
    if not (
        list_changes_itself(case, adding=whole) and holders_of(case, Role.SUPERVISOR, case.on_list() | whole)
    ):
        return (
            "La liste doit de nouveau compter deux personnes qui puissent la changer, dont un·e encadrant·e."
        )
    return None


def measure_may_be_handed_over(case: Case, given: Any) -> str | None:
    """A service is named for a measure agreed or ordered (T48 ⇒ M06)."""
    ready = (MeasureState.AGREED, MeasureState.ORDERED)
    if not any(found.pk == given.measure and found.state in ready for found in case.measures):
        return "Cette mesure n'est ni accordée ni ordonnée, ou elle est déjà confiée."
    return None


def service_exists(case: Case, given: Any) -> str | None:
    """The service is a known organisation: enough where a judge names it, or a child is taken in at once.

    Raises:
        InvalidInput: it isn't.
    """
    if given.service and not Organisation.objects.filter(pk=given.service).exists():
        raise InvalidInput("service")
    return None


def service_is_habilitated(case: Case, given: Any) -> str | None:
    """A measure is confided to a service with an agent habilitated in the service's name, wherever it sits (R221-8).

    Raises:
        InvalidInput: there is no such organisation.
    """
    service_exists(case, given)
    agents = Membership.objects.in_force(case.at).filter(
        role=Role.MEASURE_SERVICE, organisation_id=given.service
    )
    if given.service and not agents.exists():
        return "Ce service n'a pas d'agent habilité à exécuter une mesure."
    return None


def service_is_not_the_deciders(case: Case, given: Any) -> str | None:
    """No measure is confided to a service for which whoever decides works, or whoever confides it (T48)."""
    deciding = {found.user_id for found in case.assignments if found.role == Role.ASE_INSPECTOR}
    if case.actor.user_id is not None:
        deciding.add(case.actor.user_id)
    if given.service and working_for(case, {given.service}, deciding):
        return "La personne qui décide ou qui confie la mesure travaille pour ce service."
    return None


def measure_types_exist(case: Case, given: Any, *, judicial: bool = False) -> str | None:
    """A measure's type is in the catalogue, on the right side of it, and lasts no longer than it may (§5).

    Raises:
        InvalidInput: the catalogue has no such type.
    """
    items = given.get("orders" if judicial else "measures")
    for item in [given] if items is None else items:
        found = case.measure_type(item.type)
        if found is None or found.judicial != judicial:
            raise InvalidInput("type")
        months = item.get("duration_months")
        if months and found.max_months and months > found.max_months:
            raise InvalidInput("duration_months", "too-large")
        if judicial:
            service_exists(case, item)  # the judge names it: what was ordered is recorded as it was
        elif reason := service_is_habilitated(case, item) or service_is_not_the_deciders(case, item):
            return reason
    return None


def ordered_types_exist(case: Case, given: Any) -> str | None:
    """A measure is ordered for each child whose answer orders one, for no other, from the judicial catalogue (§5.2)."""
    if any(case.child(item.child) is None for item in given.orders):
        return "Un des enfants désignés ne figure pas au dossier."
    ordering = {item.child for item in given.outcomes if item.type in ORDERING}
    ordered = {item.child for item in given.orders}
    if ordering != ordered:
        raise InvalidInput("orders", "required" if ordering - ordered else "not-a-choice")
    return measure_types_exist(case, given, judicial=True)


def judicial_type_exists(case: Case, given: Any) -> str | None:
    """The type ordered is of the judicial catalogue (M05; §5.2)."""
    return measure_types_exist(case, given, judicial=True)


def not_excluded_yet(case: Case, given: Any) -> str | None:
    """Whoever is excluded already isn't excluded again."""
    if case.referral.exclusions.filter(user_id=given.user, lifted_at=None).exists():
        return "Cette personne est déjà exclue du dossier."
    return None


def exclusion_is_in_force(case: Case, given: Any) -> str | None:
    """Only an exclusion in force is lifted."""
    if case.referral.exclusions.filter(user_id=given.user, lifted_at=None).exists():
        return None
    return "Cette personne n'est pas exclue du dossier."


def grant_is_bounded(case: Case, given: Any) -> str | None:
    """An exceptional access goes to a person of the authority, for a bounded time (R221-8)."""
    days = (given.until - case.today).days
    if not 0 <= days <= case.protocol.grant_days_max:
        return f"L'accès exceptionnel est limité à {case.protocol.grant_days_max} jours."
    held = Membership.objects.in_force(case.at).filter(authority_id=case.authority_id, user_id=given.user)
    if not held.exists():
        return "Cette personne n'exerce pas pour cette autorité."
    return not_excluded_yet(case, given)


def person_is_known(case: Case, given: Any) -> str | None:
    """Whoever is excluded is an account.

    Raises:
        InvalidInput: it isn't.
    """
    if not Membership.objects.filter(user_id=given.user).exists():
        raise InvalidInput("user")
    return None
