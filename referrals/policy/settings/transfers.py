"""Settings of transfers and inquiries between authorities."""

from dataclasses import dataclass
from typing import ClassVar, Final

from django.utils.translation import gettext_lazy as _

from referrals.policy.chapters import Chapter
from referrals.policy.field_types import choice, whole

_TRANSFER_MODES: Final = {
    "electronic": _("Par voie électronique"),
    "sealed_mail": _("Par pli recommandé"),
    "both": _("Les deux"),
}


@dataclass(frozen=True, kw_only=True)
class TransferTerms:
    """How documents of a transfer travel, and when an inquiry is answered."""

    chapter: ClassVar = Chapter.TRANSFERS

    transfer_mode: str = choice("both", _TRANSFER_MODES, _("Pièces d'un transfert"), law="CASF R221-7")
    inquiry_days: int = whole(
        10, 1, 60, _("Réponse à un autre département sur un suivi antérieur"), law="CASF L221-3"
    )
    inquiry_urgent_days: int = whole(
        2, 1, 10, _("La même réponse, quand la situation est urgente (U2, U3)"), law="CASF L221-3"
    )
    inquiry_notice_days: int = whole(1, 1, 9, _("Réponse à un autre département : rappel avant l'échéance"))
    inquiry_kept_days: int = whole(
        30, 1, 90, _("Demande sur un enfant inconnu : identité détruite après la réponse")
    )
