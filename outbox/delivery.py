"""Delivery of notices: one worker claims each, retries with growing pauses, and finally marks it dead.

A committed notice is delivered, or stays as dead with an entry in the journal; an outage of SMTP, gateway, worker or
database loses none. Two workers never send the same one: a claim is exclusive, its lease is renewed right before
sending, and the outcome counts only under the claim's own fencing number. One thing can't be guaranteed: when a worker
dies after the other side accepted and before the outcome is committed, the next worker sends again, under the same id
(SMTP has no transaction with the database).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError, transaction

from core.clock import instant
from encryption.errors import KeysUnavailable
from outbox import gateway, mail, ports, templates, webhooks
from outbox.digests import hold_for_digest
from outbox.leases import claim, finish, renew
from outbox.models import TO_DO, Channel, Notice, NoticeState
from outbox.outcome import Accepted, NotNow, Pointless, Refused
from outbox.ports import Contact

_log = structlog.get_logger("outbox")
LEASE: Final = timedelta(minutes=2)
BATCH: Final = 20
RECEIPT_PAUSE: Final = timedelta(seconds=30)
#: Pauses after each failed try, three days and a half in all; then a notice is dead. Urgent ones come sooner first.
PAUSES: Final = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 120, 240, 480, 720, 1440, 1440, 480))
URGENT_PAUSES: Final = (*(timedelta(seconds=s) for s in (10, 20, 30, 60, 120, 240)), *PAUSES[2:])


def deliver_due(*, clock: Callable[[], datetime] = instant, batch: int = BATCH) -> int:
    """Try each notice that is due, once; return how many were tried by this worker."""
    began, tried = clock(), 0
    while True:
        due = Notice.objects.filter(state__in=TO_DO, due_at__lte=began).order_by("-urgent", "due_at", "id")
        claimed = claim(due, at=clock(), lease=LEASE, limit=batch)
        if not claimed:
            return tried
        people = _people(claimed)
        for notice in claimed:
            tried += _tried(notice, people.get(notice.pk), clock)


def _people(notices: Sequence[Notice]) -> Mapping[UUID, tuple[UUID, Contact]]:
    """Return account and contact by notice; one whose account is gone or inactive is absent."""
    values = {bytes(notice.filer) for notice in notices if notice.filer is not None}
    behind = ports.filers(values) if values else {}
    account: dict[UUID, UUID] = {}
    for notice in notices:
        user = behind.get(bytes(notice.filer)) if notice.filer is not None else notice.user_id
        if user is not None:
            account[notice.pk] = user
    contacts = ports.contacts(set(account.values())) if account else {}
    return {pk: (user, contacts[user]) for pk, user in account.items() if user in contacts}


def _tried(notice: Notice, person: tuple[UUID, Contact] | None, clock: Callable[[], datetime]) -> bool:
    """Try one notice. A fault of our own holds up that one alone, and is no reason to give it up ever."""
    try:
        return _try(notice, person, clock)
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # the border of one notice
        _log.exception("notice:failed", row=notice.pk)
    _postpone(notice, "unexpected", at=clock(), for_ever=True)
    return True


def _try(notice: Notice, person: tuple[UUID, Contact] | None, clock: Callable[[], datetime]) -> bool:
    """Send a notice, if it is still ours and somebody may be told; return whether it was ours."""
    at = clock()
    if not renew(notice, at=at, lease=LEASE):
        return False
    if not _has_own_address(notice) and person is None:
        finish(notice, state=NoticeState.DROPPED, done_at=at, fault="no-account")
        return True
    user, contact = person or (notice.endpoint.user_id if notice.endpoint else UUID(int=0), Contact())
    if not _may_be_told(notice, user, at):
        finish(notice, state=NoticeState.DROPPED, done_at=at, fault="not-for-these-eyes")
        return True
    if notice.channel != Channel.MAIL or not hold_for_digest(notice, at=at):
        _send(notice, user, contact, at, clock)
    return True


def _has_own_address(notice: Notice) -> bool:
    """Tell whether a notice needs no account: it goes to a webhook, or to whom its template says."""
    if notice.channel == Channel.MAIL:
        return templates.get(notice.template).to is not None
    return bool(notice.channel == Channel.WEBHOOK)


def _send(notice: Notice, user: UUID, contact: Contact, at: datetime, clock: Callable[[], datetime]) -> None:
    """Hand a notice over and write down what came of it; the clock is read anew, for a send takes time."""
    try:
        arrived = _handed_over(notice, user, contact, at)
    except Accepted as accepted:
        finish(notice, state=NoticeState.SENT, receipt=accepted.receipt, due_at=clock() + RECEIPT_PAUSE)
    except Pointless as found:
        finish(notice, state=NoticeState.DROPPED, done_at=clock(), fault=found.code)
    except Refused as refused:
        give_up(notice, refused.code, at=clock())
    except NotNow as failed:
        _postpone(notice, failed.code, at=clock())
    except KeysUnavailable:
        _postpone(notice, "keys-unavailable", at=clock())
    else:
        if arrived:
            finish(notice, state=NoticeState.DONE, done_at=clock(), fault="")
        else:
            _postpone(notice, "receipt-awaited", at=clock())


def _may_be_told(notice: Notice, user: UUID, at: datetime) -> bool:
    """Tell whether somebody may still know of what a notice leads to; what is about accounts is of no case."""
    if notice.subject_id is None or templates.get(notice.template).kind == templates.Kind.ACCOUNT:
        return True
    return ports.may_be_told(user, notice.subject_id, at)


def _handed_over(notice: Notice, user: UUID, contact: Contact, at: datetime) -> bool:
    """Send by the notice's channel; False while a receipt is still awaited."""
    if notice.channel == Channel.MAIL:
        gathered = [
            one for one in notice.gathered.order_by("created_at", "id") if _may_be_told(one, user, at)
        ]
        mail.send(notice, contact.email, gathered)
        return True
    if notice.channel == Channel.CALL:
        if notice.state == NoticeState.SENT:
            return gateway.ask_receipt(notice)
        gateway.hand_over(notice, contact.phone)
        return True
    assert notice.endpoint is not None  # noqa: S101 - the database checks it
    webhooks.deliver(notice, notice.endpoint, at=at)
    return True


