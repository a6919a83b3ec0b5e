"""Writes notices: rows in the transaction of the act they announce. No act, no notice; and the reverse.

The caller decides who is notified (``referrals/notifications/recipients.py``); this module writes one row per person
and channel.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from core.bulk_inserts import insert
from outbox import templates
from outbox.models import Channel, Notice, NoticeState


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Content of a notice: a template's code, and the reference and id of the row that it links to, if any."""

    template: str
    reference: str
    subject_id: UUID | None
    authority_id: UUID | None
    urgent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipients:
    """Recipients: accounts; those of them to call as well; filers by keyed value; ids of endpoints."""

    users: Collection[UUID] = ()
    called: Collection[UUID] = ()
    filers: Collection[bytes] = ()
    endpoints: Collection[UUID] = ()


def tell(about: About, to: Recipients, *, at: datetime, asked_at: datetime | None = None) -> int:
    """Write the rows, by one statement, in the running transaction; return how many.

    ``asked_at``: when somebody asked for it themself, of which ``at`` is the day.
    """
    rows = list(rows_of(about, to, at=at, asked_at=asked_at))
    insert(rows)
    return len(rows)


def rows_of(
    about: About, to: Recipients, *, at: datetime, asked_at: datetime | None = None
) -> Iterable[Notice]:
    """Yield the rows that ``tell`` writes, for whoever inserts them with others."""

    def row(channel: Channel, **recipient: object) -> Notice:
        in_app = channel is Channel.APP
        return Notice(
            channel=channel,
            template=about.template,
            kind=templates.get(about.template).kind,
            reference=about.reference,
            subject_id=about.subject_id,
            authority_id=about.authority_id,
            urgent=about.urgent,
            created_at=at,
            asked_at=asked_at,
            due_at=at,
            state=NoticeState.DONE if in_app else NoticeState.WAITING,
            done_at=at if in_app else None,
            **recipient,
        )

    for user in sorted(to.users):
        yield row(Channel.APP, user_id=user)
        yield row(Channel.MAIL, user_id=user)
    for user in sorted(to.called):
        yield row(Channel.CALL, user_id=user)
    for filer in sorted(to.filers):
        yield row(Channel.APP, filer=filer)
        yield row(Channel.MAIL, filer=filer)
    for endpoint in sorted(to.endpoints):
        yield row(Channel.WEBHOOK, endpoint_id=endpoint)


def shown_to(user_id: UUID, *, filer: bytes | None = None) -> QuerySet[Notice]:
    """Return the notices in the application of one account; ``filer`` is its keyed value where it files."""
    mine = Q(user_id=user_id) if filer is None else Q(user_id=user_id) | Q(filer=filer)
    return Notice.objects.filter(mine, channel=Channel.APP)


def mark_read(notices: QuerySet[Notice], *, at: datetime) -> int:
    """Mark notices as read; return how many weren't yet."""
    return notices.filter(is_read=False).update(is_read=True, read_at=at)


def forget(subject_id: UUID) -> int:
    """Delete all notices about something that is there no more, those not yet delivered too; return how many."""
    count, _ = Notice.objects.filter(subject_id=subject_id).delete()
    return count
