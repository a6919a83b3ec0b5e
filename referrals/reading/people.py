"""Who may be named on a case in a role: people of its authority, none of them excluded (R221-8)."""

from datetime import datetime
from typing import Any

from accounts.models import Membership
from referrals.models import Referral


def people(referral: Referral, role: str, *, at: datetime) -> list[dict[str, Any]]:
    """Return who may be named on a case in a role now: people of its authority, none of them excluded (R221-8)."""
    barred = referral.exclusions.filter(lifted_at=None).values("user_id")
    memberships = Membership.objects.in_force(at).filter(authority=referral.authority, role=role)
    return [
        {
            "id": str(one.user_id),
            "name": one.user.full_name,
            "unit": str(one.unit_id) if one.unit_id else None,
        }
        for one in memberships.exclude(user_id__in=barred)
        .select_related("user")
        .order_by("user__full_name", "id")
    ]
