"""Settings of the holders of parental authority and of the prosecutor: deferred information, reminders."""

from dataclasses import dataclass
from typing import Final

from referrals.policy.field_types import whole
from referrals.policy.list_types import codes

_DEFERRAL_REASONS: Final = {
    "child_interest": ("Contraire à l'intérêt de l'enfant", "Against the child's interest"),
    "holder_implicated": ("Titulaire impliqué", "The holder is implicated"),
    "prosecutor": ("Consigne du parquet", "Prosecutor's instruction"),
}


@dataclass(frozen=True, kw_only=True)
class HolderAndProsecutorTerms:
    """Deferred information of holders, reminders of the prosecutor."""

    holder_deferral_review_days: int = whole(
        7,
        1,
        31,
        "Information différée des titulaires : revue",
        "Deferred information of holders: review",
        law="CASF L226-2-1",
    )
    holder_deferral_reasons: tuple[str, ...] = codes(
        ("child_interest", "holder_implicated", "prosecutor"),
        _DEFERRAL_REASONS,
        "Motifs d'information différée des titulaires",
        "Reasons to defer the information of holders",
        kept=("holder_implicated",),
        law="CASF L226-2-1",
    )
    holder_deferral_limit_days: int = whole(
        30,
        7,
        90,
        "Information différée au-delà : deux signatures",
        "Deferred beyond: two signatures",
        law="CASF L226-2-1",
    )
    prosecutor_first_reminder_days: int = whole(
        2, 1, 15, "Parquet : première relance", "Prosecutor: first reminder", law="CASF L226-4"
    )
    prosecutor_second_reminder_days: int = whole(
        8, 2, 30, "Parquet : deuxième relance", "Prosecutor: second reminder", law="CASF L226-4"
    )
    prosecutor_last_reminder_days: int = whole(
        30, 3, 90, "Parquet : dernière relance", "Prosecutor: last reminder", law="CASF L226-4"
    )
