"""Settings of immediate danger: alerts, calls on duty, emergency openings, runaways."""

from dataclasses import dataclass

from referrals.policy.field_types import whole


@dataclass(frozen=True, kw_only=True)
class DangerTerms:
    """Delays in immediate danger."""

    danger_alert_minutes: int = whole(
        30, 5, 120, "Danger immédiat : alerte", "Immediate danger: alert", unit="minutes", law="CASF L226-4"
    )
    danger_breach_hours: int = whole(
        4, 1, 12, "Danger immédiat : retard", "Immediate danger: breach", unit="hours", law="CASF L226-4"
    )
    escalation_first_minutes: int = whole(
        2,
        1,
        10,
        "Astreinte : second appel du premier cadre, au plus tard",
        "On call: first officer called again",
        unit="minutes",
    )
    escalation_second_minutes: int = whole(
        10, 3, 30, "Astreinte : second cadre", "On call: second officer", unit="minutes"
    )
    escalation_supervisor_minutes: int = whole(
        20, 5, 60, "Astreinte : encadrement", "On call: supervisor", unit="minutes"
    )
    break_glass_minutes: int = whole(
        60, 10, 60, "Ouverture d'urgence : durée", "Emergency opening: how long it lasts", unit="minutes"
    )
    runaway_review_hours: int = whole(24, 6, 24, "Fugue : revue", "Runaway: review", unit="hours")
