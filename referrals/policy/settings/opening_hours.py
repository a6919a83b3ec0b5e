"""Settings of time: open hours, and what counts as a day of work."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from django.utils.translation import gettext_lazy as _

from core.languages import Text
from referrals.policy.chapters import Chapter
from referrals.policy.field_types import Week, choice, week, whole

_OFFICE: Final = [{"opens": "09:00", "closes": "17:00"}]
_OFFICE_WEEK: Final = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), _OFFICE) | {
    "saturday": [],
    "sunday": [],
}
_CALENDARS: Final[Mapping[str, Text]] = {
    "territory": _("Celui du territoire"),
    "FR": _("France (droit commun)"),
    "57": "Moselle",
    "6AE": "Alsace",
    "971": "Guadeloupe",
    "972": "Martinique",
    "973": "Guyane",
    "974": "La Réunion",
    "PM": "Saint-Pierre-et-Miquelon",
    "976": "Mayotte",
    "BL": "Saint-Barthélemy",
    "MF": "Saint-Martin",
}


@dataclass(frozen=True, kw_only=True)
class HourTerms:
    """When the authority works."""

    chapter: ClassVar = Chapter.TIME

    opening_hours: Week = week(_OFFICE_WEEK, _("Heures d'ouverture"))  # noqa: RUF009 - a field
    holiday_calendar: str = choice("territory", _CALENDARS, _("Calendrier des jours fériés"))
    warning_percent: int = whole(
        20, 5, 50, _("Alerte avant échéance : dernière part du délai"), unit="percent"
    )
