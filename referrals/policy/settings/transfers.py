"""Settings of transfers between authorities."""

from dataclasses import dataclass
from typing import Final

from referrals.policy.field_types import choice

_TRANSFER_MODES: Final = {
    "electronic": ("Par voie électronique", "Electronic"),
    "sealed_mail": ("Par pli recommandé", "Sealed registered letter"),
    "both": ("Les deux", "Both"),
}


@dataclass(frozen=True, kw_only=True)
class TransferTerms:
    """How documents of a transfer travel."""

    transfer_mode: str = choice(
        "both", _TRANSFER_MODES, "Pièces d'un transfert", "Documents of a transfer", law="CASF R221-7"
    )
