"""On what ground a secret address is opened, as the app above knows it (SEC-AZ26): a port that ``referrals`` fills.

The directory stands below the cases and the rota.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.actor import Actor


@dataclass
class Grounds:
    """``case_of``: the pseudonym of the case of a reference, at an authority, that may need an address.

    ``use_approval``: uses another person's approval for a place at an authority, and tells whether there was one.
    """

    case_of: Callable[[Actor, str, UUID, datetime], UUID | None] | None = None
    use_approval: Callable[[Actor, UUID, UUID, datetime], bool] | None = None


grounds = Grounds()


def case_of(actor: Actor, reference: str, authority: UUID, at: datetime) -> UUID | None:
    """Return the pseudonym of an active case whose place of care the actor may read; None where there is none."""
    assert grounds.case_of is not None, "referrals opens this door"  # noqa: S101 - a fault of ours
    return grounds.case_of(actor, reference, authority, at)


def use_approval(actor: Actor, authority: UUID, place: UUID, at: datetime) -> bool:
    """Use another person's approval for a place, as the officer on duty there now; tell whether there was one."""
    assert grounds.use_approval is not None, "referrals opens this door"  # noqa: S101 - a fault of ours
    return grounds.use_approval(actor, authority, place, at)
