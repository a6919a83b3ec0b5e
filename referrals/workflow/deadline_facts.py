"""Description of each deadline: its length, its law, the settings it reads.

It complements the rules that compute it (``referrals/workflow/deadlines.py``), for ``GET /workflow`` and
``docs/workflow.md``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from referrals.vocabulary.deadlines import ClockCode as C
from referrals.workflow.deadlines import ACCESS_CLASS, STATUTORY


@dataclass(frozen=True, slots=True)
class Facts:
    """A delay: from when and how long in French and English, its law ("" for practice), the settings it depends on."""

    fr: str
    en: str
    law: str = ""
    settings: tuple[str, ...] = ()


FACTS: Final[Mapping[C, Facts]] = {
    C.C1: Facts("heures ouvrées", "open hours", settings=("acknowledge_hours",)),
    C.C2: Facts(
        "heures ouvrées, moins à partir de U2",
        "open hours, fewer from U2 on",
        settings=("triage_hours", "triage_urgent_hours"),
    ),
    C.C3: Facts(
        "sans délai : alerte puis retard",
        "without delay: an alert, then a breach",
        "CASF L226-4",
        ("danger_alert_minutes", "danger_breach_hours"),
    ),
    C.C4: Facts(
        "3 mois à compter de la réception ; date réduite selon le danger et l'âge",
        "3 months from the receipt; a reduced date by danger and age",
        "CASF D226-2-4",
        ("assessment_urgent_days", "assessment_under_2_days", "assessment_suspected_days"),
    ),
    C.C4B_MEETING: Facts("jours", "days", settings=("first_meeting_days",)),
    C.C4B_VISIT: Facts("jours", "days", settings=("home_visit_days",)),
    C.C5: Facts("3 mois à compter de la transmission", "3 months from the transmission", "CASF L226-5 al. 1"),
    C.C5B: Facts(
        "3 mois à compter de la demande", "3 months from the request", "CASF L226-5 al. 2, D226-2-8"
    ),
    C.C6: Facts(
        "la date demandée, sinon des jours ouvrés",
        "the date asked for, else working days",
        settings=("information_request_days",),
    ),
    C.C7: Facts(
        "aucun chiffre dans la loi : relances",
        "no figure in law: reminders",
        "CASF L226-4",
        (
            "prosecutor_first_reminder_days",
            "prosecutor_second_reminder_days",
            "prosecutor_last_reminder_days",
        ),
    ),
    C.C8: Facts("jours après le rapport", "days after the report", settings=("decision_days",)),
    C.C9: Facts(
        "jours ; enfant déjà accueilli : silence vaut accord après 4 semaines (6 sans accusé)",
        "days; a child in care: silence is agreement after 4 weeks (6 without a receipt)",
        "CASF L223-2",
        ("agreement_days",),
    ),
    C.C10: Facts("son terme, un an au plus", "its term, a year at most", "CASF L223-5"),
    C.C11: Facts("72 heures", "72 hours", "CASF L223-2 al. 5"),
    C.C12: Facts("5 jours", "5 days", "CASF L223-2 al. 2"),
    C.C13: Facts("8 jours", "8 days", "CC 375-5"),
    C.C14: Facts("15 jours", "15 days", "CPC 1184"),
    C.C14B: Facts("6 mois", "6 months", "CPC 1185"),
    C.C15: Facts("son terme, deux ans au plus", "its term, two years at most", "CC 375"),
    C.C15B: Facts(
        "son terme, 6 mois au plus ; rapport 15 jours avant",
        "its term, 6 months at most; the report 15 days before",
        "CPC 1183",
    ),
    C.C16: Facts("3 mois", "3 months", "CASF L223-1-1, D223-13"),
    C.C17: Facts("un an, 6 mois avant trois ans", "a year, 6 months under three", "CASF L223-5"),
    C.C17B: Facts(
        "son terme, 2 mois (parquet) ou 2 ans (juge) au plus",
        "its term, 2 months (prosecutor) or 2 years (judge) at most",
        "CC 375-5, 375-7",
    ),
    C.C18: Facts("10 jours", "10 days", "CASF L221-3"),
    C.C19: Facts("heures, revue", "hours, a review", settings=("runaway_review_hours",)),
    C.R_HOLDERS: Facts(
        "le jour choisi au report",
        "the day chosen with the deferral",
        "CASF L226-2-1",
        ("holder_deferral_review_days",),
    ),
    C.R_RESTRICTION: Facts(
        "le jour choisi avec la restriction", "the day chosen with the restriction", "CASF R221-8"
    ),
    C.C20: Facts(
        "mois à compter de la dernière opération, selon l'issue : base active, puis archivage intermédiaire",
        "months from the last action, by the outcome: active base, then intermediate archive",
        "CASF R221-9",
        (
            "retention_set_aside_months",
            "retention_closed_months",
            "retention_measure_months",
            "retention_archive_closed_months",
            "retention_archive_months",
            "retention_archive_placed_months",
        ),
    ),
}


def told(code: C) -> dict[str, Any]:
    """Return what is told of one delay, as an answer shows it."""
    facts = FACTS[code]
    return {
        "code": str(code),
        "label": code.labels_by_language,
        "delay": {"fr": facts.fr, "en": facts.en},
        "law": facts.law or None,
        "statutory": code in STATUTORY,
        "settings": list(facts.settings),
        "access_class": ACCESS_CLASS[code],
    }
