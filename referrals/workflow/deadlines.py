"""Deadlines: how long each runs in the authority's own time zone, by which law, and who may read it (domain.md §2.3).

Days and months are counted locally and end at 23:59:59; hours and minutes are counted as they run. Open hours and
working days, which no law counts, are those of ``referrals/policy/working_time.py``. What runs on a case is a clock
(``referrals/workflow/clocks.py``); steps declare what starts and stops it.

A breached deadline never blocks a step: it colours, alerts, counts (domain.md §2.8 no. 11).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from core.languages import Text, in_both
from referrals.policy.working_time import after_days, after_months, end_of
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.decision_answers import Execution
from referrals.vocabulary.law import citations
from referrals.vocabulary.states import EXPLOITED, State, Urgency
from referrals.workflow import retention_periods
from referrals.workflow.case import Case

if TYPE_CHECKING:
    from referrals.models import InformationRequest, Measure, Referral

FEEDBACK_MONTHS: Final = 3  # L226-5
ASSESSMENT_MONTHS: Final = 3  # D226-2-4
INVESTIGATION_MONTHS: Final = 6  # CPC 1183
#: The report of an investigation comes fifteen days before its term (domain.md §5.2 ``mjie``).
REPORT_BEFORE_TERM: Final = timedelta(days=15)
#: How long a measure may wait for its start, by what it is (domain.md §2.3 C24); no law fixes a delay.
EXECUTION_DAYS: Final[Mapping[str, str]] = {
    Execution.EMERGENCY: "execution_emergency_days",
    Execution.CARE: "execution_care_days",
    Execution.HOME: "execution_home_days",
}
#: From which day on one is told of it; of an emergency order as of any other delay.
EXECUTION_NOTICE: Final[Mapping[str, str]] = {
    Execution.CARE: "execution_care_notice_days",
    Execution.HOME: "execution_home_notice_days",
}
#: Care offered to a child in care: silence is agreement after this, from the notification, else from the sending.
AFTER_NOTIFICATION: Final = timedelta(weeks=4)
AFTER_SENDING: Final = timedelta(weeks=6)


def statutory_due(received_at: datetime, zone: ZoneInfo) -> datetime:
    """Return the end of the assessment's legal delay: three months from receipt (CASF D226-2-4)."""
    return after_months(received_at, ASSESSMENT_MONTHS, zone)


def assessment_start(referral: "Referral") -> datetime | None:
    """Return from when the assessment's delay counts.

    It is the receipt, unless a new fact came in after the closing (T34), or an earlier filing about the same child
    was joined (T12).
    """
    started_at: datetime | None = referral.counts_from or referral.received_at
    return started_at


def assessment_due(case: Case) -> datetime | None:
    """Return the legal end of the assessment: ``statutory_due_at``, or three months from where it counts now."""
    if case.referral.counts_from is None:
        return case.referral.statutory_due_at
    return statutory_due(case.referral.counts_from, case.zone)


def target_due(case: Case) -> datetime | None:
    """Return the reduced date of the assessment by danger and age, never later than the legal one (D226-2-4)."""
    received, legal = assessment_start(case.referral), assessment_due(case)
    if received is None or legal is None:
        return None
    # Each reason shortens by itself; the shortest wins.
    days = []
    if case.referral.urgency in (Urgency.U2, Urgency.U3):
        days.append(case.protocol.assessment_urgent_days)
    if any(child.under_2 for child in case.children):
        days.append(case.protocol.assessment_under_2_days)
    if any(child.prostitution_status in EXPLOITED for child in case.children):
        days.append(case.protocol.assessment_suspected_days)
    return min([legal, *(after_days(received, count, case.zone) for count in days)])


# --- When each is due ------------------------------------------------------------------------------------


#: From the case, the start, and the part (measure, …) or None.
type Rule = Callable[[Case, datetime, Any], datetime]


def _open_hours(name: str) -> Rule:
    return lambda case, start, part: case.calendar.after_open_hours(start, getattr(case.protocol, name))


def _hours(name: str) -> Rule:
    return lambda case, start, part: start + timedelta(hours=getattr(case.protocol, name))


def _days(name: str) -> Rule:
    return lambda case, start, part: after_days(start, getattr(case.protocol, name), case.zone)


def _fixed_days(days: int) -> Rule:
    return lambda case, start, part: after_days(start, days, case.zone)


