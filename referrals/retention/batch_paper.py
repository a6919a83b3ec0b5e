"""Destruction batch as guards and effects see it: the row, who acts and when."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from referrals.execution.row_machine import RowContext
from referrals.models import RetentionBatch

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from referrals.models import Referral


@dataclass
class Paper(RowContext[RetentionBatch]):
    """A batch on which one person acts at one instant.

    ``seen`` gives the cases that this person may know of: nobody puts forward, or destroys, what they can't see.
    """

    seen: "QuerySet[Referral]"
