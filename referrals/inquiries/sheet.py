"""An inquiry as guards and steps see it: one side's row, who acts and when."""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

from referrals.execution.row_machine import RowContext
from referrals.models import Inquiry, Referral
from referrals.policy.definitions import protocol_of
from referrals.vocabulary.between_authorities import Side
from referrals.vocabulary.states import Urgency
from referrals.workflow.case import Case
from referrals.workflow.context import StepInput

#: From which urgency on the answer has days instead of a week and a half.
URGENT = (Urgency.U2, Urgency.U3)


@dataclass
class Sheet(RowContext[Inquiry]):
    """One side's row in the hands of a person; ``referral``: the case or file on this side, where the person sees it.

    ``step_input``: of the step that is done; ``content``: the documents that it brings, by the name of their field;
    ``own``: what the own side alone has of them beside.
    """

    referral: Referral | None = None
    step_input: StepInput = field(default_factory=StepInput)
    content: dict[str, Any] = field(default_factory=dict)
    own: dict[str, dict[str, Any]] = field(default_factory=dict)

    @cached_property
    def case(self) -> Case | None:
        return None if self.referral is None else Case(self.referral, actor=self.actor, at=self.at)

    def start_clock(self) -> None:
        """Begin the days within which the asked authority answers, as that one has set them (C27)."""
        inquiry = self.row
        addressee = inquiry.authority if inquiry.side == Side.ASKED else inquiry.other
        terms = protocol_of(addressee, self.at)
        days = terms.inquiry_urgent_days if inquiry.urgency in URGENT else terms.inquiry_days
        inquiry.due_at, inquiry.warned_at, inquiry.overdue_at = self.at + timedelta(days=days), None, None
