"""Settings of figures: what is counted, and what is told of it."""

from dataclasses import dataclass
from typing import ClassVar, Final

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from referrals.policy.chapters import Chapter
from referrals.policy.field_types import choice, whole
from referrals.policy.list_types import codes
from referrals.vocabulary.ages import CUTS, ONPE_CUTS

_COUNT_UNITS: Final = {
    "both": _("Par enfant et par fratrie"),
    "child": _("Par enfant"),
    "sibling_group": _("Par fratrie"),
}
_PUBLIC_GRAINS: Final = {
    "department_year": _("Département × année"),
    "authority_year": _("Collectivité × année"),
}
_AGES: Final = {str(age): format_lazy(_("{age} ans"), age=age) for age in CUTS}


@dataclass(frozen=True, kw_only=True)
class FigureTerms:
    """Figures: a year's are told by what is in force as it ends (referrals/statistics/queries.py)."""

    chapter: ClassVar = Chapter.STATISTICS

    count_unit: str = choice("both", _COUNT_UNITS, _("Statistiques : unité de compte"), law="CASF L226-3-3")
    small_cell_min: int = whole(
        5, 3, 11, _("Statistiques : plus petit effectif communiqué"), unit="", law="CASF D226-3-4"
    )
    public_grain: str = choice(
        "department_year", _PUBLIC_GRAINS, _("Statistiques : maille publiée"), law="CASF D226-3-4"
    )
    age_bands: tuple[str, ...] = codes(
        [str(age) for age in ONPE_CUTS], _AGES, _("Statistiques : âges où commence une tranche")
    )
