"""Guards of batches: the visa, its day, and the two persons."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.roles import Role
from core.inputs import Code, Day, StrictSerializer, Text
from referrals.retention.batches import Paper
from referrals.vocabulary.oversight import VisaRefusal
from referrals.workflow.inputs import Nothing
from referrals.workflow.rules import OF_ITS_ROW, rule

DPO: Final = (Role.DPO,)


class VisaRequest(StrictSerializer):
    """B02: the letter by which the visa is asked for."""

    letter = Text(max_length=60)
    on = Day()


class Visa(StrictSerializer):
    """B03: the visa as the archives gave it."""

    number = Text(max_length=60)
    on = Day()


class RefusedVisa(StrictSerializer):
    """B04: the archives' refusal; a code, for words would name somebody."""

    reason = Code(VisaRefusal.choices)
    on = Day()


@rule(_("La date ne peut pas être à venir."), fact_class=OF_ITS_ROW)
def day_is_not_ahead(paper: Paper, step_input: RefusedVisa | Visa | VisaRequest | None) -> bool:
    """What is recorded of a letter happened today at the latest."""
    return step_input is None or step_input.on <= paper.today


@rule(_("Le protocole de l'autorité exige le visa des archives."), fact_class=OF_ITS_ROW)
def visa_is_left_out(paper: Paper, step_input: Nothing | None) -> bool:
    """A batch goes without a visa only where the authority's protocol needs none (VISA_REQUIRED)."""
    return not paper.protocol.visa_required


@rule(_("Le numéro du visa des archives n'est pas enregistré."), fact_class=OF_ITS_ROW)
def visa_is_recorded(paper: Paper, step_input: Nothing | None) -> bool:
    """Nothing is destroyed without the number of its visa, where one is needed (§2.8 no. 10)."""
    return not paper.protocol.visa_required or bool(paper.row.visa_number)


@rule(
    _("Le bordereau est exécuté par une autre personne que celle qui a enregistré le visa."),
    fact_class=OF_ITS_ROW,
)
def another_person_recorded_it(paper: Paper, step_input: Nothing | None) -> bool:
    """Whoever recorded the visa, or did without it, doesn't execute the batch (SEC-AZ12)."""
    return paper.row.visa_by_id not in (None, paper.actor.user_id)


@rule(
    _("La personne qui a enregistré le visa n'a plus ce rôle : il doit être enregistré à nouveau."),
    fact_class=OF_ITS_ROW,
)
def recorder_is_in_office(paper: Paper, step_input: Nothing | None) -> bool:
    """Whoever recorded the visa still holds the office; else another records it again (SEC-AZ12)."""
    memberships = Membership.objects.in_force(paper.at).filter(
        authority=paper.row.authority_id, role__in=DPO, user=paper.row.visa_by_id
    )
    return memberships.exists()
