"""Settings of decisions: delays, agreement, variants of measures, second signatures, access."""

from dataclasses import dataclass
from typing import ClassVar, Final

from django.utils.translation import gettext_lazy as _

from referrals.policy.chapters import Chapter
from referrals.policy.field_types import choice, flag, whole
from referrals.policy.list_types import Row, Variant, codes, rows

_JUDICIAL_MODES: Final = {
    "mandatory": _("Saisine obligatoire si suspectée ou avérée"),
    "default_with_override": _("Saisine par défaut si suspectée, obligatoire si avérée"),
    "advisory": _("Avertissement"),
}
_SIGNERS: Final = {
    "supervisor": _("Encadrant"),
    "ase_inspector": _("Inspecteur ASE"),
}
#: The same as choices: the OpenAPI document names them once for the two settings that have them.
SIGNATORIES: Final = [*_SIGNERS.items()]


@dataclass(frozen=True, kw_only=True)
class DecisionTerms:
    """Decision, agreement, signatures."""

    chapter: ClassVar = Chapter.DECISIONS

    decision_days: int = whole(5, 1, 31, _("Décision après le rapport"))
    prostitution_judicial_mode: str = choice(
        "default_with_override",
        _JUDICIAL_MODES,
        _("Prostitution : saisine de l'autorité judiciaire"),
        law="loi 2002-305 art. 13",
    )
    agreement_days: int = whole(15, 7, 31, _("Accord de la famille"), law="CASF L223-2")
    execution_emergency_days: int = whole(1, 1, 7, _("Début d'un accueil ordonné en urgence"))
    execution_care_days: int = whole(15, 1, 90, _("Début d'un accueil"))
    execution_care_notice_days: int = whole(8, 1, 90, _("Début d'un accueil : rappel à partir de"))
    execution_home_days: int = whole(30, 1, 180, _("Début d'une aide à domicile"))
    execution_home_notice_days: int = whole(15, 1, 180, _("Début d'une aide à domicile : rappel à partir de"))
    execution_review_days: int = whole(15, 1, 60, _("Mesure non commencée : nouveau rappel"))
    majority_notice_months: int = whole(
        3,
        1,
        12,
        _("Majorité : préparation avant dix-huit ans, et rappel de l'entretien avant dix-sept"),
        unit="months",
    )
    majority_interview_days: int = whole(
        30,
        1,
        90,
        _("Entretien de préparation à la majorité d'un mineur accueilli à dix-sept ans, ou qui l'a refusé"),
    )
    majority_interview_care: bool = flag(
        False, _("Entretien de préparation à la majorité pour tout placement du juge"), law="CASF L222-5-1"
    )
    measure_variants: tuple[Row, ...] = rows(Variant, _("Variantes locales des mesures"), law="CASF L222-3")
    signatories_first_analysis: tuple[str, ...] = codes(
        ("supervisor", "ase_inspector"),
        _SIGNERS,
        _("Seconde signature : réorientation, jonction"),
    )
    signatories_decisions: tuple[str, ...] = codes(
        ("supervisor", "ase_inspector"),
        _SIGNERS,
        _("Seconde signature : décisions, statuts, accès"),
    )
    approval_days: int = whole(5, 1, 15, _("Seconde signature"))
    closure_review_working_days: int = whole(5, 1, 20, _("Relecture d'une clôture"), unit="working_days")
    grant_days_max: int = whole(30, 1, 90, _("Accès exceptionnel, au plus"), law="CASF R221-8")
    stand_in_days_max: int = whole(35, 1, 120, _("Suppléance, au plus"), law="CASF R221-8")
