"""Codes of urgent calls."""

from typing import Final

from accounts.roles import Role
from referrals.vocabulary.states import Coded

#: Whose opening of the file answers a call.
CALLED: Final = (Role.ON_CALL, Role.CRIP_COORDINATOR, Role.INTAKE_AGENT)


class AlertCause(Coded):
    """What an urgent call is about."""

    FILED = "filed", "Urgent filing", "Transmission en urgence"
    FLAGGED = "flagged", "Immediate danger flagged", "Danger immédiat signalé"
    CLOCK_NEAR = "clock_near", "Immediate danger: alert", "Danger immédiat : alerte"
    CLOCK_OVER = "clock_over", "Immediate danger: breach", "Danger immédiat : retard"