def _postpone(notice: Notice, code: str, *, at: datetime, for_ever: bool = False) -> None:
    """Let a notice wait for its next try, or give it up after the last one, unless it is tried ``for_ever``.

    A call whose message failed is handed over anew; one that is on its way is only asked about again.
    """
    pauses = URGENT_PAUSES if notice.urgent else PAUSES
    last = len(pauses) - 1
    if notice.tries > last and not for_ever:
        give_up(notice, code, at=at)
        return
    on_its_way = notice.state == NoticeState.SENT and code != "failed"
    finish(
        notice,
        state=NoticeState.SENT if on_its_way else NoticeState.WAITING,
        due_at=at + pauses[min(notice.tries, last)],
        tries=min(notice.tries + 1, last) if for_ever else notice.tries + 1,
        fault=code,
    )
    _log.info("notice:postponed", row=notice.pk, code=code, n=notice.tries + 1)


def give_up(notice: Notice, code: str, *, at: datetime) -> None:
    """Declare a notice dead, in one transaction with whatever is written down of it."""
    with transaction.atomic():
        if finish(notice, state=NoticeState.DEAD, done_at=at, fault=code):
            notice.fault = code
            ports.tell_dead(notice, at)
    _log.warning("notice:dead", row=notice.pk, code=code)


def revive(*, at: datetime) -> int:
    """Try all dead notices again from the beginning, once what was in the way is mended; return how many."""
    dead = Notice.objects.filter(state=NoticeState.DEAD)
    return dead.update(state=NoticeState.WAITING, due_at=at, tries=0, done_at=None, receipt="")
