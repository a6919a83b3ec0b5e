"""Codes of urgent calls."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from referrals.vocabulary.states import Coded

#: Whose opening of the file answers a call.
CALLED: Final = (Role.ON_CALL, Role.CRIP_COORDINATOR, Role.INTAKE_AGENT)


class AlertCause(Coded):
    """What an urgent call is about."""

    FILED = "filed", _("Transmission en urgence")
    FLAGGED = "flagged", _("Danger immédiat signalé")
    CLOCK_NEAR = "clock_near", _("Danger immédiat : alerte")
    CLOCK_OVER = "clock_over", _("Danger immédiat : retard")
