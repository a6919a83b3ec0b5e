"""Checks of questions and complements: whom one asks, who answers, which files are brought."""

from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.roles import Role
from core.languages import Text
from referrals.attachments.linking import waiting_of
from referrals.errors import InvalidInput
from referrals.messages.inputs import Complementing, GivingUp, Questions
from referrals.vocabulary import case_answers
from referrals.vocabulary.role_sets import CELL
from referrals.vocabulary.states import Exploitation, RequestState
from referrals.workflow import people as workflow_people
from referrals.workflow.case import Case
from referrals.workflow.rules import answers, names_fields, rule

if TYPE_CHECKING:
    from referrals.models import InformationRequest
#: Roles of the people put on a case one by one, whom a question may name.
PARTNERS = (Role.ASSESSOR, Role.ASSESSMENT_LEAD, Role.ASE_INSPECTOR, Role.CASE_REFERENT)


def request_of(case: Case, pk: UUID) -> "InformationRequest | None":
    """Return an open request of the case, or None."""
    return case.referral.information_requests.filter(pk=pk, state=RequestState.OPEN).first()


@rule(_("La personne désignée n'a pas de rôle sur ce dossier."), fact_class="D")
def partner_is_of_case(case: Case, step_input: Questions) -> bool:
    """A question is put to the filer, or to a person who has a role on the case (T07; CASF L226-2-2)."""
    return step_input.partner is None or _has_a_role(case, step_input.partner)


def _has_a_role(case: Case, user: UUID) -> bool:
    """Tell whether a person is on the case by name, or serves where an alive measure of it is carried out."""
    if case.referral.exclusions.filter(user_id=user, lifted_at=None).exists():
        return False
    named = {Role(assignment.role) for assignment in case.assignments if assignment.user_id == user}
    if any(workflow_people.holders_of(case, role, {user}) for role in named.intersection(PARTNERS)):
        return True
    memberships = Membership.objects.in_force(case.at).filter(user_id=user)
    services = {measure.service_id for measure in case.measures_alive() if measure.service_id}
    if memberships.filter(role=Role.MEASURE_SERVICE, organisation_id__in=services).exists():
        return True
    exploited = case.referral.prostitution_status != Exploitation.NONE
    lead = memberships.filter(role=Role.EXPLOITATION_LEAD, authority_id=case.authority_id)
    return exploited and lead.exists()


@names_fields(fact_class="A")
def answer_is_due_ahead(case: Case, step_input: Questions) -> None:
    """An answer is asked for today or later (T07)."""
    if step_input.due_on is not None and step_input.due_on < case.today:
        raise InvalidInput("due_on", "too-early")


ASKED_OF_ANOTHER: Final = _(
    "Seule la personne interrogée répond ; le déclarant et la cellule peuvent compléter d'eux-mêmes."
)
REQUEST_NOT_OPEN: Final = _("Cette demande de complément n'est pas ouverte.")


@answers(ASKED_OF_ANOTHER, REQUEST_NOT_OPEN, fact_class="D")
def complement_is_expected(case: Case, step_input: Complementing) -> Text | None:
    """An open request is answered by whom it asks, the filer adds unasked; the cell types in for both (T08)."""
    request = request_of(case, step_input.request) if step_input.request else None
    if step_input.request and request is None:
        return REQUEST_NOT_OPEN
    if case.actor.role == Role.FILER:
        to_another = request is not None and request.recipient != case_answers.Recipient.FILER
        return REQUEST_NOT_OPEN if to_another else None
    if request is not None and request.partner_id == case.actor.user_id:
        return None
    return None if case.actor.role in CELL else ASKED_OF_ANOTHER


@names_fields(fact_class="A")
def cell_says_how_it_came(case: Case, step_input: Complementing) -> None:
    """What the cell types in came by phone, letter or otherwise (T08)."""
    if case.actor.role in CELL and not step_input.came_by:
        raise InvalidInput("came_by", "required")


@names_fields(fact_class="A")
def attachments_are_there(case: Case, step_input: Complementing) -> None:
    """What is named as attached was sent before, by the same person, and came with nothing else yet (T08)."""
    waiting_of(case.referral, step_input.attachments, role=case.actor.role, user_id=case.actor.user_id)


NONE_OPEN: Final = _("Aucune demande de complément n'est en cours.")


@answers(REQUEST_NOT_OPEN, NONE_OPEN, fact_class="D")
def request_is_open(case: Case, step_input: GivingUp | None) -> Text | None:
    """Only an open request is given up (T09)."""
    if step_input is None:
        return None if case.referral.info_requested else NONE_OPEN
    return None if request_of(case, step_input.request) is not None else REQUEST_NOT_OPEN


@rule(_("Il faut avoir fait cette demande, ou être responsable CRIP, pour y renoncer."), fact_class="D")
def asker_gives_up(case: Case, step_input: GivingUp) -> bool:
    """Whoever asked, or a coordinator, goes on without the answer (T09)."""
    request = request_of(case, step_input.request)
    return (
        request is None or case.actor.role == Role.CRIP_COORDINATOR or request.asked_by == case.actor.user_id
    )
