"""Settings of the holders of parental authority and of the prosecutor: deferred information, reminders."""

from dataclasses import dataclass
from typing import ClassVar, Final

from django.utils.translation import gettext_lazy as _

from referrals.policy.chapters import Chapter
from referrals.policy.field_types import whole
from referrals.policy.list_types import codes

_DEFERRAL_REASONS: Final = {
    "child_interest": _("Contraire à l'intérêt de l'enfant"),
    "holder_implicated": _("Titulaire impliqué"),
    "prosecutor": _("Consigne du parquet"),
}


@dataclass(frozen=True, kw_only=True)
class HolderAndProsecutorTerms:
    """Deferred information of holders, reminders of the prosecutor."""

    chapter: ClassVar = Chapter.JUSTICE

    holder_deferral_review_days: int = whole(
        7, 1, 31, _("Information différée des titulaires : revue"), law="CASF L226-2-1"
    )
    holder_deferral_reasons: tuple[str, ...] = codes(
        ("child_interest", "holder_implicated", "prosecutor"),
        _DEFERRAL_REASONS,
        _("Motifs d'information différée des titulaires"),
        kept=("holder_implicated",),
        law="CASF L226-2-1",
    )
    holder_deferral_limit_days: int = whole(
        30, 7, 90, _("Information différée au-delà : deux signatures"), law="CASF L226-2-1"
    )
    prosecutor_first_reminder_days: int = whole(2, 1, 15, _("Parquet : première relance"), law="CASF L226-4")
    prosecutor_second_reminder_days: int = whole(8, 2, 30, _("Parquet : deuxième relance"), law="CASF L226-4")
    prosecutor_last_reminder_days: int = whole(30, 3, 90, _("Parquet : dernière relance"), law="CASF L226-4")
