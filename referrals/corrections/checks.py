"""Checks of a child added to a case (T50)."""

from referrals.corrections.inputs import AddedChild
from referrals.workflow import births
from referrals.workflow.case import Case
from referrals.workflow.rules import names_fields


@names_fields(fact_class="A")
def age_is_within_bounds(case: Case, step_input: AddedChild) -> None:
    """A child who is added is born by then, and not 21 yet (T50; domain.md §4.1)."""
    ages = {name: getattr(step_input, name, None) for name in births.OLD}
    births.refuse(births.faults(ages, births.days_at(case.at, case.zone)))
