"""Settings of retention: drafts, active base, archive, journal."""

from dataclasses import dataclass

from referrals.policy.field_types import flag, whole


@dataclass(frozen=True, kw_only=True)
class RetentionTerms:
    """How long drafts, cases and entries of the journal are kept."""

    draft_days: int = whole(30, 7, 90, "Brouillon non transmis", "Draft never submitted")
    retention_set_aside_months: int = whole(
        24,
        6,
        24,
        "Base active : non qualifiée, retirée",
        "Active base: not qualified, withdrawn",
        unit="months",
        law="CASF R221-9",
    )
    retention_closed_months: int = whole(
        24,
        6,
        24,
        "Base active : classée sans suite",
        "Active base: closed without action",
        unit="months",
        law="CASF R221-9",
    )
    retention_measure_months: int = whole(
        24,
        6,
        24,
        "Base active : après la fin des mesures",
        "Active base: after the end of measures",
        unit="months",
        law="CASF R221-9",
    )
    retention_archive_closed_months: int = whole(
        60,
        24,
        216,
        "Archive intermédiaire : classée sans suite",
        "Intermediate archive: closed without action",
        unit="months",
        law="CASF R221-9",
    )
    retention_archive_months: int = whole(
        60,
        24,
        120,
        "Archive intermédiaire : milieu ouvert",
        "Intermediate archive: open environment",
        unit="months",
        law="CASF R221-9",
    )
    retention_archive_placed_months: int = whole(
        120,
        60,
        1200,
        "Archive intermédiaire : enfant accueilli",
        "Intermediate archive: child placed",
        unit="months",
        law="CASF R221-9",
    )
    retention_refusal_months: int = whole(
        12,
        1,
        120,
        "Élimination refusée : nouvelle proposition après",
        "Destruction refused: proposed again after",
        unit="months",
        law="Code du patrimoine L212-2",
    )
    log_access_months: int = whole(
        36,
        6,
        36,
        "Journal : accès aux dossiers",
        "Journal: access to files",
        unit="months",
        law="RGPD art. 5, 32",
    )
    log_technical_months: int = whole(
        12,
        6,
        36,
        "Journal : opérations techniques",
        "Journal: technical operations",
        unit="months",
        law="RGPD art. 5, 32",
    )
    visa_required: bool = flag(
        True,
        "Visa des archives avant élimination",
        "Visa of the archives before destruction",
        law="Code du patrimoine L211-4",
    )
