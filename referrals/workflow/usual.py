"""When a step usually comes next: said on its declaration, shown first on the page of a case."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts.roles import Role
from core.languages import Text
from referrals.vocabulary.states import OPEN_JUDICIAL, Urgency

if TYPE_CHECKING:
    from referrals.models import Referral


@dataclass(frozen=True, slots=True)
class Usual:
    """Why a step usually comes next, in one sentence, and for which ``roles`` and ``states`` of the case, all if empty.

    ``rank``: 0 comes before everything else (a call, a danger), 1 is what the case waits for, 2 and 3 go along with it.
    ``without_delay``: only while the case is of the highest urgency, and justice isn't seized as far as the reader may
    know. ``called``: what it is called there, where it is one of several that one page decides between. It gives no
    right, and bars nothing.
    """

    why: Text
    roles: Collection[Role] = ()
    states: Collection[str] = ()
    rank: int = 1
    without_delay: bool = False
    called: Text | None = None

    def holds(self, referral: "Referral", roles: Collection[str], reads: Collection[str]) -> bool:
        """Tell whether it counts on a case for somebody who holds these roles there and reads these classes."""
        return (
            (not self.roles or any(role in self.roles for role in roles))
            and (not self.states or referral.state in self.states)
            and (not self.without_delay or _waits_for_no_one(referral, reads))
        )


def _waits_for_no_one(referral: "Referral", reads: Collection[str]) -> bool:
    # Whoever doesn't read class I mustn't learn from a missing step that justice was seized.
    seized = "I" in reads and referral.judicial_status in OPEN_JUDICIAL
    return referral.urgency == Urgency.U3 and not seized
