"""Settings of requests for access to personal data (RGPD art. 12, 15)."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from referrals.policy.chapters import Chapter
from referrals.policy.field_types import whole


@dataclass(frozen=True, kw_only=True)
class AccessTerms:
    """When the officer is reminded, how long an answer waits to be fetched, and how long it may be contested."""

    chapter: ClassVar = Chapter.SECURITY

    access_notice_days: int = whole(7, 1, 20, _("Réponse à une demande d'accès : rappel avant l'échéance"))
    access_package_days: int = whole(30, 7, 90, _("Réponse à une demande d'accès : à retirer dans les"))
    access_remedies_days: int = whole(
        62, 31, 365, _("Demande d'accès : délai de recours après la réponse, avant destruction de la copie")
    )
