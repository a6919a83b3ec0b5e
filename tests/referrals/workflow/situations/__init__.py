"""For each step with guards: a case in which it may be done, and for each guard what spoils that and nothing else."""

from tests.referrals.workflow.situations import (
    anytime,
    beginning,
    break_glass,
    closing,
    deciding,
    duplicates,
    messages,
    orientations,
    parts,
    runaways,
    transfers,
)
from tests.referrals.workflow.situations.saying import SITUATIONS, Situation

__all__ = [
    "SITUATIONS",
    "Situation",
    "anytime",
    "beginning",
    "break_glass",
    "closing",
    "deciding",
    "duplicates",
    "messages",
    "orientations",
    "parts",
    "runaways",
    "transfers",
]
