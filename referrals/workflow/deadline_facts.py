"""Description of each deadline: its length, its law, the settings it reads.

It complements the rules that compute it (``referrals/workflow/deadlines.py``), for ``GET /workflow`` and
``docs/workflow.md``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from core.languages import Text, in_both
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.law import citations
from referrals.workflow.deadlines import ACCESS_CLASS, STATUTORY


@dataclass(frozen=True, slots=True)
class Facts:
    """A delay: from when and how long, its law ("" for practice), the settings it depends on."""

    delay: Text
    law: str = ""
    settings: tuple[str, ...] = ()


FACTS: Final[Mapping[C, Facts]] = {
    C.C1: Facts(_("heures ouvrées"), settings=("acknowledge_hours",)),
    C.C2: Facts(_("heures ouvrées, moins à partir de U2"), settings=("triage_hours", "triage_urgent_hours")),
    C.C3: Facts(
        _("sans délai : alerte puis retard"), "CASF L226-4", ("danger_alert_minutes", "danger_breach_hours")
    ),
    C.C4: Facts(
        _("3 mois à compter de la réception ; date réduite selon le danger et l'âge"),
        "CASF D226-2-4",
        ("assessment_urgent_days", "assessment_under_2_days", "assessment_suspected_days"),
    ),
    C.C4B_MEETING: Facts(_("jours"), settings=("first_meeting_days",)),
    C.C4B_VISIT: Facts(_("jours"), settings=("home_visit_days",)),
    C.C5: Facts(_("3 mois à compter de la transmission"), "CASF L226-5 al. 1"),
    C.C5B: Facts(_("3 mois à compter de la demande"), "CASF L226-5 al. 2, D226-2-8"),
    C.C6: Facts(_("la date demandée, sinon des jours ouvrés"), settings=("information_request_days",)),
    C.C7: Facts(
        _("aucun chiffre dans la loi : relances"),
        "CASF L226-4",
        (
            "prosecutor_first_reminder_days",
            "prosecutor_second_reminder_days",
            "prosecutor_last_reminder_days",
        ),
    ),
    C.C8: Facts(_("jours après le rapport"), settings=("decision_days",)),
    C.C9: Facts(
        _("jours ; enfant déjà accueilli : silence vaut accord après 4 semaines (6 sans accusé)"),
        "CASF L223-2",
        ("agreement_days",),
    ),
    C.C10: Facts(_("son terme, un an au plus"), "CASF L223-5"),
    C.C11: Facts(_("72 heures"), "CASF L223-2 al. 5"),
    C.C12: Facts(_("5 jours"), "CASF L223-2 al. 2"),
    C.C13: Facts(_("8 jours"), "CC 375-5"),
    C.C14: Facts(_("15 jours"), "CPC 1184"),
    C.C14B: Facts(_("6 mois"), "CPC 1185"),
    C.C15: Facts(_("son terme, deux ans au plus"), "CC 375"),
    C.C15B: Facts(_("son terme, 6 mois au plus ; rapport 15 jours avant"), "CPC 1183"),
    C.C16: Facts(_("3 mois"), "CASF L223-1-1, D223-13"),
    C.C17: Facts(_("un an, 6 mois avant trois ans"), "CASF L223-5"),
    C.C17B: Facts(_("son terme, 2 mois (parquet) ou 2 ans (juge) au plus"), "CC 375-5, 375-7"),
    C.C18: Facts(_("10 jours"), "CASF L221-3"),
    C.C19: Facts(_("heures, revue"), settings=("runaway_review_hours",)),
    C.C21: Facts(
        _("1 mois à compter de la réception, prolongé une fois de 2 mois par une décision motivée"),
        "RGPD 12",
        ("access_notice_days",),
    ),
    C.C22: Facts(_("72 heures depuis la prise de connaissance, nuits et week-ends compris"), "RGPD art. 33"),
    C.C23: Facts(_("son dix-huitième anniversaire"), "CASF L222-5, R221-2"),
    C.C24: Facts(
        _("jours depuis l'accord ou l'ordonnance, selon la mesure ; puis des rappels jusqu'à son début"),
        settings=(
            "execution_emergency_days",
            "execution_care_days",
            "execution_care_notice_days",
            "execution_home_days",
            "execution_home_notice_days",
            "execution_review_days",
        ),
    ),
    C.C25: Facts(
        _("son dix-septième anniversaire ; après lui, des jours depuis l'accueil ou le refus"),
        "CASF L222-5-1",
        ("majority_notice_months", "majority_interview_days", "majority_interview_care"),
    ),
    C.C26: Facts(
        _("son dix-huitième anniversaire, signalé des mois avant"),
        "CASF R221-2; CC 375",
        ("majority_notice_months",),
    ),
    C.C27: Facts(
        _("jours, moins à partir de U2 ; à U3 par téléphone aussi, le jour même"),
        "CASF L221-3",
        ("inquiry_days", "inquiry_urgent_days", "inquiry_notice_days"),
    ),
    C.R_CLOSURE: Facts(
        _("jours ouvrés ; pour une transmission retirée, le délai de la première analyse"),
        settings=("closure_review_working_days", "triage_hours", "triage_urgent_hours"),
    ),
    C.R_OPENING: Facts(_("la fin du jour ouvré suivant"), settings=("opening_hours", "holiday_calendar")),
    C.R_ANOMALY: Facts(_("jours depuis la question"), settings=("anomaly_answer_days",)),
    C.R_HOLDERS: Facts(_("le jour choisi au report"), "CASF L226-2-1", ("holder_deferral_review_days",)),
    C.R_RESTRICTION: Facts(_("le jour choisi avec la restriction"), "CASF R221-8"),
    C.C20: Facts(
        _(
            "mois à compter de la dernière opération, selon l'issue : base active, puis archivage intermédiaire"
        ),
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


def deadline_line(code: C) -> dict[str, Any]:
    """Return what is told of one delay, as an answer shows it."""
    facts = FACTS[code]
    return {
        "code": str(code),
        "label": code.labels_by_language,
        "delay": in_both(facts.delay),
        "law": citations.citation_lines(facts.law),
        "statutory": code in STATUTORY,
        "settings": list(facts.settings),
        "access_class": ACCESS_CLASS[code],
    }
