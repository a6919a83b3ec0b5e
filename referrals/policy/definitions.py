"""Definitions of an authority's settings: deadlines, thresholds, modes and texts (domain.md §11.1, figures marked ◆).

The law leaves these to each authority. Each line declares one setting: its default, its bounds, its labels (French,
English), and the article that leaves it open. No rule has such a figure of its own: it reads ``protocol_of``, which
returns what an authority had in force at an instant. What the law itself fixes (three months of D226-2-4, 72 hours, …)
is no setting and is declared with its rule.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import structlog
from rest_framework.exceptions import ValidationError

from referrals.policy.anomaly_thresholds import AnomalyTerms
from referrals.policy.field_types import SETTING, Setting, Week, choice, flag, text, week, whole
from referrals.policy.list_types import Partner, Question, Row, Variant, codes, rows
from referrals.vocabulary.ages import CUTS, ONPE_CUTS

if TYPE_CHECKING:
    from accounts.models import Authority

_log = structlog.get_logger("referrals")
_OFFICE: Final = [{"opens": "09:00", "closes": "17:00"}]
_OFFICE_WEEK: Final = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), _OFFICE) | {
    "saturday": [],
    "sunday": [],
}
_CALENDARS: Final = {
    "territory": ("Celui du territoire", "That of the territory"),
    "FR": ("France (droit commun)", "France (ordinary)"),
    "57": ("Moselle", "Moselle"),
    "6AE": ("Alsace", "Alsace"),
    "971": ("Guadeloupe", "Guadeloupe"),
    "972": ("Martinique", "Martinique"),
    "973": ("Guyane", "Guyane"),
    "974": ("La Réunion", "La Réunion"),
    "PM": ("Saint-Pierre-et-Miquelon", "Saint-Pierre-et-Miquelon"),
    "976": ("Mayotte", "Mayotte"),
    "BL": ("Saint-Barthélemy", "Saint-Barthélemy"),
    "MF": ("Saint-Martin", "Saint-Martin"),
}
_SECOND_READER: Final = {
    "never": ("Jamais", "Never"),
    "when_exploited": ("Si prostitution en question", "Where prostitution is in question"),
    "always": ("Toujours", "Always"),
}
_JUDICIAL_MODES: Final = {
    "mandatory": (
        "Saisine obligatoire si suspectée ou avérée",
        "Referral mandatory if suspected or established",
    ),
    "default_with_override": (
        "Saisine par défaut si suspectée, obligatoire si avérée",
        "Referral by default if suspected, mandatory if established",
    ),
    "advisory": ("Avertissement", "A warning"),
}
_TEAM_SOURCES: Final = {
    "any": ("Toute personne habilitée sur le territoire", "Anyone habilitated in the territory"),
    "unit": ("L'unité qui suit le dossier", "The unit that has the case"),
    "own": ("Les agents de la collectivité, sans partenaire", "Agents of the authority, no partner"),
}
_SIGNERS: Final = {
    "supervisor": ("Encadrant·e", "Supervisor"),
    "ase_inspector": ("Inspecteur·rice ASE", "Child welfare inspector"),
}
#: The same as choices: the OpenAPI document names them once for the two settings that have them.
SIGNATORIES: Final = [(code, label) for code, (label, _) in _SIGNERS.items()]
_DEFERRAL_REASONS: Final = {
    "child_interest": ("Contraire à l'intérêt de l'enfant", "Against the child's interest"),
    "holder_implicated": ("Titulaire impliqué", "The holder is implicated"),
    "prosecutor": ("Consigne du parquet", "Prosecutor's instruction"),
}
_PROSECUTOR_CHANNELS: Final = {
    "manual": ("Selon la situation, preuve au dossier", "As the situation asks, the proof in the case"),
    "mail": ("Courriel", "Mail"),
    "phone_then_mail": ("Téléphone, puis courriel", "Phone, then mail"),
    "portal": ("Portail sécurisé", "Secure portal"),
}
_TRANSFER_MODES: Final = {
    "electronic": ("Par voie électronique", "Electronic"),
    "sealed_mail": ("Par pli recommandé", "Sealed registered letter"),
    "both": ("Les deux", "Both"),
}
_COUNT_UNITS: Final = {
    "both": ("Par enfant et par fratrie", "By child and by sibling group"),
    "child": ("Par enfant", "By child"),
    "sibling_group": ("Par fratrie", "By sibling group"),
}
_PUBLIC_GRAINS: Final = {
    "department_year": ("Département × année", "Département × year"),
    "authority_year": ("Collectivité × année", "Authority × year"),
}
_AGES: Final = {str(age): (f"{age} ans", f"{age} years") for age in CUTS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol(AnomalyTerms):
    """The choices of one authority. Names end in their unit; ``…_days`` are calendar days unless they say so."""

    # Open hours, and what counts as a day of work
    opening_hours: Week = week(_OFFICE_WEEK, "Heures d'ouverture", "Opening hours")  # noqa: RUF009 - a field
    holiday_calendar: str = choice(
        "territory", _CALENDARS, "Calendrier des jours fériés", "Calendar of public holidays"
    )
    warning_percent: int = whole(
        20,
        5,
        50,
        "Alerte avant échéance : dernière part du délai",
        "Warning before a due date: last part of the delay",
        unit="percent",
    )

    # What the authority calls itself and its grades, and whom it works with
    crip_name: str = text(
        "Cellule de recueil des informations préoccupantes",
        "Nom de la cellule",
        "Name of the cell",
        law="CASF L226-3",
    )
    urgency_u0_label: str = text("Standard", "Libellé de l'urgence U0", "Label of urgency U0")
    urgency_u1_label: str = text("Prioritaire", "Libellé de l'urgence U1", "Label of urgency U1")
    urgency_u2_label: str = text("Urgent (24–72 h)", "Libellé de l'urgence U2", "Label of urgency U2")
    urgency_u3_label: str = text(
        "Urgence vitale / danger imminent", "Libellé de l'urgence U3", "Label of urgency U3"
    )
    protocol_partners: tuple[Row, ...] = rows(
        Partner, "Partenaires du protocole", "Partners of the protocol", key="name", law="CASF L226-3"
    )
    prosecutor_channel: str = choice(
        "manual",
        _PROSECUTOR_CHANNELS,
        "Voie de transmission au parquet",
        "How the prosecutor is reached",
        law="CASF L226-4",
    )
    prostitution_lead: bool = flag(
        True,
        "Référent·e prostitution des mineur·es prévenu·e",
        "Lead on the exploitation of minors is told",
        law="CASF L221-1",
    )

    # The concern form
    form_questions: tuple[Row, ...] = rows(
        Question, "Questions ajoutées au formulaire", "Questions added to the form", law="CASF L226-3"
    )
    filer_reread: bool = flag(
        False, "Le déclarant peut relire son récit", "Filers may read their own account again"
    )

    # First analysis
    acknowledge_hours: int = whole(24, 1, 40, "Accusé de réception", "Acknowledgement", unit="open_hours")
    late_receipt_days: int = whole(
        7, 1, 31, "Réception plus ancienne : motif demandé", "Receipt longer ago: a reason is asked"
    )
    qualification_step: bool = flag(
        True,
        "Première analyse avant la qualification",
        "First analysis before qualification",
        law="CASF R226-2-2",
    )
    triage_hours: int = whole(24, 4, 80, "Première analyse", "First analysis", unit="open_hours")
    triage_urgent_hours: int = whole(
        8, 1, 24, "Première analyse à partir de U2", "First analysis from U2 on", unit="open_hours"
    )
    two_reader_qualification: str = choice(
        "when_exploited",
        _SECOND_READER,
        "Qualification relue par une seconde personne",
        "Qualification read by a second person",
    )
    information_request_days: int = whole(
        5,
        1,
        20,
        "Réponse à une demande de complément",
        "Answer to a request for information",
        unit="working_days",
    )

    searches_per_day: int = whole(
        50,
        1,
        200,
        "Recherches par nom, par personne et par jour",
        "Searches by name, a person and day",
        unit="",
    )

    # Immediate danger
    danger_alert_minutes: int = whole(
        30, 5, 120, "Danger immédiat : alerte", "Immediate danger: alert", unit="minutes", law="CASF L226-4"
    )
    danger_breach_hours: int = whole(
        4, 1, 12, "Danger immédiat : retard", "Immediate danger: breach", unit="hours", law="CASF L226-4"
    )
    escalation_first_minutes: int = whole(
        2,
        1,
        10,
        "Astreinte : second appel du premier cadre, au plus tard",
        "On call: first officer called again",
        unit="minutes",
    )
    escalation_second_minutes: int = whole(
        10, 3, 30, "Astreinte : second cadre", "On call: second officer", unit="minutes"
    )
    escalation_supervisor_minutes: int = whole(
        20, 5, 60, "Astreinte : encadrement", "On call: supervisor", unit="minutes"
    )
    break_glass_minutes: int = whole(
        60, 10, 60, "Ouverture d'urgence : durée", "Emergency opening: how long it lasts", unit="minutes"
    )
    runaway_review_hours: int = whole(24, 6, 24, "Fugue : revue", "Runaway: review", unit="hours")

    # Assessment. The legal delay is three months; "reduced" has no figure in law.
    assessment_urgent_days: int = whole(
        30, 7, 90, "Évaluation à partir de U2", "Assessment from U2 on", law="CASF D226-2-4"
    )
    assessment_under_2_days: int = whole(
        45,
        7,
        90,
        "Évaluation, enfant de moins de deux ans",
        "Assessment, child under two",
        law="CASF D226-2-4",
    )
    assessment_suspected_days: int = whole(
        30,
        7,
        90,
        "Évaluation, prostitution suspectée ou avérée",
        "Assessment, prostitution suspected or established",
        law="CASF D226-2-4",
    )
    team_size_min: int = whole(
        2,
        2,
        6,
        "Évaluateurs par équipe, au moins",
        "Assessors of a team, at least",
        unit="",
        law="CASF D226-2-5",
    )
    team_fields_min: int = whole(
        2,
        2,
        4,
        "Champs professionnels par équipe, au moins",
        "Professional fields of a team, at least",
        unit="",
        law="CASF D226-2-5",
    )
    team_source: str = choice(
        "any",
        _TEAM_SOURCES,
        "D'où viennent les évaluateurs",
        "Where assessors come from",
        law="CASF D226-2-5",
    )
    service_in_charge_assesses: bool = flag(
        False,
        "Le service chargé d'une mesure évalue",
        "The service in charge of a measure assesses",
        law="CASF D226-2-5",
    )
    first_meeting_days: int = whole(8, 1, 30, "Première rencontre", "First meeting")
    home_visit_days: int = whole(21, 1, 60, "Visite à domicile", "Home visit")
    unreachable_attempts: int = whole(
        2,
        1,
        6,
        "Tentatives avant de constater l'impossibilité de rencontrer l'enfant",
        "Attempts before saying that the child can't be met",
        unit="",
        law="CASF D226-2-6",
    )

    # Decision, agreement, signatures
    decision_days: int = whole(5, 1, 31, "Décision après le rapport", "Decision after the report")
    prostitution_judicial_mode: str = choice(
        "default_with_override",
        _JUDICIAL_MODES,
        "Prostitution : saisine de l'autorité judiciaire",
        "Prostitution: referral to the judicial authority",
        law="loi 2002-305 art. 13",
    )
    agreement_days: int = whole(
        15, 7, 31, "Accord de la famille", "Agreement of the family", law="CASF L223-2"
    )
    measure_variants: tuple[Row, ...] = rows(
        Variant, "Variantes locales des mesures", "Local variants of measures", law="CASF L222-3"
    )
    signatories_first_analysis: tuple[str, ...] = codes(
        ("supervisor", "ase_inspector"),
        _SIGNERS,
        "Seconde signature : réorientation, jonction",
        "Second signature: reorientation, joining",
        law="CASF L221-3",
    )
    signatories_decisions: tuple[str, ...] = codes(
        ("supervisor", "ase_inspector"),
        _SIGNERS,
        "Seconde signature : décisions, statuts, accès",
        "Second signature: decisions, statuses, access",
        law="CASF L221-3",
    )
    approval_days: int = whole(5, 1, 15, "Seconde signature", "Second signature")
    closure_review_working_days: int = whole(
        5, 1, 20, "Relecture d'une clôture", "Review of a closing", unit="working_days"
    )
    grant_days_max: int = whole(
        30, 1, 90, "Accès exceptionnel, au plus", "Exceptional access, at most", law="CASF R221-8"
    )

    stand_in_days_max: int = whole(
        35, 1, 120, "Suppléance, au plus", "Standing in for an absent person, at most", law="CASF R221-8"
    )

    # Holders of parental authority, prosecutor
    holder_deferral_review_days: int = whole(
        7,
        1,
        31,
        "Information différée des titulaires : revue",
        "Deferred information of holders: review",
        law="CASF L226-2-1",
    )
    holder_deferral_reasons: tuple[str, ...] = codes(
        ("child_interest", "holder_implicated", "prosecutor"),
        _DEFERRAL_REASONS,
        "Motifs d'information différée des titulaires",
        "Reasons to defer the information of holders",
        kept=("holder_implicated",),
        law="CASF L226-2-1",
    )
    holder_deferral_limit_days: int = whole(
        30,
        7,
        90,
        "Information différée au-delà : deux signatures",
        "Deferred beyond: two signatures",
        law="CASF L226-2-1",
    )
    prosecutor_first_reminder_days: int = whole(
        2, 1, 15, "Parquet : première relance", "Prosecutor: first reminder", law="CASF L226-4"
    )
    prosecutor_second_reminder_days: int = whole(
        8, 2, 30, "Parquet : deuxième relance", "Prosecutor: second reminder", law="CASF L226-4"
    )
    prosecutor_last_reminder_days: int = whole(
        30, 3, 90, "Parquet : dernière relance", "Prosecutor: last reminder", law="CASF L226-4"
    )

    # Between authorities
    transfer_mode: str = choice(
        "both", _TRANSFER_MODES, "Pièces d'un transfert", "Documents of a transfer", law="CASF R221-7"
    )

    # What a filer is told. A person sends it, case by case.
    feedback_not_qualified_text: str = text(
        "Votre transmission n° {reference} n'a pas été qualifiée d'information préoccupante. Elle a été réorientée.",
        "Réponse : non qualifiée, réorientée",
        "Answer: not qualified, reoriented",
        marks=["reference"],
        law="CASF L226-5",
    )
    feedback_in_assessment_text: str = text(
        "À la suite de votre transmission n° {reference}, une évaluation est en cours.",
        "Réponse : évaluation en cours",
        "Answer: assessment under way",
        marks=["reference"],
        law="CASF L226-5",
    )
    feedback_closed_text: str = text(
        "L'évaluation engagée à la suite de votre transmission n° {reference} a conduit à un classement.",
        "Réponse : classement",
        "Answer: closed",
        marks=["reference"],
        law="CASF L226-5",
    )
    feedback_support_text: str = text(
        "À la suite de votre transmission n° {reference}, un accompagnement a été proposé à la famille.",
        "Réponse : accompagnement proposé",
        "Answer: support offered",
        marks=["reference"],
        law="CASF L226-5",
    )
    feedback_justice_text: str = text(
        "À la suite de votre transmission n° {reference}, l'autorité judiciaire a été saisie.",
        "Réponse : autorité judiciaire saisie",
        "Answer: judicial authority seized",
        marks=["reference"],
        law="CASF L226-5",
    )
    feedback_followed_text: str = text(
        "Votre transmission n° {reference} concerne une situation déjà suivie.",
        "Réponse : situation déjà suivie",
        "Answer: already followed",
        marks=["reference"],
        law="CASF L226-5",
    )
    feedback_private_text: str = text(
        "Votre information n° {reference} a bien été prise en compte.",
        "Réponse à un particulier, sur demande",
        "Answer to a private person, on request",
        marks=["reference"],
        law="CASF L226-5 al. 2, D226-2-8",
    )

    # How people sign in: a passkey, except where the authority says here why codes have to do (SEC-AU1)
    one_time_codes_reason: str = text(
        "",
        "Codes à usage unique admis pour tous les rôles : pourquoi",
        "One-time codes accepted for all roles: why",
        blank=True,
    )

    # Drafts and retention
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

    # Figures: a year's are told by what is in force as it ends (referrals/statistics/queries.py)
    count_unit: str = choice(
        "both",
        _COUNT_UNITS,
        "Statistiques : unité de compte",
        "Figures: what is counted",
        law="CASF L226-3-3",
    )
    small_cell_min: int = whole(
        5,
        3,
        11,
        "Statistiques : plus petit effectif communiqué",
        "Figures: least number that is told",
        unit="",
        law="CASF D226-3-4",
    )
    public_grain: str = choice(
        "department_year",
        _PUBLIC_GRAINS,
        "Statistiques : maille publiée",
        "Figures: grain of what is published",
        law="CASF D226-3-4",
    )
    age_bands: tuple[str, ...] = codes(
        [str(age) for age in ONPE_CUTS],
        _AGES,
        "Statistiques : âges où commence une tranche",
        "Figures: ages at which a band begins",
    )


@dataclass(frozen=True, slots=True)
class Order:
    """Two settings of which one must be less than the other, counted in the unit of the lesser."""

    lesser: str
    greater: str
    factor: int = 1
    equal: bool = False

    def holds(self, protocol: Protocol) -> bool:
        """Tell whether a protocol keeps it."""
        lesser, greater = getattr(protocol, self.lesser), getattr(protocol, self.greater) * self.factor
        return bool(lesser <= greater if self.equal else lesser < greater)


DEFAULTS: Final = Protocol()
SETTINGS: Final[Mapping[str, Setting]] = {found.name: found.metadata[SETTING] for found in fields(Protocol)}
ORDERS: Final = (
    Order("triage_urgent_hours", "triage_hours", equal=True),
    Order("danger_alert_minutes", "danger_breach_hours", factor=60),
    Order("escalation_first_minutes", "escalation_second_minutes"),
    Order("escalation_second_minutes", "escalation_supervisor_minutes"),
    Order("first_meeting_days", "home_visit_days", equal=True),
    Order("holder_deferral_review_days", "holder_deferral_limit_days", equal=True),
    Order("prosecutor_first_reminder_days", "prosecutor_second_reminder_days"),
    Order("prosecutor_second_reminder_days", "prosecutor_last_reminder_days"),
    Order("retention_measure_months", "retention_archive_months", equal=True),
    Order("retention_archive_months", "retention_archive_placed_months", equal=True),
)


# --- What is in force when ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Timeline:
    """An authority's protocols, each from the instant at which it comes into force."""

    since: tuple[datetime, ...] = ()
    protocols: tuple[Protocol, ...] = ()

    @classmethod
    def of(cls, changes: Iterable[tuple[str, Any, datetime]]) -> "Timeline":
        """Follow changes (setting, value in JSON, from when), given in the order of their instants.

        Of two changes of one setting from the same instant the later one counts.
        """
        values: dict[str, Any] = {}
        found: dict[datetime, Protocol] = {}
        for key, value, since in changes:
            if (loaded := _loaded(key, value)) is not _REFUSED:
                values[key] = loaded
            found[since] = Protocol(**values)
        return cls(tuple(found), tuple(found.values()))

    def at(self, instant: datetime) -> Protocol:
        """Return what is in force at an instant."""
        place = bisect_right(self.since, instant)
        return self.protocols[place - 1] if place else DEFAULTS

    def from_(self, instant: datetime) -> list[Protocol]:
        """Return what is in force at an instant and all that comes after it."""
        return [self.at(instant), *self.protocols[bisect_right(self.since, instant) :]]


_REFUSED: Final = object()
#: By authority: the version of its protocol that was read last, and what was read. One entry an authority.
_remembered: dict[UUID, tuple[UUID, Timeline]] = {}


def _loaded(key: str, value: Any) -> Any:
    """Return a stored value, or nothing where today's declaration no longer allows it: what was in force goes on."""
    setting = SETTINGS.get(key)
    if setting is not None:
        try:
            return setting.loaded(setting.input().run_validation(value))
        except ValidationError:
            pass
    _log.warning("setting.ignored", label=key)
    return _REFUSED


def protocol_of(authority: "Authority | None", at: datetime) -> Protocol:
    """Return the choices in force for an authority at an instant; a draft, which has none, follows the defaults.

    An authority that never changed anything costs no query. Else its changes are read once a process and version:
    the version is that of the row at hand, a new random one with each change, so nothing outdated is ever used.
    """
    if authority is None or authority.protocol_version is None:
        return DEFAULTS
    version, timeline = _remembered.get(authority.pk, (None, Timeline()))
    if version != authority.protocol_version:
        timeline = Timeline.of(authority.setting_changes.values_list("key", "value", "effective_at"))
        _remembered[authority.pk] = authority.protocol_version, timeline
    return timeline.at(at)
