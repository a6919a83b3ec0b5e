"""Suspicious sign-ins: their owner is notified, and sees them on « Mes connexions » (ASVS 5.0, 6.3.5).

There are three kinds: the right password, or an identity provider's confirmation, without a second factor after it;
refused second factors; and a complete sign-in from a network where the account hasn't signed in for ninety days. They
are counted by day and kind and kept for as long.

The notice is one text for all three: a mail never says what happened, from where, or in which browser. At most one is
sent a day, whatever happens: nobody can flood a mailbox, and only a person who knows the password causes any. Nor can
anybody suppress the next day's notice. The cost and the records of an attempt without the right password don't change
(SEC-AU2).
"""

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from accounts.models import SignInToCheck, User
from accounts.models.signintocheck import Oddity
from accounts.notifications import SIGN_INS_TO_CHECK, tell_owner
from outbox.scheduler import recurring

#: From so many refused second factors of a day on the owner is told; everybody mistypes.
REFUSED_MIN: Final = 5
EACH: Final = timedelta(days=1)
RETENTION: Final = timedelta(days=90)
#: How long the second factor may come after the password (``accounts/signin.py``).
AWAITED_FOR: Final = timedelta(minutes=10)
BATCH: Final = 100


def note(user: User, kind: Oddity, *, at: datetime) -> int:
    """Count that it happened once more today; return how often it did."""
    row, _made = SignInToCheck.objects.get_or_create(
        user=user, kind=kind, day=at.date(), defaults={"count": 0, "first_at": at, "last_at": at}
    )
    SignInToCheck.objects.filter(pk=row.pk).update(count=F("count") + 1, last_at=at)
    return row.count + 1


def begun(user: User, *, at: datetime) -> None:
    """Note that the right password was given: unless a second factor follows, it is to be checked."""
    note(user, Oddity.UNFINISHED, at=at)


def finished(user: User, day: date | None, *, new_place: bool, at: datetime) -> None:
    """Note that a sign-in came to its end, whose password was given on ``day``; tell of one from a new network."""
    if day is not None:
        theirs = SignInToCheck.objects.filter(user=user, kind=Oddity.UNFINISHED, day=day)
        theirs.filter(count__gt=0).update(count=F("count") - 1)
        theirs.filter(count=0).delete()
    if new_place:
        note(user, Oddity.NEW_PLACE, at=at)
        _settle(SignInToCheck.objects.filter(user=user, kind=Oddity.NEW_PLACE, day=at.date()), at=at)


def refused(user: User, *, at: datetime) -> None:
    """Note a second factor that was refused; tell of many on one day."""
    if note(user, Oddity.REFUSED, at=at) >= REFUSED_MIN:
        _settle(SignInToCheck.objects.filter(user=user, kind=Oddity.REFUSED, day=at.date()), at=at)


def of(user_id: UUID | None, *, at: datetime) -> QuerySet[SignInToCheck]:
    """Return what somebody is to check: of refused factors only so many that one is told of them.

    A password whose second factor may still come isn't odd yet.
    """
    rows = SignInToCheck.objects.filter(user=user_id, day__gt=(at - RETENTION).date())
    few = {"kind": Oddity.REFUSED, "count__lt": REFUSED_MIN}
    return rows.exclude(**few).exclude(kind=Oddity.UNFINISHED, told_at=None)


@recurring("signins:unfinished", every=timedelta(minutes=1))
def tell_of_unfinished(at: datetime) -> int:
    """Tell of passwords after which no second factor came in time; return how many were told.

    Since the first that is open, not the last: whoever goes on trying puts nothing off.
    """
    open_ = SignInToCheck.objects.filter(kind=Oddity.UNFINISHED, told_at=None, count__gt=0)
    with transaction.atomic():
        oldest = open_.select_for_update(skip_locked=True).order_by("pk")[:BATCH]
        pks = [row.pk for row in oldest if row.first_at <= at - AWAITED_FOR]
        return _settle(SignInToCheck.objects.filter(pk__in=pks), at=at)


@recurring("signins:forgotten", every=timedelta(hours=1))
def forget_old(at: datetime) -> int:
    """Delete what is older than ninety days; return how many rows."""
    return int(SignInToCheck.objects.filter(day__lte=(at - RETENTION).date()).delete()[0])


def _settle(rows: QuerySet[SignInToCheck], *, at: datetime) -> int:
    """Tell the owners of rows of which nobody told them; return how many were told.

    A notice of the last day tells of what came since, too.
    """
    notified = 0
    for row in rows.filter(told_at=None).select_related("user").order_by("pk"):
        earlier = SignInToCheck.objects.filter(user=row.user_id, told_at__isnull=False)
        lately = [when for when in earlier.values_list("told_at", flat=True) if when and when > at - EACH]
        covered = max(lately, default=None)
        row.told_at = covered or at
        row.save(update_fields=["told_at"])
        if covered is None:
            tell_owner(row.user, SIGN_INS_TO_CHECK, at=at)
            notified += 1
    return notified
