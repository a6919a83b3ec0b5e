"""A data breach as guards and steps see it: the row, who acts and when, and what a step brings to be sealed."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from referrals.execution.row_machine import RowContext
from referrals.models import DataBreach
from referrals.vocabulary.data_breaches import BreachRisk, Concerned, Stopped
from referrals.workflow.context import StepInput

#: RGPD art. 33(1): hours, week-ends and nights included (C22).
HOURS: Final = timedelta(hours=72)
#: The letter to a group as it was sent, among the words that are sealed for the group.
PAGE: Final = "page"


@dataclass
class Sheet(RowContext[DataBreach]):
    """A breach in the hands of a person; ``content``: what the step brings, by the name of its sealed field."""

    step_input: StepInput = field(default_factory=StepInput)
    content: dict[str, Any] = field(default_factory=dict)

    def start_clock(self) -> None:
        """Begin the 72 hours from the awareness on (C22)."""
        row = self.row
        row.due_at = row.aware_at + HOURS
        row.told_at = row.warned_at = row.overdue_at = row.stopped_at = None
        row.stopped_by = ""

    def stop_clock(self, by: Stopped) -> None:
        """End the 72 hours; a notification and a risk ruled out by two alone do (domain.md §2.8 no. 16)."""
        row = self.row
        if row.due_at is not None:
            row.due_at, row.stopped_at, row.stopped_by = None, self.at, by


def groups_of(row: DataBreach) -> list[str]:
    """Return the groups that a high risk asks an answer for: the categories that count somebody."""
    return [one.value for one in Concerned if row.persons.get(one.value)]


def unanswered(row: DataBreach) -> list[str]:
    """Return the groups of which nothing was said yet; none where the risk isn't high (RGPD art. 34(1))."""
    if row.risk != BreachRisk.HIGH:
        return []
    return [group for group in groups_of(row) if group not in row.groups]
