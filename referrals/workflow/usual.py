"""When a step usually comes next: said on its declaration, shown first on the page of a case."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts.roles import Role
from core.languages import Text
from referrals.vocabulary.states import Urgency

if TYPE_CHECKING:
    from referrals.models import Referral


@dataclass(frozen=True, slots=True)
class Usual:
    """Why a step usually comes next, in one sentence, and for which ``roles`` and ``states`` of the case, all if empty.

    ``rank``: 0 comes before everything else (a call, a danger), 1 is what the case waits for, 2 and 3 go along with it.
    ``urgent``: only while the case is of the highest urgency. ``called``: what it is called there, where it is one of
    several that one page decides between. It gives no right, and bars nothing.
    """

    why: Text
    roles: Collection[Role] = ()
    states: Collection[str] = ()
    rank: int = 1
    urgent: bool = False
    called: Text | None = None

    def holds(self, referral: "Referral", roles: Collection[str]) -> bool:
        """Tell whether it counts on a case for somebody who holds these roles there."""
        return (
            (not self.roles or any(role in self.roles for role in roles))
            and (not self.states or referral.state in self.states)
            and (not self.urgent or referral.urgency == Urgency.U3)
        )
