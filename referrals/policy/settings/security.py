"""Settings of security: sign-in, what leaves the service, and requests for access (RGPD art. 12, 15)."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from referrals.policy.chapters import Chapter
from referrals.policy.field_types import flag, text, whole


@dataclass(frozen=True, kw_only=True)
class AccessTerms:
    """When the officer is reminded, how long an answer waits to be fetched, and how long it may be contested."""

    chapter: ClassVar = Chapter.SECURITY

    access_notice_days: int = whole(7, 1, 20, _("Réponse à une demande d'accès : rappel avant l'échéance"))
    access_package_days: int = whole(30, 7, 90, _("Réponse à une demande d'accès : à retirer dans les"))
    access_remedies_days: int = whole(
        62, 31, 365, _("Demande d'accès : délai de recours après la réponse, avant destruction de la copie")
    )


@dataclass(frozen=True, kw_only=True)
class ExportTerms:
    """Calendar feeds, and lists with names (SEC-AZ15)."""

    chapter: ClassVar = Chapter.SECURITY

    calendar_feeds: bool = flag(False, _("Échéances dans l'agenda personnel des agents, sans nom"))
    export_delay_hours: int = whole(24, 1, 168, _("Export avec noms, délai après confirmation"), unit="hours")
    export_hours: int = whole(48, 1, 168, _("Export avec noms, à télécharger dans les"), unit="hours")
    calendar_feed_days: int = whole(90, 7, 365, _("Validité d'une adresse d'agenda"))


@dataclass(frozen=True, kw_only=True)
class SignInTerms:
    """How people sign in: a passkey, except where the authority says here why codes have to do (SEC-AU1)."""

    chapter: ClassVar = Chapter.SECURITY

    one_time_codes_reason: str = text(
        "", _("Codes à usage unique admis pour tous les rôles : pourquoi"), blank=True
    )
