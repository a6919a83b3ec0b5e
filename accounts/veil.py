"""Which account stands behind a pseudonym of the journal: who may learn it is the caller's business (SEC-AL20)."""

from collections.abc import Collection
from uuid import UUID

from accounts.models import User
from audit import pseudonyms


def account_behind(pseudonym: UUID, *, cases: Collection[UUID] = ()) -> UUID | None:
    """Return the account that acts or files under a pseudonym; ``cases`` are the pseudonyms of those it acted on.

    Computed over all accounts, some milliseconds for each thousand: no copy of the database holds the way back.

    Raises:
        PseudonymRefused: the row of the pseudonym isn't as the service wrote it.
    """
    everybody = User.objects.order_by().values_list("pk", flat=True)
    return pseudonyms.account(pseudonym, among=everybody.iterator(), cases=cases)


def account_of(who: UUID | None, subjects: Collection[str]) -> UUID | None:
    """Return the account that an anomaly is about, if it is about one; see ``account_behind``."""
    return None if who is None else account_behind(who, cases=[UUID(one) for one in subjects])
