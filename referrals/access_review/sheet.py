"""Anomaly as guards and checks see it: the row, who acts and when."""

from dataclasses import dataclass

from referrals.execution.row_machine import RowContext
from referrals.models import AccessAnomaly


@dataclass
class Sheet(RowContext[AccessAnomaly]):
    """An anomaly on which one person acts at one instant; ``own``: it is about this very person."""

    own: bool = False
