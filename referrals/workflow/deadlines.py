"""Deadlines: when each ends, in the authority's own time zone, and what starts and stops it (domain.md §2.3).

Days and months are counted locally and end at 23:59:59; hours and minutes are counted as they run. Open hours and
working days, which no law counts, are those of ``referrals/policy/working_time.py``.

A breached deadline never blocks a step: it colours, alerts, counts (domain.md §2.8 no. 11).
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from referrals.policy.working_time import Calendar, after_days, after_months, end_of
from referrals.vocabulary.deadlines import ClockCode
from referrals.vocabulary.decision_answers import Execution
from referrals.vocabulary.states import EXPLOITED, Coded, State, Urgency
from referrals.workflow import retention_periods
from referrals.workflow.about_children import rows_among
from referrals.workflow.case import Case

if TYPE_CHECKING:
    from referrals.models import Clock, InformationRequest, Measure, Referral

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


class ClockState(Coded):
    """How a clock stands."""

    ON_TIME = "on_time", _("Dans les délais")
    DUE_SOON = "due_soon", _("Échéance proche")
    OVERDUE = "overdue", _("En retard")
    STOPPED = "stopped", _("Arrêté")


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


# --- When each clock is due. Each rule takes the case, the start, and the part (measure, …) or None. ----


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


#: Of the clocks of a case; others are computed where their rows are (``BESIDE_CASES``).
RULES: Final[dict[ClockCode, Rule]] = {
    ClockCode.C1: _open_hours("acknowledge_hours"),
    ClockCode.C2: _triage,
    ClockCode.C3: _hours("danger_breach_hours"),
    ClockCode.C4: _assessment,
    ClockCode.C4B_MEETING: _days("first_meeting_days"),
    ClockCode.C4B_VISIT: _days("home_visit_days"),
    ClockCode.C5: _months(FEEDBACK_MONTHS),
    ClockCode.C5B: _months(FEEDBACK_MONTHS),
    ClockCode.C6: _request,
    ClockCode.C7: _days("prosecutor_last_reminder_days"),
    ClockCode.C8: _days("decision_days"),
    ClockCode.C9: _agreement,
    ClockCode.C10: _term,
    # Hours as they run: 72 of them, not three days (CASF L223-2 al. 5).
    ClockCode.C11: lambda case, start, part: start + timedelta(hours=72),
    ClockCode.C12: _fixed_days(5),
    ClockCode.C13: _fixed_days(8),
    ClockCode.C14: _fixed_days(15),
    ClockCode.C14B: _months(6),
    ClockCode.C15: _term,
    ClockCode.C15B: _investigation,
    ClockCode.C16: _months(3),
    ClockCode.C17: _situation_report,
    ClockCode.C17B: _exit_ban,
    ClockCode.C18: _fixed_days(10),
    ClockCode.C19: _hours("runaway_review_hours"),
    ClockCode.C20: _keeping,
    ClockCode.C24: _execution,
    ClockCode.C25: _chosen,
    ClockCode.C26: _chosen,
    ClockCode.R_HOLDERS: _chosen,
    ClockCode.R_RESTRICTION: _chosen,
}
STATUTORY: Final = frozenset(
    {
        ClockCode.C3,
        ClockCode.C4,
        ClockCode.C5,
        ClockCode.C5B,
        ClockCode.C10,
        ClockCode.C11,
        ClockCode.C12,
        ClockCode.C13,
        ClockCode.C14,
        ClockCode.C14B,
        ClockCode.C15,
        ClockCode.C15B,
        ClockCode.C16,
        ClockCode.C17,
        ClockCode.C17B,
        ClockCode.C18,
        ClockCode.C21,
        ClockCode.C22,
        ClockCode.C23,
        ClockCode.C25,
        ClockCode.C26,
    }
)
_JUSTICE = (
    ClockCode.C7,
    ClockCode.C13,
    ClockCode.C14,
    ClockCode.C14B,
    ClockCode.C15,
    ClockCode.C15B,
    ClockCode.C17B,
)
_MEASURES = (
    ClockCode.C9,
    ClockCode.C10,
    ClockCode.C11,
    ClockCode.C12,
    ClockCode.C16,
    ClockCode.C17,
    ClockCode.C24,
    ClockCode.C26,
)
#: Of one measure, whatever it is: they stop when it is over (domain.md §2.6 M12 to M15).
OF_A_MEASURE: Final = (*_MEASURES, *(code for code in _JUSTICE if code != ClockCode.C7))
#: Who may read a clock: the class of what it times (domain.md §4.8).
ACCESS_CLASS: Final[dict[ClockCode, str]] = (
    dict.fromkeys(ClockCode, "A")
    | dict.fromkeys(_JUSTICE, "I")
    | dict.fromkeys((*_MEASURES, ClockCode.C25), "J")
    # The officer's, the auditors': no line on a case.
    | dict.fromkeys((ClockCode.C21, ClockCode.C22, ClockCode.R_ANOMALY), "L")
)
#: Clocks that outlive the closing of the case (domain.md §2.2 Closings).
OUTLIVE_CLOSING: Final = (
    ClockCode.C5,
    ClockCode.C5B,
    ClockCode.C7,
    ClockCode.C20,
    ClockCode.R_HOLDERS,
    ClockCode.R_RESTRICTION,
)
#: Clocks on which nobody has to act before they end: reminded of to no one.
SILENT: Final = (ClockCode.C20,)


def warned_at(case: Case, code: ClockCode, start: datetime, due: datetime, part: Any = None) -> datetime:
    """Return when a clock begins to warn: C3, C7 and C24 after a delay of their own, others in their last part.

    Of an investigation at the latest when its report is due.
    """
    if code == ClockCode.C3:
        return start + timedelta(minutes=case.protocol.danger_alert_minutes)
    if code == ClockCode.C7:
        return after_days(start, case.protocol.prosecutor_first_reminder_days, case.zone)
    if code == ClockCode.C24 and part.type.execution in EXECUTION_NOTICE:
        days = getattr(case.protocol, EXECUTION_NOTICE[part.type.execution])
        return min(after_days(start, days, case.zone), due)
    # A share, not a number of days: a delay of three days and one of two years both warn in time.
    last_part = due - (due - start) * case.protocol.warning_percent / 100
    return max(start, min(last_part, due - REPORT_BEFORE_TERM)) if code == ClockCode.C15B else last_part


def reminded_again_at(case: Case, code: ClockCode, start: datetime) -> datetime | None:
    """Return when one is reminded a second time before the end; None for all delays but C7 (2 / 8 / 30 days)."""
    if code != ClockCode.C7:
        return None
    return after_days(start, case.protocol.prosecutor_second_reminder_days, case.zone)


def start(
    case: Case,
    code: ClockCode,
    *,
    since: datetime | None = None,
    child: UUID | None = None,
    part: Model | None = None,
    until: date | None = None,
    on_birthday: bool = False,
) -> "Clock":
    """Start a clock at ``since`` (the instant of the act if None); one that runs for the same thing starts again.

    ``until``: the last day, where a person has chosen it. ``on_birthday``: the day is a birthday, which no column may
    tell; ``until`` is then the latest that it can be, and the daily look at birthdays warns (C25, C26; C10 and C15 cut
    at 18).
    """
    begun = since or case.at
    # Two clocks for one thing would be reminded of twice (SEC-FT10).
    stop(case, [code], child=child, part=part)
    # Never before it starts: a day chosen in the past is due at once.
    due = max(end_of(until, case.zone) if until else RULES[code](case, begun, part), begun)
    clock: Clock = case.referral.clocks.model(
        referral=case.referral,
        code=code,
        access_class=ACCESS_CLASS[code],
        child=child,
        part=part.pk if part is not None else None,
        started_at=begun,
        warn_at=due if on_birthday else warned_at(case, code, begun, due, part),
        again_at=reminded_again_at(case, code, begun),
        due_at=due.astimezone(UTC),  # as it is read back
        statutory=code in STATUTORY,
        on_birthday=on_birthday,
        # Marked as told: no round of reminders picks it up.
        **(dict.fromkeys(("soon_told_at", "late_told_at"), case.at) if code in SILENT else {}),
    )
    case.insert(clock)
    case.open_clocks.append(clock)
    return clock


def stop(
    case: Case, codes: Iterable[ClockCode], *, child: UUID | None = None, part: Model | None = None
) -> None:
    """Stop the running clocks of these codes; of one child or part when it is named, else of all."""
    # A generator may come in, and is asked once for each clock.
    wanted = set(codes)
    # A case that is being filed has no clock to be read.
    if "open_clocks" not in case.__dict__ and case.referral._state.adding:
        case.__dict__["open_clocks"] = []
    for clock in list(case.open_clocks):
        if clock.code not in wanted:
            continue
        if child is not None and clock.child != child:
            continue
        if part is not None and clock.part != part.pk:
            continue
        halt(case, clock)


def start_again(case: Case, code: ClockCode, part: Model, *, since: datetime, rested: timedelta) -> None:
    """Let the last clock of a part run again, which rested for some days: what it had left, it has left.

    Where there was none it starts at ``since``; one that runs goes on as it is.
    """
    clock = case.referral.clocks.filter(code=code, part=part.pk).order_by("started_at").last()
    if clock is None:
        start(case, code, since=since, part=part)
    elif clock.stopped_at is not None:
        # By the clock on the wall: a delay ends at the end of a day, in summer and in winter.
        clock.due_at = (clock.due_at.astimezone(case.zone) + rested).astimezone(UTC)
        clock.warn_at = (clock.warn_at.astimezone(case.zone) + rested).astimezone(UTC)
        clock.stopped_at = None
        clock.save(update_fields=["due_at", "warn_at", "stopped_at"])
        case.open_clocks.append(clock)


def halt(case: Case, clock: "Clock") -> None:
    """Stop one running clock of the case."""
    clock.stopped_at = case.at
    # Within `together` a clock may stop before it was inserted.
    if not clock._state.adding:
        clock.save(update_fields=["stopped_at"])
    case.open_clocks.remove(clock)


def reset_target(case: Case) -> None:
    """Count the assessment's reduced date anew; the legal one never moves (D226-2-4)."""
    case.referral.target_due_at = target_due(case)


