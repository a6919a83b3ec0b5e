"""Checks of the answers to filers: for which reasons one may be withheld."""

from django.utils.translation import gettext_lazy as _

from referrals.feedback.inputs import Withheld
from referrals.vocabulary import case_answers
from referrals.workflow.case import Case
from referrals.workflow.rules import rule

#: What may keep an answer from a private person: these three and no other (D226-2-8).
EXCEPTIONS = (
    case_answers.Withholding.CHILD_INTEREST,
    case_answers.Withholding.CHILD_ENDANGERED,
    case_answers.Withholding.REQUESTER_AT_RISK,
)


@rule(_("Ce motif ne dispense pas de répondre à cette personne (CASF D226-2-8)."), fact_class="C")
def withholding_is_lawful(case: Case, step_input: Withheld) -> bool:
    """Nothing is told to a private person on three grounds, to others for secrecy or the child (F02; D226-2-8)."""
    private = case.part.owed_to == case_answers.OwedTo.PRIVATE
    allowed = (
        EXCEPTIONS if private else (case_answers.Withholding.SECRECY, case_answers.Withholding.CHILD_INTEREST)
    )
    return step_input.reason in allowed
