"""What prepares majority: the interview a year before (C25), the choice of what follows (C26), terms cut at 18.

All end on a birthday, which no column tells (domain.md §2.3 Birthdays). So their clocks bear the latest day that the
age band in clear allows, the daily look at birthdays says when they come near or are over, and it says so of the former
on a day of each child's own, drawn from the three months before. Where the age is estimated there is no birthday to
hide: the clocks bear the day itself.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from dateutil.relativedelta import relativedelta

from encryption.index import keyed
from referrals.coming_of_age import effects
from referrals.coming_of_age.checks import NEAR_BANDS, choice_is_near, ends_at_majority, majority_of
from referrals.notifications import recipients
from referrals.vocabulary import ages
from referrals.vocabulary.ages import AgeBand
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.states import Machine
from referrals.vocabulary.states import MeasureState as M
from referrals.workflow.case import Case
from referrals.workflow.context import StepInput

if TYPE_CHECKING:
    from referrals.models import Child, Clock, Measure
    from referrals.workflow.context import StepContext

INTERVIEW_AT: Final = 17
#: Care in which the interview is due (CASF L222-5 1° to 3°, L222-5-1).
CARE: Final = ("placement_ase", "temporary_care", "modular_care")
#: States in which what follows a measure is chosen (M20).
CHOOSABLE: Final = (M.AGREED, M.ORDERED, M.AWAITING_START, M.ACTIVE, M.SUSPENDED)
UNDER_WAY: Final = (M.ACTIVE, M.SUSPENDED)
#: The clocks that are the term of a measure.
TERMS: Final = (C.C10, C.C15)


@dataclass(frozen=True, slots=True)
class Days:
    """When majority comes near and comes, for one child: days that stand nowhere."""

    interview_near: date
    interview: date
    choice_near: date
    majority: date

    def moments(self) -> tuple[date, ...]:
        """Return the days on which something is told; an interview is over once its day has passed."""
        return self.interview_near, self.interview + timedelta(days=1), self.choice_near, self.majority


def days_of(case: Case, child: "Child", birth: date) -> Days:
    """Return the days of one child; that something comes near is told up to 91 days before its time."""
    drawn = timedelta(days=keyed("majority.near", child.pk.bytes)[0] % 92)
    notice = relativedelta(months=case.protocol.majority_notice_months)
    interview, majority = ages.birthday(birth, INTERVIEW_AT), ages.birthday(birth, ages.ADULT_AT)
    return Days(interview - notice - drawn, interview, majority - notice - drawn, majority)


def is_care(case: Case, measure: "Measure") -> bool:
    """Tell whether a minor in this measure has the interview: care of the service; other placements if it wants."""
    placed = measure.judicial and measure.type.execution == "care"
    return measure.type_id in CARE or (placed and case.protocol.majority_interview_care)


def nears_majority(child: "Child") -> bool:
    """Tell whether a child is 15 to 17 as far as its band tells, or of unknown age."""
    return child.age_band in NEAR_BANDS or (child.age_band == AgeBand.FROM_11 and not child.under_15)


# --- Clocks, started by steps of a measure ---------------------------------------------------------------


def await_interview(act: "StepContext", measure: "Measure") -> None:
    """Await the interview from the beginning of care on: to the 17th birthday, later as soon as possible (C25)."""
    case, child = act.case, act.case.on_record(measure.child_id)
    if child is None or not _interview_is_due(case, child, measure) or not nears_majority(child):
        return
    majority = majority_of(case, child)
    if majority is None:
        return
    due = majority - relativedelta(years=ages.ADULT_AT - INTERVIEW_AT)
    if due <= case.today:
        ask_for_interview_soon(act, child)
    else:
        act.start(C.C25, child=child.pk, **_ending(case, child, INTERVIEW_AT, majority))


def ask_for_interview_soon(act: "StepContext", child: "Child") -> None:
    """Await the interview of who is 17 already, or refused it, within the authority's delay (C25)."""
    until = act.case.today + timedelta(days=act.case.protocol.majority_interview_days)
    act.start(C.C25, child=child.pk, until=until)


