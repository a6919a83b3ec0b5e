"""How long what was verified may be trusted (field.md A.8): plain, to be checked, or out of matching.

Days are those of the authority that keeps the entry: what was verified on the 3rd is checked by the calendar that its
editors have on the wall, in Cayenne as in Mayotte. Everything here is computed when it is read, so nothing has to be
written as time goes by.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from django.utils.dates import MONTHS
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from directory.codes import SHELTER, Means, Source
from directory.models import Capacity, Service

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


def is_emergency(needs: Collection[str], *, distance_placement: bool = False) -> bool:
    """Tell whether a service has the short limits: it offers a place for tonight, or far away."""
    return distance_placement or any(need in needs for need in SHELTER)


def limits_of(*, emergency: bool) -> Limits:
    """Return the limits of a service; ``emergency`` as of ``is_emergency``."""
    return SHORT if emergency else USUAL


def freshness_of(verified_on: date | None, *, emergency: bool, today: date) -> Freshness:
    """Return how fresh an entry is on a day; one that nobody ever verified is stale.

    The day on which a limit is reached still counts. Months are those of the calendar: six months after 31 August end
    on 28 February, twelve months after 29 February on 28 February.
    """
    limits = limits_of(emergency=emergency)
    if verified_on is None or verified_on + relativedelta(months=limits.stale) < today:
        return Freshness.STALE
    return Freshness.TO_CHECK if verified_on + relativedelta(months=limits.check) < today else Freshness.FRESH


def oldest(months: int, *, today: date) -> date:
    """Return the earliest day after which so many months aren't over today: what a query compares with.

    ``freshness_of`` and a query with ``verified_on__gte=oldest(limits.stale, today=today)`` say the same.
    """
    day: date = today - relativedelta(months=months)
    # Where that month is shorter the subtraction stops at its end, from which today is too far: 31 August, 29 February.
    return day if day + relativedelta(months=months) >= today else day + timedelta(days=1)


def today_of(zone: str, at: datetime) -> date:
    """Return the day in a time zone, as ``Authority.timezone`` names it."""
    return at.astimezone(ZoneInfo(zone)).date()


def freshness(service: Service, *, at: datetime) -> Freshness:
    """Return how fresh an entry is, by the day of the authority that keeps it."""
    emergency = is_emergency(service.needs, distance_placement=service.distance_placement)
    today = today_of(service.authority.timezone, at)
    return freshness_of(service.verified_on, emergency=emergency, today=today)


def vacancy_counts(told_at: datetime | None, valid_until: datetime | None, *, at: datetime) -> bool:
    """Tell whether a vacancy still counts: told within a week, and not beyond the instant that it was told for."""
    if told_at is None or told_at > at or at - told_at > VACANCY_FOR:
        return False
    return valid_until is None or at <= valid_until


def vacancy(capacity: Capacity, *, at: datetime) -> int | None:
    """Return how many places are free, as far as that is known now."""
    return capacity.vacancy if vacancy_counts(capacity.told_at, capacity.valid_until, at=at) else None


# --- In words ------------------------------------------------------------------------------------------

#: What the file of a release verified: its entries name an official page (``directory/actions/seeds.py``).
BY_RELEASE: Final = "release"
_HOW: Final[Mapping[str, Any]] = {
    Means.PHONE: _("par téléphone"),
    Means.MAIL: _("par courriel"),
    Means.VISIT: _("sur place"),
    Means.LINK: _("par la structure elle-même"),
    Means.IMPORT: _("par un fichier"),
    BY_RELEASE: _("d'après la page officielle"),
    Means.TYPED: "",
}


def day_in_words(day: date) -> str:
    """Return a day as one says it: « 3 octobre 2026 »."""
    number = pgettext("day of a month", "1er") if day.day == 1 else str(day.day)
    return f"{number} {MONTHS[day.month]} {day.year}"


def sentence(verified_on: date | None, verified_by: str, state: Freshness) -> str:
    """Return the words of the badge: when an entry was verified and how, and what one may think of it."""
    if verified_on is None:
        return gettext("Jamais vérifié")
    how = str(_HOW.get(verified_by, ""))
    details = {"day": day_in_words(verified_on), "how": how}
    if state is Freshness.FRESH:
        return (gettext("Vérifié le %(day)s %(how)s") if how else gettext("Vérifié le %(day)s")) % details
    if state is Freshness.TO_CHECK:
        words = (
            gettext("À vérifier : dernière vérification le %(day)s %(how)s")
            if how
            else gettext("À vérifier : dernière vérification le %(day)s")
        )
        return words % details
    words = (
        gettext("Trop ancien pour être proposé : dernière vérification le %(day)s %(how)s")
        if how
        else gettext("Trop ancien pour être proposé : dernière vérification le %(day)s")
    )
    return words % details


def words_of(service: Service, *, at: datetime) -> str:
    """Return the words of the badge of a service."""
    of_release = service.source == Source.CURATED and service.verified_by == Means.IMPORT
    by = BY_RELEASE if of_release else service.verified_by
    return sentence(service.verified_on, by, freshness(service, at=at))
