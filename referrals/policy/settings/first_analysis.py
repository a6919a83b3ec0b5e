"""Settings of the first analysis: delays, who reads, how much may be searched."""

from dataclasses import dataclass
from typing import Final

from referrals.policy.field_types import choice, flag, whole

_SECOND_READER: Final = {
    "never": ("Jamais", "Never"),
    "when_exploited": ("Si prostitution en question", "Where prostitution is in question"),
    "always": ("Toujours", "Always"),
}


@dataclass(frozen=True, kw_only=True)
class FirstAnalysisTerms:
    """Delays and readers of the first analysis."""

    acknowledge_hours: int = whole(24, 1, 40, "Accusé de réception", "Acknowledgement", unit="open_hours")
    late_receipt_days: int = whole(
        7, 1, 31, "Réception plus ancienne : motif demandé", "Receipt longer ago: a reason is asked"
    )
    qualification_step: bool = flag(
        True,
        "Première analyse avant la qualification",
        "First analysis before qualification",
        law="CASF R226-2-2",
    )
    triage_hours: int = whole(24, 4, 80, "Première analyse", "First analysis", unit="open_hours")
    triage_urgent_hours: int = whole(
        8, 1, 24, "Première analyse à partir de U2", "First analysis from U2 on", unit="open_hours"
    )
    two_reader_qualification: str = choice(
        "when_exploited",
        _SECOND_READER,
        "Qualification relue par une seconde personne",
        "Qualification read by a second person",
    )
    information_request_days: int = whole(
        5,
        1,
        20,
        "Réponse à une demande de complément",
        "Answer to a request for information",
        unit="working_days",
    )
    searches_per_day: int = whole(
        50,
        1,
        200,
        "Recherches par nom, par personne et par jour",
        "Searches by name, a person and day",
        unit="",
    )