def await_choice(act: "StepContext", measure: "Measure") -> None:
    """Await the choice of what follows a measure that is decided or begins near majority (C26)."""
    case, child = act.case, act.case.on_record(measure.child_id)
    if child is None or child.age_band not in NEAR_BANDS or not _choice_is_due(case, measure):
        return
    majority = majority_of(case, child)
    if majority is not None and choice_is_near(case, majority):
        _ask_what_follows(act, child, measure, majority)


def _ask_what_follows(act: "StepContext", child: "Child", measure: "Measure", majority: date) -> None:
    clock = act.start(C.C26, part=measure, **_ending(act.case, child, ages.ADULT_AT, majority))
    act.change(clock, warn_at=act.at)


def start_term(act: "StepContext", measure: "Measure", *, since: datetime | None = None) -> None:
    """Start the clock of a measure's term, which is cut at the 18th birthday (C10, C15; M07, M11, M18)."""
    begun = since or act.at
    majority = effects.cut_term(act, measure, begun.astimezone(act.case.zone).date())
    _time_term(act, measure, begun, majority)


def _time_term(act: "StepContext", measure: "Measure", begun: datetime, majority: date | None) -> None:
    case, child = act.case, act.case.on_record(measure.child_id)
    code = C.C15 if measure.judicial else C.C10
    if child is None or majority is None:
        act.start(code, part=measure, since=begun)
        return
    clock = act.start(code, part=measure, since=begun, **_ending(case, child, ages.ADULT_AT, majority))
    if choice_is_near(case, majority):
        act.change(clock, warn_at=act.at)


def care_may_be_over(act: "StepContext", child: "Child | None") -> None:
    """Await no interview of whoever is in care no more (C25)."""
    if child is not None and not any(is_care(act.case, one) for one in _under_way(act.case, child)):
        act.stop(C.C25, child=child.pk)


def follow_correction(act: "StepContext", child: "Child", *, was_of_age: bool) -> None:
    """Let terms, interview, choice and the parents' rights follow a corrected age, or an emancipation (T42; §5.3)."""
    case = act.case
    own = [measure for measure in case.measures if measure.child_id == child.pk]
    if case.of_age(child) or not _done(case, "majority_interview", *own):
        act.stop(C.C25, child=child.pk)
    if case.of_age(child):
        act.change(child, majority_near=False)
        if not was_of_age:
            effects.end_parents_information(act)
            effects.end_terms_of(act, [child.pk])
        return
    for measure in case.measures_alive(child):
        act.stop(C.C26, part=measure)
        _cut_again(act, measure, was_of_age=was_of_age)
        if measure.state in UNDER_WAY:
            await_interview(act, measure)
        if measure.state in CHOOSABLE:
            await_choice(act, measure)


def _cut_again(act: "StepContext", measure: "Measure", *, was_of_age: bool) -> None:
    """Cut a term anew; its clock starts again, from when it ran, where it ends with a birthday or did so."""
    case = act.case
    clock = next((one for one in case.open_clocks if one.code in TERMS and one.part == measure.pk), None)
    if clock is None:
        effects.cut_term(act, measure, measure.started_on or measure.ordered_on or case.today)
        return
    anew = measure.until_majority or was_of_age
    started: datetime = clock.started_at
    majority = effects.cut_term(act, measure, started.astimezone(case.zone).date())
    if anew or majority is not None:
        _time_term(act, measure, started, majority)


def _ending(case: Case, child: "Child", age: int, majority: date) -> dict[str, Any]:
    """Return how a clock ends with a birthday: on the latest day that the band allows; on the day that is estimated."""
    if child.birth_date is None:
        return {"until": majority - relativedelta(years=ages.ADULT_AT - age)}
    part = ages.finest(child.age_band, under_2=child.under_2, under_15=child.under_15)
    youngest = next((years for years, name in ages.FINEST.items() if name == part), 0)
    return {"until": case.today + relativedelta(years=max(age - youngest, 1)), "on_birthday": True}


def _under_way(case: Case, child: "Child") -> "list[Measure]":
    # The step's own move counts: its row bears the new state already.
    rows = [case.part if case.part is not None and one.pk == case.part.pk else one for one in case.measures]
    return [one for one in rows if one.child_id == child.pk and one.state in UNDER_WAY]


