"""What an authority's settings rule about accounts: certificates of honorability, and sign-in by codes (SEC-AU1).

An authority may let all its people sign in with one-time codes; the others require passkeys. The setting is the reason
itself: without one nothing is relaxed, and the journal has who gave it, and when.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from accounts import honorability
from accounts.factors import doors
from accounts.models import Authority
from accounts.roles import Role
from referrals.policy.definitions import protocol_of


def terms(authority: Authority, at: datetime) -> honorability.Terms:
    chosen = protocol_of(authority, at)
    return honorability.Terms(
        roles=frozenset(map(Role, chosen.honorability_roles)),
        years=chosen.honorability_years,
        grace=chosen.honorability_grace_days,
        notices=(
            chosen.honorability_first_notice_days,
            chosen.honorability_second_notice_days,
            chosen.honorability_last_notice_days,
        ),
        overdue=chosen.honorability_overdue_days,
    )


honorability.doors.terms = terms


def relaxed(authorities: Collection[UUID], at: datetime) -> frozenset[UUID]:
    rows = Authority.objects.filter(pk__in=authorities)
    return frozenset(one.pk for one in rows if protocol_of(one, at).one_time_codes_reason.strip())


doors.relaxed = relaxed
