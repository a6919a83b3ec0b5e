"""Looking at pairs of files that the search found alike: a mark that somebody of the cell did, and nothing more."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from referrals.access.relations import CaseAccess
from referrals.duplicates.queries import UNSEEN
from referrals.models import DuplicateCandidate
from referrals.vocabulary.role_sets import CELL


def look(pairs: Collection[UUID], ties: CaseAccess, *, at: datetime) -> None:
    """Write down that pairs were looked at, where their reader is of the cell, whose first analysis waits for it.

    The disclosure in which they were read is journaled; neither case moves: a mark on one would tell of the other.
    """
    if pairs and any(role in CELL for role, _ in ties.pairs):
        DuplicateCandidate.objects.filter(UNSEEN, pk__in=pairs).update(looked_at=at)
