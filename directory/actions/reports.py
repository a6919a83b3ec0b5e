"""Reports an error of an entry in one sentence, and settles it (field.md A.8)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.access import who_may
from accounts.actor import Actor
from accounts.errors import AlreadyThere, NotVisible
from accounts.naming import visible
from accounts.notifications import tell_people, untold
from directory import acts
from directory.access import EDIT, editable_reports, visible_services
from directory.actions.changes import key_of
from directory.actions.merging import merge_target_of
from directory.actions.records import acting, record
from directory.models import ErrorReport, Service
from directory.notices import ERRORS_WAIT

_SENTENCE: Final[Any] = ErrorReport._meta.get_field("sentence")


def report(service_pk: UUID, body: Mapping[str, Any], *, actor: Actor, at: datetime) -> ErrorReport:
    """Keep what somebody says is wrong in an entry (``ReportInput``), sealed; its editors are told once a day.

    Raises:
        NotAllowed: the actor doesn't read the directory.
        NotVisible: there is no such service.
        KeysUnavailable: it can't be sealed now.
    """
    entry = merge_target_of(visible(visible_services(actor), service_pk))
    # The lock: two first reports at once would make two keys.
    service = Service.objects.select_for_update().filter(pk=entry.pk).first()
    if service is None:
        raise NotVisible
    row = keep(service, body["sentence"], by=actor.user_id, at=at)
    record(acts.ERROR_REPORTED, row.pk, row.authority_id, actor=actor, at=at)
    if untold(ERRORS_WAIT, [row.authority_id], at=at):
        tell_people(who_may(EDIT, row.authority_id, at=at), ERRORS_WAIT, row.authority_id, at=at)
    return row


def keep(service: Service, sentence: str, *, by: UUID | None, at: datetime) -> ErrorReport:
    """Keep a sentence about a service, which is locked, for its editors; ``by`` None: the service itself, by its link.

    Raises:
        KeysUnavailable: it can't be sealed now.
    """
    had = service.key
    key = key_of(service)
    if service.key != had:
        service.save(update_fields=["key"])
    row = ErrorReport(service=service, authority_id=service.authority_id, by_id=by, at=at)
    row.sentence = key.seal(_SENTENCE, row.pk, sentence)
    row.save(force_insert=True)
    return row


def settle(report_pk: UUID, body: Mapping[str, Any], *, actor: Actor, at: datetime) -> ErrorReport:
    """Say that a reported error was looked at, and whether the entry was corrected (``SettledInput``).

    Raises:
        NotAllowed: the actor keeps no entries.
        NotVisible: absent, or of what another authority keeps.
        AlreadyThere: it is settled.
    """
    row = visible(editable_reports(actor).select_for_update(of=("self",)), report_pk)
    if row.settled_at is not None:
        raise AlreadyThere(_("Cette erreur a déjà été traitée."))
    row.settled_at, row.settled_by_id, row.corrected = at, actor.user_id, body["corrected"]
    row.save(update_fields=["settled_at", "settled_by", "corrected"])
    record(
        acts.ERROR_SETTLED,
        row.pk,
        row.authority_id,
        actor=acting(actor, EDIT, row.authority_id),
        at=at,
        to_state="corrected" if row.corrected else "left",
    )
    return row
