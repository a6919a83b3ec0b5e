"""Records undelivered notices in the journal: the authority's auditors see that somebody wasn't notified."""

from datetime import datetime
from typing import Final

from audit import events, journal
from audit.events import Outcome, Purpose
from audit.models import SubjectPseudonym
from outbox.models import Notice
from outbox.ports import doors

UNDELIVERED: Final = "notice:undelivered"
events.register(UNDELIVERED)


def record(notice: Notice, at: datetime) -> None:
    """Write the entry, in the transaction that gives the notice up: about which case, by which channel, why.

    Raises:
        JournalUnavailable: it can't be written; the notice then isn't given up.
    """
    # A shredded case has no pseudonym any more: the entry then names none, and the notice is given up all the same.
    about = SubjectPseudonym.objects.filter(pk__in=[notice.subject_id]).values_list("pseudonym", flat=True)
    journal.record(
        UNDELIVERED,
        actor=None,
        at=at,
        objects=list(about),
        tenant=notice.authority_id,
        outcome=Outcome.FAIL,
        purpose=Purpose.MAINTENANCE,
        rule=notice.fault,
        to_state=notice.channel,
    )


# By a hook: outbox is below audit, and knows nothing of a journal.
doors.on_dead.append(record)
