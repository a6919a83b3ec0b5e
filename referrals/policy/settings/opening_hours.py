"""Settings of time: open hours, and what counts as a day of work."""

from dataclasses import dataclass
from typing import Final

from referrals.policy.field_types import Week, choice, week, whole

_OFFICE: Final = [{"opens": "09:00", "closes": "17:00"}]
_OFFICE_WEEK: Final = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), _OFFICE) | {
    "saturday": [],
    "sunday": [],
}
_CALENDARS: Final = {
    "territory": ("Celui du territoire", "That of the territory"),
    "FR": ("France (droit commun)", "France (ordinary)"),
    "57": ("Moselle", "Moselle"),
    "6AE": ("Alsace", "Alsace"),
    "971": ("Guadeloupe", "Guadeloupe"),
    "972": ("Martinique", "Martinique"),
    "973": ("Guyane", "Guyane"),
    "974": ("La Réunion", "La Réunion"),
    "PM": ("Saint-Pierre-et-Miquelon", "Saint-Pierre-et-Miquelon"),
    "976": ("Mayotte", "Mayotte"),
    "BL": ("Saint-Barthélemy", "Saint-Barthélemy"),
    "MF": ("Saint-Martin", "Saint-Martin"),
}


@dataclass(frozen=True, kw_only=True)
class HourTerms:
    """When the authority works."""

    opening_hours: Week = week(_OFFICE_WEEK, "Heures d'ouverture", "Opening hours")  # noqa: RUF009 - a field
    holiday_calendar: str = choice(
        "territory", _CALENDARS, "Calendrier des jours fériés", "Calendar of public holidays"
    )
    warning_percent: int = whole(
        20,
        5,
        50,
        "Alerte avant échéance : dernière part du délai",
        "Warning before a due date: last part of the delay",
        unit="percent",
    )
