"""Effects of a birthday: age bands and flags, the end of information owed to parents and of the birthday search."""

from typing import TYPE_CHECKING, Final

from referrals.coming_of_age.guards import someone_is_a_minor
from referrals.vocabulary.states import InformationState

if TYPE_CHECKING:
    from referrals.workflow.context import StepContext
#: What parents were still to be told, and no longer are.
STILL_DUE: Final = (InformationState.PENDING, InformationState.DEFERRED)


def take_new_ages(act: "StepContext") -> None:
    """Write the bands and flags that hold from this birthday on; the shell and the reduced date follow."""
    for item in act.step_input.children:
        child = act.case.on_record(item.child)
        act.change(child, age_band=item.age_band, under_2=item.under_2, under_15=item.under_15)


def end_parents_information(act: "StepContext") -> None:
    """Settle what parents were still to be told, once no child of the case is a minor (C23)."""
    if someone_is_a_minor(act.case, None) is None:
        return
    for row in act.case.informations:
        if row.state in STILL_DUE:
            act.change(
                row, state=InformationState.NOT_APPLICABLE, reason="", review_on=None, deferred_since=None
            )


def forget_birthdays(act: "StepContext") -> None:
    """Stop looking at birthdays in the archive; a case that is opened again is looked at anew."""
    act.case.referral.children.update(next_change=None)