def next_dues(case: Case) -> tuple[datetime | None, datetime | None, datetime | None]:
    """Return the earliest end among the running clocks: of the shell (A), with the measures' (J), with justice's (I).

    A queue is sorted by the one whose clocks its reader may read. The last two leave out what hangs on restricted
    children alone: an order would tell of them (SEC-AZ20).
    """
    hidden = frozenset(child.pk for child in case.recorded if child.restricted)
    parts = {clock.part for clock in case.open_clocks if clock.part} if hidden else set()
    rows = rows_among(case.referral, parts)
    dues: dict[str, list[datetime]] = {"A": [], "J": [], "I": []}
    for clock in case.open_clocks:
        about = rows[clock.part].children if clock.part in rows else frozenset()
        hangs = clock.child in hidden or (bool(about) and about <= hidden)
        if clock.access_class == "A" or not hangs:
            dues[clock.access_class].append(clock.due_at)
    # The reduced date comes before the legal one: a queue goes by it (D226-2-4).
    if any(clock.code == ClockCode.C4 for clock in case.open_clocks) and case.referral.target_due_at:
        dues["A"].append(case.referral.target_due_at)
    measures = dues["A"] + dues["J"]
    return min(dues["A"], default=None), min(measures, default=None), min(measures + dues["I"], default=None)


def counts_until(clock: "Clock") -> datetime:
    """Return when a clock is over: its end; of an assessment the reduced date, where it comes before (D226-2-4)."""
    due: datetime = clock.due_at
    reduced = clock.referral.target_due_at if clock.code == ClockCode.C4 else None
    return min(due, reduced) if reduced else due


def working_day_before(clock: "Clock", calendar: Calendar) -> date | None:
    """Return the last working day on which one can still act, where a delay ends on a day off (*ouvré précédent*).

    None where it ends on a working day, where the authority hasn't worked since it began, and for immediate danger,
    which waits for no working day; nor of a birthday, whose day isn't told.
    """
    if clock.code == ClockCode.C3 or clock.on_birthday:
        return None
    day = calendar.working_day_before(clock.due_at)
    began = clock.started_at.astimezone(calendar.zone).date()
    return day if day is not None and day >= began else None


def state_of(clock: "Clock", at: datetime) -> ClockState:
    """Tell how a clock stands at ``at``."""
    if clock.stopped_at is not None:
        return ClockState.STOPPED
    if at > counts_until(clock):
        return ClockState.OVERDUE
    return ClockState.DUE_SOON if at >= clock.warn_at else ClockState.ON_TIME
