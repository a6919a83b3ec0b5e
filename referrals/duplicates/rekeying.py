"""Key rotation of the record linkage index, while the service runs (SEC-CR10): reindexes each case.

A case names the key of its values, and that alone records the progress: if interrupted, it continues with what is left.
Meanwhile a search uses both keys, so that nothing is missed. The old key is destroyed once no case names it. Source:
docs/decisions/0022-another-index-key.md.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Count

from encryption import index, rotation
from encryption.models import Kind
from outbox.scheduler import recurring
from referrals.access.row_level_security import for_the_service
from referrals.duplicates import renewal
from referrals.models import Referral

#: How long every process may still search under the old key alone, for the life of its memory; and as long again.
KNOWN_AFTER: Final = timedelta(minutes=2)
BATCH: Final = 4_000


def counts() -> Mapping[UUID, int]:
    """Return how many cases have values under each key."""
    with for_the_service():
        rows = Referral.objects.filter(index_key__isnull=False).values_list("index_key")
        return {key: count for key, count in rows.annotate(count=Count("pk")) if key is not None}


rotation.counted_by(Kind.LIKENESS, counts)


@recurring("index:rekeyed", every=timedelta(minutes=1))
def rekey(at: datetime, *, limit: int = BATCH) -> int:
    """Index anew, under the key in use, cases whose values are under one that it replaced; return how many.

    Not before every process knows the new key: one that doesn't would search without finding what was moved.
    """
    now = index.likeness_keys()[0]  # first: it retires one that is lost
    before = rotation.retired(Kind.LIKENESS)
    if not before or rotation.made_at(now) > at - KNOWN_AFTER:
        return 0
    with for_the_service():
        left = Referral.objects.filter(index_key__in=before).order_by("index_key", "pk")
        waiting = list(left.values_list("pk", flat=True)[:limit])
    return renewal.renew(waiting, at)
