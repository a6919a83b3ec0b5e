"""Token expiry: reminds the owner of the program thirty and seven days before (ASVS 5.0, 6.4.5)."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import DateTimeField, Exists, ExpressionWrapper, F, OuterRef

from accounts.models import Token
from accounts.notifications import TOKEN_WILL_END, tell_people
from outbox.models import Channel, Notice
from outbox.scheduler import recurring

#: How long before its end a token is told of; each reminder stands until the next.
REMINDERS: Final = ((timedelta(days=30), timedelta(days=7)), (timedelta(days=7), timedelta(0)))
BATCH: Final = 100


@recurring("tokens:ending", every=timedelta(hours=1))
def remind(at: datetime) -> int:
    """Remind of tokens that end in thirty days, and again in seven; return how many people were told.

    One notice is for all tokens of an account that end so soon when it is written. A token that was made for no longer
    than a reminder comes before its end isn't told of by that one.
    """
    with transaction.atomic():
        people: dict[UUID, UUID] = {}
        for before, until in REMINDERS:
            people |= _untold(before, until, at=at)
        for user, authority in people.items():
            tell_people([user], TOKEN_WILL_END, authority, at=at)
    return len(people)


def _untold(before: timedelta, until: timedelta, *, at: datetime) -> dict[UUID, UUID]:
    """Return whose tokens end within a time and weren't told of since that began, each with the token's authority."""
    sent = Notice.objects.filter(
        template=TOKEN_WILL_END,
        channel=Channel.APP,
        user_id=OuterRef("membership__user_id"),
        created_at__gte=OuterRef("notice_from"),
    )
    notice_from = ExpressionWrapper(F("expires_at") - before, DateTimeField())
    ending = Token.objects.usable(at).filter(expires_at__lte=at + before, expires_at__gt=at + until)
    ending = ending.annotate(notice_from=notice_from).filter(~Exists(sent), created_at__lt=F("notice_from"))
    rows = ending.order_by("expires_at", "pk").values_list("membership__user_id", "membership__authority_id")
    return dict(rows[:BATCH])
