"""Resolves a pseudonym of the journal to its account; the caller decides who may learn it (SEC-AL20)."""

from collections.abc import Collection
from uuid import UUID

from accounts.models import User
from audit import pseudonyms


def account_behind(pseudonym: UUID, *, cases: Collection[UUID] = (), active: bool = False) -> UUID | None:
    """Return the account that acts or files under a pseudonym; ``cases`` are the pseudonyms of those it acted on.

    ``active``: None where the account is closed. Computed over all accounts, some milliseconds for each thousand: no
    copy of the database holds the way back.

    Raises:
        PseudonymRefused: the row of the pseudonym isn't as the service wrote it.
    """
    everybody = User.objects.filter(is_active=True) if active else User.objects.all()
    ids = everybody.order_by().values_list("pk", flat=True).iterator()
    return pseudonyms.account(pseudonym, among=ids, cases=cases)


def account_of(who: UUID | None, subjects: Collection[str], *, active: bool = False) -> UUID | None:
    """Return the account that an anomaly is about, if it is about one; see ``account_behind``."""
    if who is None:
        return None
    return account_behind(who, cases=[UUID(one) for one in subjects], active=active)
