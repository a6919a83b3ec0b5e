"""Settings of what leaves the service for a person's own devices: nothing, unless the authority allows it."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from referrals.policy.chapters import Chapter
from referrals.policy.field_types import flag, whole


@dataclass(frozen=True, kw_only=True)
class ExportTerms:
    """Calendar feeds, and lists with names (SEC-AZ15)."""

    chapter: ClassVar = Chapter.SECURITY

    calendar_feeds: bool = flag(False, _("Échéances dans l'agenda personnel des agents, sans nom"))
    export_delay_hours: int = whole(24, 1, 168, _("Export avec noms, délai après confirmation"), unit="hours")
    export_hours: int = whole(48, 1, 168, _("Export avec noms, à télécharger dans les"), unit="hours")
    calendar_feed_days: int = whole(90, 7, 365, _("Validité d'une adresse d'agenda"))
