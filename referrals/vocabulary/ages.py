"""Age bands and flags derived from a birth date or an estimated age, stored in clear (domain.md §4.1).

The queue and the deadlines use the five bands of ONPE, which never change. Figures use bands of the authority's own
(AGE_BANDS), put together out of ``FINEST``, which is as fine as what is in clear: no birth date is opened.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext_lazy as _

from referrals.vocabulary.states import Coded


class AgeBand(Coded):
    """Age bands of the queue and of statistics (domain.md §11.1 AGE_BANDS)."""

    UNDER_3 = "0-2", _("Moins de 3 ans")
    FROM_3 = "3-5", _("3 à 5 ans")
    FROM_6 = "6-10", _("6 à 10 ans")
    FROM_11 = "11-15", _("11 à 15 ans")
    FROM_16 = "16-17", _("16 et 17 ans")
    ADULT = "18+", _("18 ans et plus")
    UNKNOWN = "unknown", _("Inconnu")


ADULT_AT = 18
SUPPORTED_UNTIL: Final = 21  # L222-5 5°, R221-2
_BANDS = (
    (3, AgeBand.UNDER_3),
    (6, AgeBand.FROM_3),
    (11, AgeBand.FROM_6),
    (16, AgeBand.FROM_11),
    (18, AgeBand.FROM_16),
)
#: Ages at which a band or a flag changes: those of the bands, under 2, under 15.
CHANGES = tuple(sorted({bound for bound, _ in _BANDS} | {2, 15}))
#: The parts of a minor's age that band and flags tell apart, by the age at which each begins.
FINEST: Final[Mapping[int, str]] = {0: "0-1", 2: "2", 3: "3-5", 6: "6-10", 11: "11-14", 15: "15", 16: "16-17"}
#: Ages at which a band of figures may begin; the first begins with birth.
CUTS: Final = tuple(FINEST)[1:]
#: ONPE's: under 3, 3 to 5, 6 to 10, 11 to 15, 16 and 17.
ONPE_CUTS: Final = (3, 6, 11, 16)


@dataclass(frozen=True, slots=True)
class AgeFacts:
    """Band and flags of one child on one day."""

    age_band: str = AgeBand.UNKNOWN
    under_2: bool = False
    under_15: bool = False


def age_on(birth: date, on: date) -> int:
    """Return completed years; a child of 29 February is a year older on 1 March of a common year."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def birthday(birth: date, age: int) -> date:
    """Return the day on which somebody turns ``age``; for 29 February, 1 March of a common year (``age_on``)."""
    try:
        return birth.replace(year=birth.year + age)
    except ValueError:
        return date(birth.year + age, 3, 1)


def next_change(birth: date, *, after: date) -> date | None:
    """Return the next birthday after a day that changes a band or a flag; None once there is none."""
    return next((day for age in CHANGES if (day := birthday(birth, age)) > after), None)


def as_date(value: str | date) -> date:
    """Return a birth date as a date, whether it comes from a form or out of its seal."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def facts(birth: date | None, low: int | None, high: int | None, *, on: date) -> AgeFacts:
    """Return band and flags from the birth date, else from the estimated range.

    A range counts by its lower end: in doubt a person is treated as the younger (domain.md §4.1).
    """
    if birth is not None:
        age = age_on(birth, on)
    elif low is not None or high is not None:
        age = low if low is not None else min(high or 0, ADULT_AT - 1)
    else:
        return AgeFacts()
    band = next((band for bound, band in _BANDS if age < bound), AgeBand.ADULT)
    return AgeFacts(age_band=band, under_2=age < 2, under_15=age < 15)


def finest(band: str, *, under_2: bool, under_15: bool) -> str:
    """Return the part of ``FINEST`` in which a band and its flags put somebody; else the band: adult, unknown."""
    if band == AgeBand.UNDER_3:
        return FINEST[0] if under_2 else FINEST[2]
    if band == AgeBand.FROM_11:
        return FINEST[11] if under_15 else FINEST[15]
    return band


def bands(cuts: Sequence[int]) -> dict[str, tuple[str, ...]]:
    """Return the bands that begin at birth and at each of ``cuts``, in order: code (``3-5``), parts of ``FINEST``."""
    begins = [0, *sorted(cuts)]
    ends = [*begins[1:], ADULT_AT]
    return {
        f"{low}-{end - 1}" if end - 1 > low else str(low): tuple(
            part for age, part in FINEST.items() if low <= age < end
        )
        for low, end in zip(begins, ends, strict=True)
    }
