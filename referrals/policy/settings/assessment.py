"""Settings of the assessment: its delays, its team, its meetings."""

from dataclasses import dataclass
from typing import Final

from referrals.policy.field_types import choice, flag, whole

_TEAM_SOURCES: Final = {
    "any": ("Toute personne habilitée sur le territoire", "Anyone habilitated in the territory"),
    "unit": ("L'unité qui suit le dossier", "The unit that has the case"),
    "own": ("Les agents de la collectivité, sans partenaire", "Agents of the authority, no partner"),
}


@dataclass(frozen=True, kw_only=True)
class AssessmentTerms:
    """Delays and teams of assessments. The legal delay is three months; "reduced" has no figure in law."""

    assessment_urgent_days: int = whole(
        30, 7, 90, "Évaluation à partir de U2", "Assessment from U2 on", law="CASF D226-2-4"
    )
    assessment_under_2_days: int = whole(
        45,
        7,
        90,
        "Évaluation, enfant de moins de deux ans",
        "Assessment, child under two",
        law="CASF D226-2-4",
    )
    assessment_suspected_days: int = whole(
        30,
        7,
        90,
        "Évaluation, prostitution suspectée ou avérée",
        "Assessment, prostitution suspected or established",
        law="CASF D226-2-4",
    )
    team_size_min: int = whole(
        2,
        2,
        6,
        "Évaluateurs par équipe, au moins",
        "Assessors of a team, at least",
        unit="",
        law="CASF D226-2-5",
    )
    team_fields_min: int = whole(
        2,
        2,
        4,
        "Champs professionnels par équipe, au moins",
        "Professional fields of a team, at least",
        unit="",
        law="CASF D226-2-5",
    )
    team_source: str = choice(
        "any",
        _TEAM_SOURCES,
        "D'où viennent les évaluateurs",
        "Where assessors come from",
        law="CASF D226-2-5",
    )
    service_in_charge_assesses: bool = flag(
        False,
        "Le service chargé d'une mesure évalue",
        "The service in charge of a measure assesses",
        law="CASF D226-2-5",
    )
    first_meeting_days: int = whole(8, 1, 30, "Première rencontre", "First meeting")
    home_visit_days: int = whole(21, 1, 60, "Visite à domicile", "Home visit")
    unreachable_attempts: int = whole(
        2,
        1,
        6,
        "Tentatives avant de constater l'impossibilité de rencontrer l'enfant",
        "Attempts before saying that the child can't be met",
        unit="",
        law="CASF D226-2-6",
    )
