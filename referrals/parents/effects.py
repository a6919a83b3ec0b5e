"""Effect of T16 on the information owed to a holder."""

from typing import TYPE_CHECKING

from referrals.vocabulary.states import InformationState

if TYPE_CHECKING:
    from referrals.workflow.context import StepContext


def inform_holder(act: "StepContext") -> None:
    """Record that the holder was told, or why not yet, or why it isn't due (T16)."""
    step_input = act.step_input
    row = next(
        (
            i
            for i in act.case.informations
            if i.holder_id == step_input.holder and i.occasion == step_input.occasion
        ),
        None,
    ) or act.new("holder_informations", holder_id=step_input.holder, occasion=step_input.occasion)
    deferred = step_input.outcome == InformationState.DEFERRED
    act.change(
        row,
        state=step_input.outcome,
        told_on=step_input.told_on if step_input.outcome == InformationState.DONE else None,
        means=step_input.means,
        reason=step_input.reason if deferred else "",
        reason_text=step_input.reason_text,
        review_on=step_input.review_on if deferred else None,
        deferred_since=(row.deferred_since or act.case.today) if deferred else None,
    )
    act.case.forget("informations")
