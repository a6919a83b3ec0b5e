"""Settings of figures: what is counted, and what is told of it."""

from dataclasses import dataclass
from typing import Final

from referrals.policy.field_types import choice, whole
from referrals.policy.list_types import codes
from referrals.vocabulary.ages import CUTS, ONPE_CUTS

_COUNT_UNITS: Final = {
    "both": ("Par enfant et par fratrie", "By child and by sibling group"),
    "child": ("Par enfant", "By child"),
    "sibling_group": ("Par fratrie", "By sibling group"),
}
_PUBLIC_GRAINS: Final = {
    "department_year": ("Département × année", "Département × year"),
    "authority_year": ("Collectivité × année", "Authority × year"),
}
_AGES: Final = {str(age): (f"{age} ans", f"{age} years") for age in CUTS}


@dataclass(frozen=True, kw_only=True)
class FigureTerms:
    """Figures: a year's are told by what is in force as it ends (referrals/statistics/queries.py)."""

    count_unit: str = choice(
        "both",
        _COUNT_UNITS,
        "Statistiques : unité de compte",
        "Figures: what is counted",
        law="CASF L226-3-3",
    )
    small_cell_min: int = whole(
        5,
        3,
        11,
        "Statistiques : plus petit effectif communiqué",
        "Figures: least number that is told",
        unit="",
        law="CASF D226-3-4",
    )
    public_grain: str = choice(
        "department_year",
        _PUBLIC_GRAINS,
        "Statistiques : maille publiée",
        "Figures: grain of what is published",
        law="CASF D226-3-4",
    )
    age_bands: tuple[str, ...] = codes(
        [str(age) for age in ONPE_CUTS],
        _AGES,
        "Statistiques : âges où commence une tranche",
        "Figures: ages at which a band begins",
    )
