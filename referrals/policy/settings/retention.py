"""Settings of retention: drafts, active base, archive, journal."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from referrals.policy.chapters import Chapter
from referrals.policy.field_types import flag, whole


@dataclass(frozen=True, kw_only=True)
class RetentionTerms:
    """How long drafts, cases and entries of the journal are kept."""

    chapter: ClassVar = Chapter.RETENTION

    draft_days: int = whole(30, 7, 90, _("Brouillon non transmis"))
    retention_set_aside_months: int = whole(
        24, 6, 24, _("Base active : non qualifiée, retirée"), unit="months", law="CASF R221-9"
    )
    retention_closed_months: int = whole(
        24, 6, 24, _("Base active : classée sans suite"), unit="months", law="CASF R221-9"
    )
    retention_measure_months: int = whole(
        24, 6, 24, _("Base active : après la fin des mesures"), unit="months", law="CASF R221-9"
    )
    retention_archive_closed_months: int = whole(
        60, 24, 216, _("Archive intermédiaire : classée sans suite"), unit="months", law="CASF R221-9"
    )
    retention_archive_months: int = whole(
        60, 24, 120, _("Archive intermédiaire : milieu ouvert"), unit="months", law="CASF R221-9"
    )
    retention_archive_placed_months: int = whole(
        120, 60, 1200, _("Archive intermédiaire : enfant accueilli"), unit="months", law="CASF R221-9"
    )
    retention_refusal_months: int = whole(
        12,
        1,
        120,
        _("Élimination refusée : nouvelle proposition après"),
        unit="months",
        law="Code du patrimoine L212-2",
    )
    log_access_months: int = whole(
        36, 6, 36, _("Journal : accès aux dossiers"), unit="months", law="RGPD art. 5, 32"
    )
    log_technical_months: int = whole(
        12, 6, 36, _("Journal : opérations techniques"), unit="months", law="RGPD art. 5, 32"
    )
    visa_required: bool = flag(
        True, _("Visa des archives avant élimination"), law="Code du patrimoine L211-4"
    )
