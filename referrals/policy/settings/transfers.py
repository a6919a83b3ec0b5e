"""Settings of transfers between authorities."""

from dataclasses import dataclass
from typing import ClassVar, Final

from django.utils.translation import gettext_lazy as _

from referrals.policy.chapters import Chapter
from referrals.policy.field_types import choice

_TRANSFER_MODES: Final = {
    "electronic": _("Par voie électronique"),
    "sealed_mail": _("Par pli recommandé"),
    "both": _("Les deux"),
}


@dataclass(frozen=True, kw_only=True)
class TransferTerms:
    """How documents of a transfer travel."""

    chapter: ClassVar = Chapter.TRANSFERS

    transfer_mode: str = choice("both", _TRANSFER_MODES, _("Pièces d'un transfert"), law="CASF R221-7")
