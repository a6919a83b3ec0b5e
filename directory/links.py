"""One-use links by which a service confirms or corrects its entry (field.md A.8): whom to ask, when, and what is kept.

The way is that of ``accounts/links.py``: the worker that sends the mail makes the secret, the mail alone has it, the
table holds a keyed hash, and the secret follows the ``#`` of the address, so that neither a log nor a Referer has it. A
link counts for two weeks: a duty room that closes for a week still finds it good, and the next mail can follow within a
month. It is used up by the answer, never by being looked at: mail scanners open every link. A new one ends the one
before, and so does another address of the service.

A service is asked in its own rhythm after it was last verified or asked. One that doesn't answer is asked once more as
soon as its link has lapsed; after two missed mails its editors are told, and the rhythm goes on.
"""

from datetime import datetime, timedelta
from typing import Final

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.db.models import DateField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from accounts.errors import LinkRefused
from directory.codes import SHELTER, Source, Status
from directory.inputs import RHYTHMS
from directory.models import ConfirmationLink, Reach, Service, Structure, Verification
from encryption import index

#: The codes of the mails: to the service, and to the editors of an authority.
CONFIRM: Final = "directory.confirm"
UNANSWERED: Final = "directory.unanswered"
ANSWERED: Final = "directory.answered"
#: Sources whose entries the authority has written itself.
TYPED_IN: Final = (Source.OWN, Source.TABLE)
#: An emergency or distance service is asked every month at least, unless it is never asked.
SHORTEST: Final = 1
#: So many missed mails are for a person to look at.
MISSED_IN_A_ROW: Final = 2
#: An editor may have a service asked so often.
REQUEST_INTERVAL: Final = timedelta(days=1)


def valid_for() -> timedelta:
    """Return for how long a link counts, from when it was asked for."""
    return timedelta(days=settings.DIRECTORY_LINK_DAYS)


def digest_of(token: str) -> bytes:
    """Return what is kept of the secret of a link."""
    return index.keyed("directory.link", token.encode())


def address_of(service: Service) -> str:
    """Return where a service is asked: its own address, else its structure's; empty where neither has one."""
    return service.email or service.structure.email


def answerable() -> QuerySet[Service]:
    """Return the services that a link may speak of: those that work or are suspended, as their structure is."""
    services = Service.objects.filter(merged_into=None, structure__merged_into=None)
    return services.exclude(status=Status.CLOSED).exclude(structure__status=Status.CLOSED)


def askable() -> QuerySet[Service]:
    """Return the services that are asked to confirm: active, in some rhythm, and with an address.

    Of a public file those alone that an editor has verified or asked before: whoever loads thousands of entries mustn't
    find that thousands of mails have left.
    """
    working = answerable().filter(status=Status.ACTIVE, structure__status=Status.ACTIVE)
    working = working.filter(
        Q(source__in=TYPED_IN) | Q(verified_on__isnull=False) | Q(asked_at__isnull=False)
    )
    return working.filter(asks_every_months__gt=0).exclude(email="", structure__email="")


def due(at: datetime) -> QuerySet[Service]:
    """Return the services whose turn it is: their rhythm is over, or the first mail was missed."""
    urgent = Exists(Reach.objects.filter(service=OuterRef("pk"), need__in=SHELTER)) | Q(
        distance_placement=True
    )
    turn = Q(asks_missed=1) & ~_verified_since_request()
    for months in filter(None, RHYTHMS):
        of_rhythm = Q(urgent) if months == SHORTEST else Q(pk__in=[])
        turn |= (of_rhythm | Q(asks_every_months=months)) & _quiet_for(months, at)
    open_links = ConfirmationLink.objects.filter(service=OuterRef("pk"), used_at=None, expires_at__gt=at)
    return askable().filter(turn).exclude(Exists(open_links))


def _quiet_for(months: int, at: datetime) -> Q:
    """Return the condition that a service was neither asked nor verified within so many months."""
    since = at - relativedelta(months=months)
    return (Q(asked_at=None) | Q(asked_at__lte=since)) & (
        Q(verified_on=None) | Q(verified_on__lte=since.date())
    )


def _verified_since_request() -> Q:
    """Return the condition that somebody verified an entry on the day on which it was asked for, or later."""
    return Q(verified_on__isnull=False, verified_on__gte=Cast(F("asked_at"), DateField()))


def unanswered() -> Q:
    """Return the condition that a service missed mail after mail, and nobody verified it since: a task of editors."""
    return Q(asks_missed__gte=MISSED_IN_A_ROW) & ~_verified_since_request()


def is_unanswered(service: Service) -> bool:
    """As ``unanswered``, of a row that was read."""
    if service.asks_missed < MISSED_IN_A_ROW or service.asked_at is None:
        return service.asks_missed >= MISSED_IN_A_ROW
    return service.verified_on is None or service.verified_on < service.asked_at.date()


def lapsed(at: datetime) -> QuerySet[ConfirmationLink]:
    """Return the links whose time is over."""
    return ConfirmationLink.objects.filter(expires_at__lte=at)


def open_link(token: str, *, at: datetime, lock: bool = False) -> tuple[ConfirmationLink, Service]:
    """Return a link that counts, and its service; ``lock``: no other answer comes in between.

    Raises:
        LinkRefused: unknown, too old, used, replaced, of a service that is closed or merged, or of an address that the
            service hasn't any more; which isn't said.
    """
    links = ConfirmationLink.objects.filter(kept=digest_of(token), used_at=None, expires_at__gt=at)
    services = answerable().filter(pk__in=links.values("service"))
    if lock:
        services = services.select_for_update(of=("self",))
    service = services.select_related("structure", "authority").first()
    # Asked again under the lock of the service: of two answers at once, the second finds no link.
    link = links.filter(service=service).first() if service is not None else None
    if service is None or link is None or _address_changed(service, since=link.made_at):
        raise LinkRefused
    return link, service


def _address_changed(service: Service, *, since: datetime) -> bool:
    """Tell whether a service has another address than when its link was made: typed anew, or that of another structure.

    A service moves where its structure is merged into another.
    """
    moves = Verification.objects.filter(service=service, field="structure", at__gt=since)
    left = [one.old for one in moves if one.old and one.old != one.new]
    if left and not service.email:
        was = Structure.objects.filter(pk__in=left).exclude(email=service.structure.email)
        if was.exists():
            return True
    own = Q(service=service) | Q(service=None, structure__in=[service.structure_id, *left])
    changes = Verification.objects.filter(own, field="email", at__gt=since).values_list("old", "new")
    return any(old != new for old, new in changes)
