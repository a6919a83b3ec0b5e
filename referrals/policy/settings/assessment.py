"""Settings of the assessment: its delays, its team, its meetings."""

from dataclasses import dataclass
from typing import ClassVar, Final

from django.utils.translation import gettext_lazy as _

from referrals.policy.chapters import Chapter
from referrals.policy.field_types import choice, flag, whole
from referrals.policy.list_types import codes
from referrals.vocabulary.assessment_answers import OF_DECREE, Dimension

_TEAM_SOURCES: Final = {
    "any": _("Toute personne habilitée sur le territoire"),
    "unit": _("L'unité qui suit le dossier"),
    "own": _("Les agents de la collectivité, sans partenaire"),
}


@dataclass(frozen=True, kw_only=True)
class AssessmentTerms:
    """Delays and teams of assessments. The legal delay is three months; "reduced" has no figure in law."""

    chapter: ClassVar = Chapter.ASSESSMENT

    assessment_urgent_days: int = whole(30, 7, 90, _("Évaluation à partir de U2"), law="CASF D226-2-4")
    assessment_under_2_days: int = whole(
        45, 7, 90, _("Évaluation, enfant de moins de deux ans"), law="CASF D226-2-4"
    )
    assessment_suspected_days: int = whole(
        30, 7, 90, _("Évaluation, prostitution suspectée ou avérée"), law="CASF D226-2-4"
    )
    team_size_min: int = whole(2, 2, 6, _("Évaluateurs par équipe, au moins"), unit="", law="CASF D226-2-5")
    team_fields_min: int = whole(
        2, 2, 4, _("Champs professionnels par équipe, au moins"), unit="", law="CASF D226-2-5"
    )
    team_source: str = choice("any", _TEAM_SOURCES, _("D'où viennent les évaluateurs"), law="CASF D226-2-5")
    service_in_charge_assesses: bool = flag(
        False, _("Le service chargé d'une mesure évalue"), law="CASF D226-2-5"
    )
    first_meeting_days: int = whole(8, 1, 30, _("Première rencontre"))
    home_visit_days: int = whole(21, 1, 60, _("Visite à domicile"))
    unreachable_attempts: int = whole(
        2,
        1,
        6,
        _("Tentatives avant de constater l'impossibilité de rencontrer l'enfant"),
        unit="",
        law="CASF D226-2-6",
    )
    report_items: tuple[str, ...] = codes(
        [str(one) for one in Dimension],
        {str(one): one.label for one in Dimension},
        _("Ce que le rapport examine pour chaque enfant"),
        kept=[str(one) for one in OF_DECREE],
        law="CASF D226-2-3",
    )
