"""How long what was verified may be trusted (field.md A.8): plain, to be checked, or out of matching."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from dateutil.relativedelta import relativedelta

#: A vacancy that was told earlier shows as not known.
VACANCY_FOR: Final = timedelta(days=7)


class Freshness(StrEnum):
    """What a reader may think of an entry."""

    FRESH = "fresh"
    TO_CHECK = "to_check"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Limits:
    """After how many months an entry is to be checked, and after how many it leaves matching."""

    check: int
    stale: int


USUAL: Final = Limits(check=6, stale=12)
#: Emergency and distance services change quickly, and a wrong one costs a night.
SHORT: Final = Limits(check=1, stale=3)


def limits_of(*, emergency: bool) -> Limits:
    """Return the limits of a service; ``emergency``: it offers a place for tonight, or far away."""
    return SHORT if emergency else USUAL


def freshness_of(verified_on: date | None, *, emergency: bool, today: date) -> Freshness:
    """Return how fresh an entry is on a day; one that nobody ever verified is stale."""
    limits = limits_of(emergency=emergency)
    if verified_on is None or verified_on + relativedelta(months=limits.stale) < today:
        return Freshness.STALE
    return Freshness.TO_CHECK if verified_on + relativedelta(months=limits.check) < today else Freshness.FRESH


def vacancy_is_known(told_at: datetime | None, valid_until: datetime | None, *, at: datetime) -> bool:
    """Tell whether a vacancy still counts: told within a week, and not beyond the instant that it was told for."""
    if told_at is None or told_at > at or at - told_at > VACANCY_FOR:
        return False
    return valid_until is None or at <= valid_until
