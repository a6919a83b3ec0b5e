"""Effects of the steps on a file that must not be kept: set aside, given back, condemned."""

from typing import TYPE_CHECKING

from referrals.attachments import quarantine
from referrals.workflow.about_children import rows_among

if TYPE_CHECKING:
    from referrals.workflow.context import StepContext


def bar(act: "StepContext") -> None:
    """Let nobody read the file any more, wherever it is held (X10)."""
    _becomes(act, "barred")


def give_back(act: "StepContext") -> None:
    """Let the file be read again, wherever it is held (X11)."""
    _becomes(act, "readable")


def condemn(act: "StepContext") -> None:
    """Let the service destroy the file, wherever it is held (X12)."""
    _becomes(act, "condemned")


def _becomes(act: "StepContext", what: str) -> None:
    about = rows_among(act.case.referral, {act.step_input.file}).get(act.step_input.file)
    act.child = next(iter(about.children)) if about is not None and len(about.children) == 1 else None
    quarantine.become(what, act)