def _months(months: int) -> Rule:
    return lambda case, start, part: after_months(start, months, case.zone)


def _triage(case: Case, start: datetime, part: Model | None) -> datetime:
    # By the urgency of now: a concern that turns urgent later is due earlier.
    urgent = case.referral.urgency in (Urgency.U2, Urgency.U3)
    hours = case.protocol.triage_urgent_hours if urgent else case.protocol.triage_hours
    return case.calendar.after_open_hours(start, hours)


def _assessment(case: Case, start: datetime, part: Model | None) -> datetime:
    return assessment_due(case) or statutory_due(start, case.zone)


def _request(case: Case, start: datetime, part: "InformationRequest") -> datetime:
    if part.due_on:
        return end_of(part.due_on, case.zone)
    # No day was asked for: the authority's own delay, in days on which somebody can answer.
    return case.calendar.after_working_days(start, case.protocol.information_request_days)


def last_day(measure: "Measure", since: date) -> date:
    """Return the last day of a measure that begins then: its term, else that of its length."""
    # A type without a limit: a year is the longest for which a measure is decided (CASF L223-5).
    months = measure.duration_months or measure.type.max_months or 12
    term: date = measure.term_on or since + relativedelta(months=months)
    return term


def _term(case: Case, start: datetime, part: "Measure") -> datetime:
    return end_of(last_day(part, start.astimezone(case.zone).date()), case.zone)


def agreed_by_silence_on(measure: "Measure") -> date | None:
    """Return the last day of the delay after which silence is agreement; None where it never is (CASF L223-2)."""
    if measure.notified_on is not None:
        notified: date = measure.notified_on
        return notified + AFTER_NOTIFICATION
    return measure.sent_on + AFTER_SENDING if measure.sent_on is not None else None


def _agreement(case: Case, start: datetime, part: "Measure") -> datetime:
    silence = agreed_by_silence_on(part)
    return (
        end_of(silence, case.zone) if silence else after_days(start, case.protocol.agreement_days, case.zone)
    )


def _investigation(case: Case, start: datetime, part: "Measure") -> datetime:
    # A judge may set a shorter term, never a longer one (CPC 1183).
    latest = after_months(start, INVESTIGATION_MONTHS, case.zone)
    return min(latest, end_of(part.term_on, case.zone)) if part.term_on else latest


def _situation_report(case: Case, start: datetime, part: "Measure") -> datetime:
    child = case.child(part.child_id)
    # Under 3: L223-5 CASF; CC 375 says under 2. The stricter holds.
    months = 6 if child is not None and (child.under_2 or child.age_band == "0-2") else 12
    return after_months(start, months, case.zone)


def _chosen(case: Case, start: datetime, part: Model | None) -> datetime:
    raise LookupError("a person or a birthday sets this day: it is handed in as until")


def _exit_ban(case: Case, start: datetime, part: "Measure") -> datetime:
    # Without a term the shorter of the two limits: two months are the prosecutor's, two years the judge's (CC 375-5,
    # 375-7).
    return end_of(part.term_on, case.zone) if part.term_on else after_months(start, 2, case.zone)


def active_until(case: Case, since: datetime) -> datetime:
    """Return when a closed case leaves the active base, from its last action (domain.md §7.3; CASF R221-9)."""
    return after_months(since, retention_periods.active_months(case), case.zone)


def retained_until(case: Case, since: datetime | None = None) -> datetime | None:
    """Return until when an archived case is kept; None where no action on it is known, and it is kept.

    A filing that was joined to a file goes when that file may go: what it tells belongs there. ``since``: the last
    action, where the caller knows it.
    """
    file = retention_periods.file_of(case)
    since = since if since and file is case else retention_periods.last_action(file)
    return after_months(since, retention_periods.retention_months(file), case.zone) if since else None


def _execution(case: Case, start: datetime, part: "Measure") -> datetime:
    return after_days(start, getattr(case.protocol, EXECUTION_DAYS[part.type.execution]), case.zone)


def _keeping(case: Case, start: datetime, part: Model | None) -> datetime:
    if case.referral.state == State.ARCHIVED:
        return retained_until(case, start) or start
    return active_until(case, start)


# --- From when on a clock warns --------------------------------------------------------------------------


type WarnRule = Callable[[Case, datetime, datetime, Any], datetime]


