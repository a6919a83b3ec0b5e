"""Settings of the first analysis: delays, who reads, how much may be searched."""

from dataclasses import dataclass
from typing import ClassVar, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referrals.policy.chapters import Chapter
from referrals.policy.field_types import choice, flag, whole

_SECOND_READER: Final = {
    "never": _("Jamais"),
    "when_exploited": _("Si prostitution en question"),
    "always": _("Toujours"),
}


@dataclass(frozen=True, kw_only=True)
class FirstAnalysisTerms:
    """Delays and readers of the first analysis."""

    chapter: ClassVar = Chapter.FIRST_ANALYSIS

    acknowledge_hours: int = whole(
        24, 1, 40, pgettext_lazy("setting", "Accusé de réception"), unit="open_hours"
    )
    late_receipt_days: int = whole(7, 1, 31, _("Réception plus ancienne : motif demandé"))
    qualification_step: bool = flag(True, _("Première analyse avant la qualification"), law="CASF R226-2-2")
    triage_hours: int = whole(24, 4, 80, _("Première analyse"), unit="open_hours")
    triage_urgent_hours: int = whole(8, 1, 24, _("Première analyse à partir de U2"), unit="open_hours")
    two_reader_qualification: str = choice(
        "when_exploited", _SECOND_READER, _("Qualification relue par une seconde personne")
    )
    information_request_days: int = whole(
        5, 1, 20, _("Réponse à une demande de complément"), unit="working_days"
    )
    searches_per_day: int = whole(50, 1, 200, _("Recherches par nom, par personne et par jour"), unit="")
