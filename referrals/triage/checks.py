"""Check of what an urgent filing left open, before T10 and T11."""

from django.utils.translation import gettext_lazy as _

from referrals.errors import IncompleteFiling
from referrals.triage.inputs import Qualification, Reorienting
from referrals.vocabulary.required_items import items_left_open
from referrals.workflow.case import Case
from referrals.workflow.form_rows import answers_of, late_receipt
from referrals.workflow.rules import rule


@rule(_("Impossible pour l'instant."), fact_class="A")
def items_left_are_settled(case: Case, step_input: Qualification | Reorienting) -> bool:
    """What an urgent filing left open is answered, not known, or (T10 alone) set aside by reason of urgency (T03)."""
    if not case.referral.left_open or getattr(step_input, "urgency_reason", None):
        return True
    seen = [child for child in case.recorded if child.pk not in case.hidden]
    if still_open := items_left_open(answers_of(case.referral, children=seen), late=late_receipt(case)):
        raise IncompleteFiling(still_open)
    return not case.hidden or not items_left_open(answers_of(case.referral), late=late_receipt(case))
