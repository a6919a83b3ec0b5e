"""What an authority has chosen of certificates of honorability, for those who give and review roles."""

from datetime import datetime

from accounts import honorability
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
