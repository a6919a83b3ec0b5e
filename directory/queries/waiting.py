"""How much waits for who keeps the directory, in numbers alone: nothing is opened, and no list is loaded for it."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q

from accounts.actor import Actor
from accounts.models import Authority
from directory.access import EDIT, editable_reports, editable_services
from directory.codes import SHELTER
from directory.freshness import SHORT, USUAL, oldest, today_of
from directory.links import unanswered
from directory.models import Reach
from directory.queries.duplicates import possible_duplicates
from directory.queries.search import working


@dataclass(frozen=True, slots=True)
class Waiting:
    """Reported errors, entries to be verified, pairs that may be one."""

    reports: int
    to_verify: int
    duplicates: int


def waiting(actor: Actor, *, at: datetime) -> Waiting:
    """Return how much waits for the actor.

    Raises:
        NotAllowed: the actor keeps no entries.
    """
    urgent = Q(distance_placement=True) | Exists(
        Reach.objects.filter(service=OuterRef("pk"), need__in=SHELTER)
    )
    old = Q(verified_on=None) | unanswered()
    for authority in Authority.objects.filter(pk__in=actor.may(EDIT)):
        today = today_of(authority.timezone, at)
        late = _before(oldest(USUAL.check, today=today)) | (
            urgent & _before(oldest(SHORT.check, today=today))
        )
        old |= Q(authority=authority) & late
    return Waiting(
        reports=editable_reports(actor).filter(settled_at=None).count(),
        to_verify=working(editable_services(actor)).filter(old).count(),
        duplicates=len(possible_duplicates(actor)),
    )


def _before(day: date) -> Q:
    return Q(verified_on__lt=day)
