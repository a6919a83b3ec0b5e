"""Settings of immediate danger: alerts, calls on duty, emergency openings, runaways."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from referrals.policy.chapters import Chapter
from referrals.policy.field_types import whole


@dataclass(frozen=True, kw_only=True)
class DangerTerms:
    """Delays in immediate danger."""

    chapter: ClassVar = Chapter.DANGER

    danger_alert_minutes: int = whole(
        30, 5, 120, _("Danger immédiat : alerte"), unit="minutes", law="CASF L226-4"
    )
    danger_breach_hours: int = whole(4, 1, 12, _("Danger immédiat : retard"), unit="hours", law="CASF L226-4")
    escalation_first_minutes: int = whole(
        2, 1, 10, _("Astreinte : second appel du premier cadre, au plus tard"), unit="minutes"
    )
    escalation_second_minutes: int = whole(10, 3, 30, _("Astreinte : second cadre"), unit="minutes")
    escalation_supervisor_minutes: int = whole(20, 5, 60, _("Astreinte : encadrement"), unit="minutes")
    break_glass_minutes: int = whole(60, 10, 60, _("Ouverture d'urgence : durée"), unit="minutes")
    emergency_search_cap: int = whole(5, 1, 20, _("Astreinte : recherches par nom par garde"), unit="")
    emergency_search_results: int = whole(
        5, 1, 10, _("Astreinte : dossiers affichés, au plus, par recherche"), unit=""
    )
    emergency_search_days: int = whole(90, 30, 365, _("Recherche d'urgence : motif conservé après l'examen"))
    runaway_review_hours: int = whole(24, 6, 24, _("Fugue : revue"), unit="hours")
