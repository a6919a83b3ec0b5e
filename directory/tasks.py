"""What recurs in the directory: asking services, counting the mails that they missed, and reopening the suspended.

What isn't here: a vacancy that has grown old and an entry that nobody verified need no write, because
``directory/freshness.py`` is asked when they are read.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.actor import SYSTEM
from directory import acts, links
from directory.actions import changes, confirmations
from directory.actions.records import record
from directory.codes import Means, Status
from directory.confirmations import stored_text
from directory.models import Service
from outbox.scheduler import recurring


@recurring("directory:asked", every=timedelta(hours=1))
def ask_those_due(at: datetime) -> int:
    """Ask the services whose turn it is to confirm their entries, each by one mail; return how many.

    So many in a run at most: an import of thousands, none of them verified, must not fill the mail server's queue in
    front of what is urgent.
    """
    turns = links.due(at).order_by("asked_at", "verified_on", "pk").values_list("pk", flat=True)
    count = 0
    for pk in list(turns[: settings.DIRECTORY_ASKS_PER_HOUR]):
        with transaction.atomic():
            count += confirmations.ask(pk, at=at)
    return count


@recurring("directory:missed", every=timedelta(hours=1))
def count_missed(at: datetime) -> int:
    """Count the mails that nobody answered in time; return how many links were over."""
    return confirmations.count_missed(at, at_most=settings.DIRECTORY_ASKS_PER_HOUR)


@recurring("directory:resumed", every=timedelta(hours=1))
def resume(at: datetime) -> int:
    """Let services work again on the day until which they are suspended, by their authority's calendar.

    Return how many.

    A write and not a rule of reading: search, matching and exports all read ``status``.
    """
    # The furthest east is a day ahead of UTC.
    waiting = Service.objects.filter(
        status=Status.SUSPENDED, suspended_until__lte=(at + timedelta(days=1)).date()
    )
    count = 0
    for pk in list(waiting.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            count += _resume(pk, at)
    return count


def _resume(pk: UUID, at: datetime) -> bool:
    services = Service.objects.select_related("authority").select_for_update(of=("self",))
    service = services.filter(pk=pk, status=Status.SUSPENDED, suspended_until__isnull=False).first()
    if service is None or service.suspended_until is None:
        return False
    if service.suspended_until > changes.local_day(service, at):
        return False
    basis = changes.Basis(
        by=None, at=at, means=Means.TYPED, evidence=stored_text(_("Fin de la suspension annoncée"))
    )
    changes.write(service, {"status": Status.ACTIVE, "suspended_until": None}, basis)
    record(
        acts.SERVICE_CHANGED,
        service.pk,
        service.authority_id,
        actor=SYSTEM,
        at=at,
        to_state=str(Status.ACTIVE),
    )
    return True
