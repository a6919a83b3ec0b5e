"""Checks of a submission: every required item is answered, or marked as not known (T02, T03)."""

from referrals.errors import IncompleteFiling
from referrals.vocabulary.required_items import missing_items, missing_urgent_items
from referrals.workflow.case import Case
from referrals.workflow.form_rows import answers_of, late_receipt, typed_by_cell
from referrals.workflow.inputs import Nothing
from referrals.workflow.rules import names_fields


@names_fields(fact_class="A")
def form_is_complete(case: Case, step_input: Nothing) -> None:
    """Every L and U item is answered, every P item answered or marked as not known (T02)."""
    form = answers_of(case.referral, case.plain)
    missing = missing_items(form, typed_by_cell=typed_by_cell(case), late=late_receipt(case))
    if missing:
        raise IncompleteFiling(missing)


@names_fields(fact_class="A")
def urgent_form_is_complete(case: Case, step_input: Nothing) -> None:
    """The U items are answered: who, where, what (T03)."""
    if missing := missing_urgent_items(answers_of(case.referral, case.plain)):
        raise IncompleteFiling(missing)
