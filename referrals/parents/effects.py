"""Effect of T16 on the information owed to a holder."""

from typing import TYPE_CHECKING

from referrals.vocabulary.states import InformationState

if TYPE_CHECKING:
    from referrals.workflow.context import StepContext


def inform_holder(act: "StepContext") -> None:
    """Record that the holder was told, or why not yet, or why it isn't due (T16)."""
    given = act.given
    row = next(
        (i for i in act.case.informations if i.holder_id == given.holder and i.occasion == given.occasion),
        None,
    ) or act.new("holder_informations", holder_id=given.holder, occasion=given.occasion)
    deferred = given.outcome == InformationState.DEFERRED
    act.change(
        row,
        state=given.outcome,
        told_on=given.told_on if given.outcome == InformationState.DONE else None,
        means=given.means,
        reason=given.reason if deferred else "",
        reason_text=given.reason_text,
        review_on=given.review_on if deferred else None,
        deferred_since=(row.deferred_since or act.case.today) if deferred else None,
    )
    act.case.forget("informations")
