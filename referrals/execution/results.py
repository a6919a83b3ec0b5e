"""Result of a step, from which its answer is made."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from referrals.models import Referral

DONE: Final = 200
ASKED: Final = 202


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """Result of a step: the case, and what the answer may reveal of it."""

    referral: Referral
    made: UUID | None = None
    approval: UUID | None = None
    warnings: Sequence[str] = ()

    @property
    def status(self) -> int:
        """Return the kind of outcome as HTTP names it: 202 where a second signature is awaited."""
        return ASKED if self.approval else DONE
