"""Effects of a birthday: age bands and flags, the end of information owed to parents and of the birthday search."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

from dateutil.relativedelta import relativedelta

from referrals.coming_of_age.checks import ends_at_majority, majority_of, someone_is_a_minor, written_term
from referrals.notifications import recipients
from referrals.vocabulary import ages
from referrals.vocabulary.ages import AgeBand
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.states import InformationState
from referrals.workflow import deadlines

if TYPE_CHECKING:
    from referrals.models import Child, Clock, Measure
    from referrals.workflow.context import StepContext

#: Delays that end with majority: those that are the term of a measure, and the choice of what follows.
TERMS: Final = (C.C10, C.C15, C.C15B, C.C17B, C.C26)
#: Whom a measure concerns whose child came of age; no parent (§5.3).
TOLD_AT_MAJORITY: Final = ("coordinator", "supervisor", "ase_inspector", "case_referent")
#: Whom the interview before majority concerns once it is over: no coordinator (§2.3).
TOLD_OF_INTERVIEW: Final = ("supervisor", "ase_inspector", "case_referent")
#: What parents were still to be told, and no longer are.
STILL_DUE: Final = (InformationState.PENDING, InformationState.DEFERRED)


def take_new_ages(act: "StepContext") -> None:
    """Write the bands and flags that hold from this birthday on; the shell and the reduced date follow."""
    for item in act.step_input.children:
        child = act.case.on_record(item.child)
        act.change(
            child,
            age_band=item.age_band,
            under_2=item.under_2,
            under_15=item.under_15,
            majority_near=item.majority_near,
        )


def cut_term(act: "StepContext", measure: "Measure", since: date) -> date | None:
    """Let a term lie on the 18th birthday at the latest, and say that it was cut (M01, M05, M07, M11, M18; §5.3).

    The day itself is written nowhere: it would be a birth date in clear. The term that was asked for or ordered is kept
    sealed beside it, for a judge may have written the birthday, and a corrected birth date gives it back (T42).

    Returns:
        The birthday, if the measure lasts until then.
    """
    case, child = act.case, act.case.on_record(measure.child_id)
    written = measure.term_on or (written_term(case, measure) if measure.until_majority else None)
    last = written or deadlines.last_day(measure, since)
    may_cut = child is not None and ends_at_majority(measure) and _may_be_of_age_by(last, child, case.today)
    majority = majority_of(case, child) if may_cut and child is not None else None
    # One that is the birthday itself isn't cut, but no column tells it either.
    if majority is not None and last >= majority:
        act.warnings.extend(["term-cut-at-majority"] if last > majority else [])
        act.change(measure, until_majority=True, term_on=None, term_written=written and written.isoformat())
        return majority
    # What can't be read any more gives no term back.
    if measure.until_majority and (majority is not None or not may_cut):
        act.change(measure, until_majority=False, term_on=written, term_written=None)
    return None


def _may_be_of_age_by(day: date, child: "Child", today: date) -> bool:
    """Tell whether a child may be of age on a day, as far as its band tells: else no birth date is opened."""
    oldest = {AgeBand.UNDER_3: 2, AgeBand.FROM_3: 5, AgeBand.FROM_6: 10, AgeBand.FROM_11: 15}
    years = ages.ADULT_AT - 1 - oldest.get(AgeBand(child.age_band), ages.ADULT_AT - 1)
    earliest: date = today + relativedelta(years=years)
    return day > earliest


def end_terms(act: "StepContext") -> None:
    """Let what ends at majority be overdue for who came of age, and tell who must act; nothing ends by itself (C23).

    The end that is written is a drawn day of the quarter before, for the columns are in clear (§2.3 Birthdays).
    """
    end_terms_of(act, {item.child for item in act.step_input.children if item.age_band == AgeBand.ADULT})


def end_terms_of(act: "StepContext", grown: Collection[UUID]) -> None:
    """Let what ends at majority be overdue for these children, who came of age or are emancipated (C23, T42)."""
    for measure in act.case.measures_alive():
        if measure.child_id not in grown or not ends_at_majority(measure):
            continue
        over = [clock for clock in act.case.open_clocks if clock.part == measure.pk and clock.code in TERMS]
        for clock in over:
            if clock.due_at > act.at:
                let_be_over(act, clock)
        unasked = any(clock.code == C.C26 for clock in over)
        act.case.part = measure
        withheld = act.case.withheld(part=measure)
        parties = (*TOLD_AT_MAJORITY, "service") if unasked else TOLD_AT_MAJORITY
        recipients.tell_parties(act.case, parties, "clock.overdue", withheld=withheld)
    act.case.part = None


def let_be_over(act: "StepContext", clock: "Clock") -> None:
    """Let a clock be over whose end is a birthday: on a drawn day before, marked as told (§2.3 Birthdays)."""
    drawn = max(clock.started_at, act.at - timedelta(days=1 + uuid4().int % 90))
    reminders = dict.fromkeys(("soon_told_at", "again_told_at", "late_told_at"), drawn)
    act.change(clock, due_at=drawn, warn_at=drawn, **reminders)


def end_parents_information(act: "StepContext") -> None:
    """Settle what parents were still to be told, once no child of the case is a minor (C23)."""
    if someone_is_a_minor(act.case, None) is None:
        return
    for row in act.case.informations:
        if row.state in STILL_DUE:
            act.change(
                row, state=InformationState.NOT_APPLICABLE, reason="", review_on=None, deferred_since=None
            )


def forget_birthdays(act: "StepContext") -> None:
    """Stop looking at birthdays in the archive; a case that is opened again is looked at anew."""
    act.case.referral.children.update(next_change=None)