def _interview_is_due(case: Case, child: "Child", measure: "Measure") -> bool:
    return (
        is_care(case, measure)
        and not case.beyond_childhood(child)
        and interview_clock(case, child) is None
        and not _done(case, "majority_interview", *(one for one in case.measures if one.child_id == child.pk))
    )


def _choice_is_due(case: Case, measure: "Measure") -> bool:
    return (
        bool(measure.type.execution)
        and ends_at_majority(measure)
        and _clock(case, C.C26, part=measure.pk) is None
        and not _done(case, "choose_at_majority", measure)
    )


def _done(case: Case, step: str, *measures: "Measure") -> bool:
    own = case.referral.steps.filter(machine=Machine.MEASURE, part__in=[one.pk for one in measures])
    return bool(own.filter(step=step).exists())


def interview_clock(case: Case, child: "Child") -> "Clock | None":
    return _clock(case, C.C25, child=child.pk)


def _clock(case: Case, code: C, **of: object) -> "Clock | None":
    running = (clock for clock in case.open_clocks if clock.code == code)
    return next((clock for clock in running if all(getattr(clock, k) == v for k, v in of.items())), None)


# --- The daily look ---------------------------------------------------------------------------------------


def coming(case: Case, child: "Child", birth: date) -> Iterator[StepInput]:
    """Yield what the daily look has to tell of a child's way to majority: each once, for the clocks remember it.

    ``what``: ``interview`` is to be awaited, ``near`` or ``late``, ``choice`` is to be awaited; ``row``: of which
    measure or clock.
    """
    days, today = days_of(case, child, birth), case.today
    if case.of_age(child) or not days.interview_near <= today < days.majority:
        return
    clock = interview_clock(case, child)
    if clock is None:
        care = (one for one in _under_way(case, child) if is_care(case, one))
        measure = next(care, None)
        if measure is not None and _interview_is_due(case, child, measure):
            yield StepInput(what="interview", row=measure.pk)
    elif clock.on_birthday and today > days.interview and clock.due_at > case.at:
        yield StepInput(what="late", row=clock.pk)
    elif clock.on_birthday and clock.warn_at > case.at:
        yield StepInput(what="near", row=clock.pk)
    for measure in case.measures_alive(child):
        chosen = measure.state in CHOOSABLE and today >= days.choice_near
        if chosen and _choice_is_due(case, measure):
            yield StepInput(what="choice", row=measure.pk)
        if today >= days.choice_near and (term := _unwarned_term(case, measure)) is not None:
            yield StepInput(what="near", row=term.pk)


def _unwarned_term(case: Case, measure: "Measure") -> "Clock | None":
    own = (one for one in case.open_clocks if one.code in TERMS and one.part == measure.pk)
    return next((one for one in own if one.on_birthday and one.warn_at > case.at), None)


def prepare(act: "StepContext") -> None:
    """Do what ``coming`` found: await, warn, tell whoever must act (C25, C26); reminders tell of what comes near."""
    for item in act.step_input.majority:
        _PREPARED[item.what](act, item.row)


def _await_interview(act: "StepContext", row: UUID) -> None:
    await_interview(act, next(one for one in act.case.measures if one.pk == row))
    if (clock := act.case.open_clocks[-1]).on_birthday:
        act.change(clock, warn_at=act.at)


def _await_choice(act: "StepContext", row: UUID) -> None:
    measure = next(one for one in act.case.measures if one.pk == row)
    child = act.case.checked_child(measure.child_id)
    if (majority := majority_of(act.case, child)) is not None:
        _ask_what_follows(act, child, measure, majority)


def _warn(act: "StepContext", row: UUID) -> None:
    act.change(next(one for one in act.case.open_clocks if one.pk == row), warn_at=act.at)


def _tell_late(act: "StepContext", row: UUID) -> None:
    clock = next(one for one in act.case.open_clocks if one.pk == row)
    effects.let_be_over(act, clock)
    withheld = act.case.withheld(child=clock.child)
    recipients.tell_parties(act.case, effects.TOLD_OF_INTERVIEW, "clock.overdue", withheld=withheld)


_PREPARED: Final[Mapping[str, Callable[["StepContext", UUID], None]]] = {
    "interview": _await_interview,
    "choice": _await_choice,
    "near": _warn,
    "late": _tell_late,
}
