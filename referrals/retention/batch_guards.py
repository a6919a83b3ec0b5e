"""Guards of batches: the visa, its day, and the two persons."""

from typing import Final

from accounts.models import Membership
from accounts.roles import Role
from referrals.retention.batch_inputs import RefusedVisa, Visa, VisaRequest
from referrals.retention.batch_paper import Paper
from referrals.workflow.inputs import Nothing

DPO: Final = (Role.DPO,)


def day_is_not_ahead(paper: Paper, step_input: RefusedVisa | Visa | VisaRequest | None) -> str | None:
    """What is recorded of a letter happened today at the latest."""
    if step_input is not None and step_input.on > paper.today:
        return "La date ne peut pas être à venir."
    return None


def visa_is_left_out(paper: Paper, step_input: Nothing | None) -> str | None:
    """A batch goes without a visa only where the authority's protocol needs none (VISA_REQUIRED)."""
    if paper.protocol.visa_required:
        return "Le protocole de l'autorité exige le visa des archives."
    return None


def visa_is_recorded(paper: Paper, step_input: Nothing | None) -> str | None:
    """Nothing is destroyed without the number of its visa, where one is needed (§2.8 no. 10)."""
    if paper.protocol.visa_required and not paper.row.visa_number:
        return "Le numéro du visa des archives n'est pas enregistré."
    return None


def another_person_recorded_it(paper: Paper, step_input: Nothing | None) -> str | None:
    """Whoever recorded the visa, or did without it, doesn't execute the batch (SEC-AZ12)."""
    if paper.row.visa_by_id in (None, paper.actor.user_id):
        return "Le bordereau est exécuté par une autre personne que celle qui a enregistré le visa."
    return None


def recorder_is_in_office(paper: Paper, step_input: Nothing | None) -> str | None:
    """Whoever recorded the visa still holds the office; else another records it again (SEC-AZ12)."""
    held = Membership.objects.in_force(paper.at).filter(
        authority=paper.row.authority_id, role__in=DPO, user=paper.row.visa_by_id
    )
    if not held.exists():
        return "La personne qui a enregistré le visa n'exerce plus cette fonction : il doit être enregistré à nouveau."
    return None
