"""Pending requests for accounts and roles: what is kept, for how long, and who is notified.

An unconfirmed address is deleted after two days with its request and the name in it. A confirmed request waits 53 days
for a decision; then it lapses and the person is notified. It is deleted on the sixtieth day, so that the mail has a
week to leave; a decided request is deleted after thirty days. Administrators are notified once a day at most that
something waits; only the page says how much, because a notice has no room for a number (``docs/decisions/0035``).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts import acts, links
from accounts.access import REQUEST_OPEN_FOR, waiting_requests, who_may
from accounts.models import AccountRequest, Organisation
from accounts.models.accountrequest import Refused
from accounts.notifications import EACH, REQUEST_LAPSED, REQUESTS_WAIT, tell_people
from audit import journal
from audit.events import Purpose
from encryption import index
from outbox.models import Channel, Notice
from outbox.scheduler import recurring

#: How long a request is kept after its address was confirmed, if nobody decides; and after a decision.
RETENTION: Final = timedelta(days=60)
RETENTION_DECIDED: Final = timedelta(days=30)
BATCH: Final = 100
#: Mail providers of private persons, as they are usual in France: an address there is a reason to look twice, no more.
PRIVATE_PROVIDERS: Final = frozenset(
    {
        "aol.com",
        "bbox.fr",
        "free.fr",
        "gmail.com",
        "gmx.com",
        "gmx.fr",
        "googlemail.com",
        "hotmail.com",
        "hotmail.fr",
        "icloud.com",
        "laposte.net",
        "live.com",
        "live.fr",
        "mac.com",
        "mail.com",
        "me.com",
        "msn.com",
        "neuf.fr",
        "numericable.fr",
        "orange.fr",
        "outlook.com",
        "outlook.fr",
        "proton.me",
        "protonmail.com",
        "sfr.fr",
        "tutanota.com",
        "wanadoo.fr",
        "yahoo.com",
        "yahoo.fr",
        "ymail.com",
        "zoho.com",
    }
)


def digest_of(token: str) -> bytes:
    """Return what is kept of the secret of a link that confirms an address."""
    return index.keyed("accountrequest.secret", token.encode())


def turn_of(email: str) -> bytes:
    """Return by what the requests for one address pass one after the other."""
    return index.keyed("accountrequest.turn", email.encode())


def is_private_mail(email: str) -> bool:
    """Tell whether an address is at a provider of private persons."""
    return email.rpartition("@")[2] in PRIVATE_PROVIDERS


def matches_of(requests: Iterable[AccountRequest]) -> Mapping[UUID, Organisation]:
    """Return, by request, the institution of its authority's list, or the country's, that was said: one query.

    The one that was chosen from the list; else the one with the number that was said; else the one of that name.
    """
    listed = list(requests)
    wanted = [_wanted(one) for one in listed]
    if not wanted:
        return {}
    places = Q(authority=None) | Q(authority__in={one.authority_id for one in listed})
    rows = list(Organisation.objects.filter(places).filter(reduce(or_, wanted)).order_by("name", "pk"))
    matches = {one.pk: _match(one, rows) for one in listed}
    return {pk: row for pk, row in matches.items() if row is not None}


def _wanted(one: AccountRequest) -> Q:
    wanted = Q(pk=one.organisation_id) if one.organisation_id else Q(pk__in=[])
    if one.number:
        wanted |= Q(**{one.register: one.number})
    if one.organisation_name:
        wanted |= Q(name__iexact=one.organisation_name)
    return wanted


def _match(one: AccountRequest, rows: Iterable[Organisation]) -> Organisation | None:
    here = [row for row in rows if row.authority_id in (None, one.authority_id)]
    chosen = [row for row in here if row.pk == one.organisation_id]
    numbered = [row for row in here if one.number and getattr(row, one.register) == one.number]
    named = [
        row for row in here if one.organisation_name and row.name.lower() == one.organisation_name.lower()
    ]
    return next(iter(chosen or numbered or named), None)


# --- What recurs ---------------------------------------------------------------------------------------


@recurring("account-requests:told", every=timedelta(hours=1))
def tell_administrators(at: datetime) -> int:
    """Tell who decides that requests wait, once in a day at most, however many there are; return how many were told."""
    notified = 0
    authorities = waiting_requests(at=at).order_by().values_list("authority_id", flat=True).distinct()
    for authority_id in sorted(authorities):
        with transaction.atomic():
            people = who_may("account-requests.decide", authority_id, at=at)
            lately = Notice.objects.filter(
                user_id__in=people,
                template=REQUESTS_WAIT,
                channel=Channel.MAIL,
                created_at__gt=at - EACH,
            )
            due = people - set(lately.values_list("user_id", flat=True))
            tell_people(due, REQUESTS_WAIT, authority_id, at=at)
            notified += len(due)
    return notified


@recurring("account-requests:forgotten", every=timedelta(hours=1))
def forget_old(at: datetime) -> int:
    """Delete requests whose time is over, and let those lapse on which nobody decided; return how many of both."""
    unconfirmed = Q(confirmed_at=None, asked_at__lte=at - links.valid_for(links.REQUEST))
    undecided = Q(decided_by=None, confirmed_at__lte=at - RETENTION)
    decided = Q(decided_by__isnull=False, decided_at__lte=at - RETENTION_DECIDED)
    gone = int(AccountRequest.objects.filter(unconfirmed | undecided | decided).delete()[0])
    return gone + _lapse(at)


def _lapse(at: datetime) -> int:
    """Close requests that waited for too long, tell their people, and write it for each authority's auditors."""
    late = AccountRequest.objects.filter(decided_at=None, confirmed_at__lte=at - REQUEST_OPEN_FOR)
    with transaction.atomic():
        rows = list(late.select_for_update(skip_locked=True).order_by("pk")[:BATCH])
        counts: dict[UUID, int] = {}
        for one in rows:
            one.decided_at, one.accepted, one.reason = at, False, Refused.LAPSED
            one.save(update_fields=["decided_at", "accepted", "reason"])
            tell_people([one.user_id or one.pk], REQUEST_LAPSED, one.authority_id, at=at)
            counts[one.authority_id] = counts.get(one.authority_id, 0) + 1
        for authority_id in sorted(counts):
            journal.record(
                acts.REQUESTS_LAPSED,
                actor=None,
                at=at,
                tenant=authority_id,
                purpose=Purpose.ADMINISTRATION,
                count=counts[authority_id],
            )
    return len(rows)
