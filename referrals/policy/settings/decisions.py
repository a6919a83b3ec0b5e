"""Settings of decisions: delays, agreement, variants of measures, second signatures, access."""

from dataclasses import dataclass
from typing import Final

from referrals.policy.field_types import choice, whole
from referrals.policy.list_types import Row, Variant, codes, rows

_JUDICIAL_MODES: Final = {
    "mandatory": (
        "Saisine obligatoire si suspectée ou avérée",
        "Referral mandatory if suspected or established",
    ),
    "default_with_override": (
        "Saisine par défaut si suspectée, obligatoire si avérée",
        "Referral by default if suspected, mandatory if established",
    ),
    "advisory": ("Avertissement", "A warning"),
}
_SIGNERS: Final = {
    "supervisor": ("Encadrant·e", "Supervisor"),
    "ase_inspector": ("Inspecteur·rice ASE", "Child welfare inspector"),
}
#: The same as choices: the OpenAPI document names them once for the two settings that have them.
SIGNATORIES: Final = [(code, label) for code, (label, _) in _SIGNERS.items()]


@dataclass(frozen=True, kw_only=True)
class DecisionTerms:
    """Decision, agreement, signatures."""

    decision_days: int = whole(5, 1, 31, "Décision après le rapport", "Decision after the report")
    prostitution_judicial_mode: str = choice(
        "default_with_override",
        _JUDICIAL_MODES,
        "Prostitution : saisine de l'autorité judiciaire",
        "Prostitution: referral to the judicial authority",
        law="loi 2002-305 art. 13",
    )
    agreement_days: int = whole(
        15, 7, 31, "Accord de la famille", "Agreement of the family", law="CASF L223-2"
    )
    measure_variants: tuple[Row, ...] = rows(
        Variant, "Variantes locales des mesures", "Local variants of measures", law="CASF L222-3"
    )
    signatories_first_analysis: tuple[str, ...] = codes(
        ("supervisor", "ase_inspector"),
        _SIGNERS,
        "Seconde signature : réorientation, jonction",
        "Second signature: reorientation, joining",
        law="CASF L221-3",
    )
    signatories_decisions: tuple[str, ...] = codes(
        ("supervisor", "ase_inspector"),
        _SIGNERS,
        "Seconde signature : décisions, statuts, accès",
        "Second signature: decisions, statuses, access",
        law="CASF L221-3",
    )
    approval_days: int = whole(5, 1, 15, "Seconde signature", "Second signature")
    closure_review_working_days: int = whole(
        5, 1, 20, "Relecture d'une clôture", "Review of a closing", unit="working_days"
    )
    grant_days_max: int = whole(
        30, 1, 90, "Accès exceptionnel, au plus", "Exceptional access, at most", law="CASF R221-8"
    )
    stand_in_days_max: int = whole(
        35, 1, 120, "Suppléance, au plus", "Standing in for an absent person, at most", law="CASF R221-8"
    )
