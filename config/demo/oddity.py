"""An anomaly of the demonstration: an agent tried files at random, and the rules detected it."""

from datetime import datetime
from typing import Final

from django.db import connections

from audit import journal
from config.demo import proof
from config.demo.cast import Cast, Stage
from config.demo.show import HOME
from referrals.access import row_level_security
from referrals.access_review import tasks as access_review_tasks
from referrals.models import AccessAnomaly
from referrals.policy.definitions import protocol_of

WHO: Final = "assessor"


def stage(cast: Cast, *, now: datetime) -> None:
    """Let the agent ask for files that aren't there, and the rules look at it; nothing if there is an anomaly."""
    with row_level_security.for_the_service():
        if AccessAnomaly.objects.exists():
            return
    # Another writer than the one that told stories of other days: to the rules its clock would have moved.
    connections.close_all()
    authority = cast.authorities[HOME]
    agent = Stage(cast, HOME).actor(WHO, at=now)
    for _ in range(protocol_of(authority, now).anomaly_probes_a_day):
        journal.record_refusal(actor=agent, at=now, rule="not-found", tenant=authority.pk)
    proof.build()
    access_review_tasks.seek(now)
