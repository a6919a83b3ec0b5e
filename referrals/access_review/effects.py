"""What the judgement of an anomaly brings along."""

from referrals.access_review import hooks
from referrals.access_review.sheet import Sheet


def open_breach(sheet: Sheet) -> None:
    """Open the data breach that an unjustified access is, in the same transaction (N06 ⇒ DB1)."""
    hooks.found_unjustified(sheet.row, sheet)
