"""What a calendar reads through a feed, with its owner's rights of now; and the list of one's own feeds."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import batched
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from accounts import throttling
from accounts.access import own_feeds
from accounts.actor import Actor
from accounts.errors import TokensDelayed
from accounts.models import CalendarFeed
from accounts.request import ServiceRequest
from accounts.signin import actor_of_feed
from encryption import digest
from referrals.access import row_level_security, volume_limits
from referrals.calendar_feeds import actions, calendar
from referrals.errors import NotAllowed, NotVisible
from referrals.models import Clock
from referrals.reading import clocks
from referrals.reading.disclosures import record_listed

#: What has been due for longer is in the service, and in no calendar any more.
BACK: Final = timedelta(days=30)
#: For so long a feed that is over stays in its owner's list.
_KEPT: Final = timedelta(days=30)
#: So many cases stand in one entry of the journal.
_CASES_OF_AN_ENTRY: Final = 100
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


def read(request: ServiceRequest, secret: str) -> tuple[bytes, str]:
    """Return the calendar behind a secret, and its ETag; from here on the request is its owner's.

    Raises:
        NotVisible: it isn't one of ours, is revoked or over, or its owner may have none now; all look the same.
        TokensDelayed: too many of these from this network.
        TooManyFetches: the owner's feeds were read too often within the hour.
    """
    at = request.at
    actor = actor_of_feed(secret, request, at=at) if _SECRET.fullmatch(secret) else None
    try:
        if actor is None:
            raise NotVisible
        feed, owner = actor
        reader = actions.as_reader(owner, at=at)
    except (NotVisible, NotAllowed):
        if wait := throttling.token_failed(request, at=at):
            raise TokensDelayed(wait) from None
        raise NotVisible from None
    request.actor = reader
    row_level_security.open_for(reader)
    volume_limits.count_fetch(actor=reader, at=at)
    body = calendar.made(feed, calendar.days_of(_due(reader, at=at)), at=at)
    return body, f'"{digest.sha256(body).hex()[:32]}"'


def _due(reader: Actor, *, at: datetime) -> Sequence[Clock]:
    """Return the running deadlines that the reader may read, those first that are due first, and journal their cases.

    Of the authorities alone that allow it: a service that executes a measure of another's sees those here as well.
    """
    rows = clocks.running_clocks(reader, state=None, code=None, at=at)
    rows = rows.filter(
        referral__authority__in=sorted(reader.authority_ids), due_at__gte=at - BACK, on_birthday=False
    )
    deadlines_due = list(rows.order_by("due_at", "id")[: settings.CALENDAR_FEED_EVENTS])
    for part in _by_cases(deadlines_due) or [[]]:
        record_listed(part, actor=reader, at=at)
    return deadlines_due


def _by_cases(found: Sequence[Clock]) -> list[list[Clock]]:
    """Return deadlines in parts, of so many cases each as one entry of the journal names."""
    by_case: dict[UUID, list[Clock]] = {}
    for clock in found:
        by_case.setdefault(clock.referral_id, []).append(clock)
    return [
        [clock for case in cases for clock in by_case[case]] for cases in batched(by_case, _CASES_OF_AN_ENTRY)
    ]


def lines(actor: Actor, *, at: datetime) -> list[dict[str, Any]]:
    """Return one's own feeds that weren't revoked, the newest first; those that are over for a while.

    Raises:
        NotAllowed: no role of the actor's has deadlines.
    """
    if not actor.holding(actions.HOLDERS):
        raise NotAllowed("calendar:feed")
    rows = own_feeds(actor).filter(revoked_on=None, ends_on__gt=at.date() - _KEPT)
    return [line(row, today=at.date()) for row in rows.order_by("-made_on", "-id")]


def line(row: CalendarFeed, *, today: date) -> dict[str, Any]:
    """Return one feed; its secret is nowhere."""
    return {
        "id": str(row.pk),
        "name": row.label,
        "made_on": row.made_on.isoformat(),
        "ends_on": row.ends_on.isoformat(),
        "last_used_on": row.last_used_on.isoformat() if row.last_used_on else None,
        "over": row.ends_on <= today,
    }