def _in_last_part(case: Case, start: datetime, due: datetime, part: Any) -> datetime:
    # A share, not a number of days: a delay of three days and one of two years both warn in time.
    return due - (due - start) * case.protocol.warning_percent / 100


def _warn_of_danger(case: Case, start: datetime, due: datetime, part: Any) -> datetime:
    return start + timedelta(minutes=case.protocol.danger_alert_minutes)


def _reminder(name: str) -> WarnRule:
    return lambda case, start, due, part: after_days(start, getattr(case.protocol, name), case.zone)


def _warn_of_start(case: Case, start: datetime, due: datetime, part: "Measure") -> datetime:
    if part.type.execution not in EXECUTION_NOTICE:
        return _in_last_part(case, start, due, part)
    days = getattr(case.protocol, EXECUTION_NOTICE[part.type.execution])
    return min(after_days(start, days, case.zone), due)


def _warn_of_report(case: Case, start: datetime, due: datetime, part: "Measure") -> datetime:
    # At the latest when the report of the investigation is due.
    return max(start, min(_in_last_part(case, start, due, part), due - REPORT_BEFORE_TERM))


# --- How a step starts it ---------------------------------------------------------------------------------


def _from_the_step(case: Case) -> datetime | None:
    return None


def _always(case: Case) -> bool:
    return True


def _is_reported(case: Case) -> bool:
    # The decision counts from the report: it is due only where there is one to decide on.
    return bool(case.referral.state == State.REPORT_SUBMITTED)


# --- The deadlines ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Deadline:
    """One deadline.

    ``delay``: from when and how long, in words. ``due``: when it ends, from the case, the start and the part; None
    where that is computed with its row (``BESIDE_CASES``). ``law``: "" for practice. ``settings``: those it depends on.
    ``access_class``: of what it times (domain.md §4.8). ``started_by_step``, ``stopped_by_step``: a step that declares
    it starts or stops it; else the step's effects do, which know for which child, measure or referral to justice.
    ``since``: from when it then counts, if not from the step; ``starts_if``: whether it starts. ``of_a_measure``: it
    stops when the measure is over, whatever it is (§2.6 M12 to M15). ``outlives_closing``: it runs on when its case is
    closed (§2.2 Closings). ``silent``: nobody has to act before it ends, and nobody is reminded. ``warns``: from when
    it warns; ``again``: when one is reminded a second time before the end.
    """

    delay: Text
    due: Rule | None = None
    law: str = ""
    settings: tuple[str, ...] = ()
    statutory: bool = False
    access_class: str = "A"
    of_a_measure: bool = False
    outlives_closing: bool = False
    silent: bool = False
    started_by_step: bool = False
    stopped_by_step: bool = False
    since: Callable[[Case], datetime | None] = _from_the_step
    starts_if: Callable[[Case], bool] = _always
    warns: WarnRule = _in_last_part
    again: Rule | None = None


