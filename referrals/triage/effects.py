"""Effects of the first analysis on the children and the urgency."""

from typing import TYPE_CHECKING

from referrals.filing.effects import adopt_keys, receive, receive_urgently

if TYPE_CHECKING:
    from referrals.workflow.context import StepContext

__all__ = ["adopt_keys", "receive", "receive_urgently"]


# --- First analysis -----------------------------------------------------------------------------------


def qualify_children(act: "StepContext") -> None:
    """Note the danger of each child (T10)."""
    for item in act.step_input.children:
        child = act.case.child(item.child)
        act.change(
            child,
            danger_categories=item.danger_categories,
            danger_level=item.danger_level,
            maltreatment=item.maltreatment,
        )
