"""Note of a case on the files that the search found alike: that it still runs, or that nobody has looked yet."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from accounts.actor import Actor
from referrals.access.relations import CaseAccess
from referrals.duplicates import queries as duplicates_queries
from referrals.models import Referral


def similar(referral: Referral, ties: CaseAccess, *, actor: Actor, at: datetime) -> dict[str, Any]:
    """Return what ``web/duplicates/unseen.html`` tells: how many matches wait and where, or that the search runs."""
    pairs = duplicates_queries.unseen_pairs({referral.pk: ties}, actor, at=at).get(referral.pk, [])
    one = len(pairs) == 1
    return {
        "unseen": len(pairs),
        "at": reverse("case-pair", args=[referral.pk, pairs[0]])
        if one
        else reverse("case-part", args=[referral.pk, "rapprochements"]),
        "searching": duplicates_queries.searching(referral, ties),
    }
