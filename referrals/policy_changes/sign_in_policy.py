"""Authorities that let all their people sign in with one-time codes (SEC-AU1); the others require passkeys.

The setting is the reason itself: without one nothing is relaxed, and the journal has who gave it, and when.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from accounts.factors import doors
from accounts.models import Authority
from referrals.policy.definitions import protocol_of


def relaxed(authorities: Collection[UUID], at: datetime) -> frozenset[UUID]:
    rows = Authority.objects.filter(pk__in=authorities)
    return frozenset(one.pk for one in rows if protocol_of(one, at).one_time_codes_reason.strip())


doors.relaxed = relaxed
