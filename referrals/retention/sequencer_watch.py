"""Watch over the sequencer: whoever can act is told long before files can't be read any more (SEC-AL8)."""

from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.roles import WATCHERS
from audit import sequencing_lag
from outbox.models import Notice
from outbox.notices import About, Recipients, tell
from outbox.scheduler import recurring
from outbox.templates import Kind, Template, register

_log = structlog.get_logger("referrals")
LATE: Final = "sequencer.late"
#: How long nobody is told again while it lasts.
TOLD_AGAIN: Final = timedelta(hours=6)
register(
    Template(
        LATE,
        Kind.ACCOUNT,
        _("Le journal prend du retard : faites relancer le séquenceur, ou la lecture s'arrêtera."),
        place="audit/health",
        start="journal/preuves",
    )
)


@recurring("sequencer:watched", every=timedelta(minutes=1))
def watch(at: datetime) -> int:
    """Log it each minute while the sequencer is late, and tell auditors and administrators; return how many were told.

    A service that never saw a pass may still be set up: there entries that wait are told of, and nothing else.
    """
    if not sequencing_lag.is_late(at) or (sequencing_lag.last_pass() is None and not _waits(at)):
        return 0
    _log.error("sequencer:late")
    with transaction.atomic():
        if Notice.objects.filter(template=LATE, created_at__gt=at - TOLD_AGAIN).exists():
            return 0
        memberships = Membership.objects.in_force(at).filter(role__in=WATCHERS)
        people = set(memberships.values_list("user_id", flat=True))
        about = About(template=LATE, reference="", subject_id=None, authority_id=None)
        tell(about, Recipients(users=people), at=at)
    return len(people)


def _waits(at: datetime) -> bool:
    waiting = sequencing_lag.oldest_waiting()
    return waiting is not None and at - waiting > sequencing_lag.late_after()