DEADLINES: Final[Mapping[C, Deadline]] = {
    C.C1: Deadline(
        _("heures ouvrées"),
        due=_open_hours("acknowledge_hours"),
        settings=("acknowledge_hours",),
        started_by_step=True,
        stopped_by_step=True,
    ),
    C.C2: Deadline(
        _("heures ouvrées, moins à partir de U2"),
        due=_triage,
        settings=("triage_hours", "triage_urgent_hours"),
        started_by_step=True,
        stopped_by_step=True,
    ),
    C.C3: Deadline(
        _("sans délai : alerte puis retard"),
        due=_hours("danger_breach_hours"),
        law="CASF L226-4",
        settings=("danger_alert_minutes", "danger_breach_hours"),
        statutory=True,
        warns=_warn_of_danger,
    ),
    C.C4: Deadline(
        _("3 mois à compter de la réception ; date réduite selon le danger et l'âge"),
        due=_assessment,
        law="CASF D226-2-4",
        settings=("assessment_urgent_days", "assessment_under_2_days", "assessment_suspected_days"),
        statutory=True,
        started_by_step=True,
        stopped_by_step=True,
        since=lambda case: assessment_start(case.referral),
    ),
    C.C4B_MEETING: Deadline(
        _("jours"),
        due=_days("first_meeting_days"),
        settings=("first_meeting_days",),
        started_by_step=True,
        stopped_by_step=True,
    ),
    C.C4B_VISIT: Deadline(
        _("jours"),
        due=_days("home_visit_days"),
        settings=("home_visit_days",),
        started_by_step=True,
        stopped_by_step=True,
    ),
    C.C5: Deadline(
        _("3 mois à compter de la transmission"),
        due=_months(FEEDBACK_MONTHS),
        law="CASF L226-5 al. 1",
        statutory=True,
        outlives_closing=True,
        stopped_by_step=True,
    ),
    C.C5B: Deadline(
        _("3 mois à compter de la demande"),
        due=_months(FEEDBACK_MONTHS),
        law="CASF L226-5 al. 2, D226-2-8",
        statutory=True,
        outlives_closing=True,
    ),
    C.C6: Deadline(
        _("la date demandée, sinon des jours ouvrés"), due=_request, settings=("information_request_days",)
    ),
    C.C7: Deadline(
        _("aucun chiffre dans la loi : relances"),
        due=_days("prosecutor_last_reminder_days"),
        law="CASF L226-4",
        settings=(
            "prosecutor_first_reminder_days",
            "prosecutor_second_reminder_days",
            "prosecutor_last_reminder_days",
        ),
        access_class="I",
        outlives_closing=True,
        warns=_reminder("prosecutor_first_reminder_days"),
        again=_days("prosecutor_second_reminder_days"),
    ),
    C.C8: Deadline(
        _("jours après le rapport"),
        due=_days("decision_days"),
        settings=("decision_days",),
        started_by_step=True,
        stopped_by_step=True,
        starts_if=_is_reported,
    ),
    C.C9: Deadline(
        _("jours ; enfant déjà accueilli : silence vaut accord après 4 semaines (6 sans accusé)"),
        due=_agreement,
        law="CASF L223-2",
        settings=("agreement_days",),
        access_class="J",
        of_a_measure=True,
    ),
    C.C10: Deadline(
        _("son terme, un an au plus"),
        due=_term,
        law="CASF L223-5",
        statutory=True,
        access_class="J",
        of_a_measure=True,
    ),
    # Hours as they run: 72 of them, not three days (CASF L223-2 al. 5).
    C.C11: Deadline(
        _("72 heures"),
        due=lambda case, start, part: start + timedelta(hours=72),
        law="CASF L223-2 al. 5",
        statutory=True,
        access_class="J",
        of_a_measure=True,
    ),
    C.C12: Deadline(
        _("5 jours"),
        due=_fixed_days(5),
        law="CASF L223-2 al. 2",
        statutory=True,
        access_class="J",
        of_a_measure=True,
    ),
    C.C13: Deadline(
        _("8 jours"), due=_fixed_days(8), law="CC 375-5", statutory=True, access_class="I", of_a_measure=True
    ),
    C.C14: Deadline(
        _("15 jours"),
        due=_fixed_days(15),
        law="CPC 1184",
        statutory=True,
        access_class="I",
        of_a_measure=True,
    ),
    C.C14B: Deadline(
        _("6 mois"), due=_months(6), law="CPC 1185", statutory=True, access_class="I", of_a_measure=True
    ),
    C.C15: Deadline(
        _("son terme, deux ans au plus"),
        due=_term,
        law="CC 375",
        statutory=True,
        access_class="I",
        of_a_measure=True,
    ),
    C.C15B: Deadline(
        _("son terme, 6 mois au plus ; rapport 15 jours avant"),
        due=_investigation,
        law="CPC 1183",
        statutory=True,
        access_class="I",
        of_a_measure=True,
        warns=_warn_of_report,
    ),
    C.C16: Deadline(
        _("3 mois"),
        due=_months(3),
        law="CASF L223-1-1, D223-13",
        statutory=True,
        access_class="J",
        of_a_measure=True,
    ),
    C.C17: Deadline(
        _("un an, 6 mois avant trois ans"),
        due=_situation_report,
        law="CASF L223-5",
        statutory=True,
        access_class="J",
        of_a_measure=True,
    ),
    C.C17B: Deadline(
        _("son terme, 2 mois (parquet) ou 2 ans (juge) au plus"),
        due=_exit_ban,
        law="CC 375-5, 375-7",
        statutory=True,
        access_class="I",
        of_a_measure=True,
    ),
    C.C18: Deadline(_("10 jours"), due=_fixed_days(10), law="CASF L221-3", statutory=True),
    C.C19: Deadline(
        _("heures, revue"), due=_hours("runaway_review_hours"), settings=("runaway_review_hours",)
    ),
    C.C21: Deadline(
        _("1 mois à compter de la réception, prolongé une fois de 2 mois par une décision motivée"),
        law="RGPD 12",
        settings=("access_notice_days",),
        statutory=True,
        access_class="L",
    ),
    C.C22: Deadline(
        _("72 heures depuis la prise de connaissance, nuits et week-ends compris"),
        law="RGPD art. 33",
        statutory=True,
        access_class="L",
    ),
    C.C23: Deadline(_("son dix-huitième anniversaire"), law="CASF L222-5, R221-2", statutory=True),
    C.C24: Deadline(
        _("jours depuis l'accord ou l'ordonnance, selon la mesure ; puis des rappels jusqu'à son début"),
        due=_execution,
        settings=(
            "execution_emergency_days",
            "execution_care_days",
            "execution_care_notice_days",
            "execution_home_days",
            "execution_home_notice_days",
            "execution_review_days",
        ),
        access_class="J",
        of_a_measure=True,
        warns=_warn_of_start,
    ),
    C.C25: Deadline(
        _("son dix-septième anniversaire ; après lui, des jours depuis l'accueil ou le refus"),
        due=_chosen,
        law="CASF L222-5-1",
        settings=("majority_notice_months", "majority_interview_days", "majority_interview_care"),
        statutory=True,
        access_class="J",
    ),
    C.C26: Deadline(
        _("son dix-huitième anniversaire, signalé des mois avant"),
        due=_chosen,
        law="CASF R221-2; CC 375",
        settings=("majority_notice_months",),
        statutory=True,
        access_class="J",
        of_a_measure=True,
    ),
    C.C27: Deadline(
        _("jours, moins à partir de U2 ; à U3 par téléphone aussi, le jour même"),
        law="CASF L221-3",
        settings=("inquiry_days", "inquiry_urgent_days", "inquiry_notice_days"),
    ),
    C.R_HOLDERS: Deadline(
        _("le jour choisi au report"),
        due=_chosen,
        law="CASF L226-2-1",
        settings=("holder_deferral_review_days",),
        outlives_closing=True,
    ),
    C.R_RESTRICTION: Deadline(
        _("le jour choisi avec la restriction"), due=_chosen, law="CASF R221-8", outlives_closing=True
    ),
    C.R_CLOSURE: Deadline(
        _("jours ouvrés ; pour une transmission retirée, le délai de la première analyse"),
        settings=("closure_review_working_days", "triage_hours", "triage_urgent_hours"),
    ),
    C.R_OPENING: Deadline(_("la fin du jour ouvré suivant"), settings=("opening_hours", "holiday_calendar")),
    C.R_ANOMALY: Deadline(_("jours depuis la question"), settings=("anomaly_answer_days",), access_class="L"),
    C.C20: Deadline(
        _(
            "mois à compter de la dernière opération, selon l'issue : base active, puis archivage intermédiaire"
        ),
        due=_keeping,
        law="CASF R221-9",
        settings=(
            "retention_set_aside_months",
            "retention_closed_months",
            "retention_measure_months",
            "retention_archive_closed_months",
            "retention_archive_months",
            "retention_archive_placed_months",
        ),
        outlives_closing=True,
        silent=True,
    ),
}
#: Those of one measure: first what is decided with the family, then what a judge orders.
OF_A_MEASURE: Final = tuple(
    code
    for access_class in "JI"
    for code, one in DEADLINES.items()
    if one.of_a_measure and one.access_class == access_class
)


def due_at(case: Case, code: C, start: datetime, part: Any = None) -> datetime:
    """Return when a deadline of a case ends that begins at ``start``.

    Raises:
        LookupError: it is computed with its row, or a person chooses its day.
    """
    due = DEADLINES[code].due
    if due is None:
        raise LookupError(code)
    return due(case, start, part)


def deadline_line(code: C) -> dict[str, Any]:
    """Return what is told of one delay, as an answer shows it."""
    deadline = DEADLINES[code]
    return {
        "code": str(code),
        "label": code.labels_by_language,
        "delay": in_both(deadline.delay),
        "law": citations.citation_lines(deadline.law),
        "statutory": deadline.statutory,
        "settings": list(deadline.settings),
        "access_class": deadline.access_class,
    }
