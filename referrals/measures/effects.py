"""Effects of measures: rows, clocks, decisions of children, and what the case then shows."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from referrals.coming_of_age import majority
from referrals.coming_of_age.checks import YOUNG_ADULT
from referrals.coming_of_age.effects import cut_term
from referrals.decisions import effects as decisions_effects
from referrals.justice import effects as justice_effects
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.decision_answers import DangerRemains, InterviewOutcome, MajorityChoice
from referrals.vocabulary.states import DecisionCode, Machine, State
from referrals.vocabulary.states import MeasureState as M
from referrals.workflow import decision_records, own_words
from referrals.workflow.context import StepInput
from referrals.workflow.deadlines import OF_A_MEASURE

if TYPE_CHECKING:
    from referrals.models import Child
    from referrals.workflow.case import Case
    from referrals.workflow.context import StepContext

UNDER_WAY = (M.ACTIVE, M.SUSPENDED)


def follow(act: "StepContext") -> None:
    """Let the case show what its measures are (⇒ T29)."""
    states = (State.ADMIN_OFFER, State.PROTECTED_ADMIN, State.PROTECTED_JUDICIAL)
    if act.case.referral.state in states:
        act.case.forget("measures")
        act.fire(Machine.REFERRAL, "measure_event", child=act.case.part.child_id)


def offer(act: "StepContext") -> None:
    """Offer the measure to the family (M01)."""
    row = act.new(
        "measures",
        child_id=act.step_input.child,
        type_id=act.step_input.type,
        judicial=False,
        proposed_at=act.at,
        duration_months=act.step_input.duration_months,
        service_id=act.step_input.service,
        aim=act.step_input.aim,
        variant=act.step_input.variant,
        notified_on=act.step_input.notified_on,
        sent_on=act.step_input.sent_on,
    )
    act.start(C.C9, part=row)
    act.case.forget("measures")
    act.case.part = act.made = row


def take_agreement(act: "StepContext") -> None:
    """Record the agreement; the first one of an offer moves the case (M02 ⇒ T24)."""
    decisions_effects.take_agreement(act, act.case.part)
    act.case.part.save()
    if act.case.referral.state == State.ADMIN_OFFER:
        act.fire(Machine.REFERRAL, "record_agreement", child=act.case.part.child_id)


def give_up(act: "StepContext") -> None:
    """Stop its clocks; a child for whom nothing else is alive is undecided again (M03, M04)."""
    act.stop(*OF_A_MEASURE, part=act.case.part)
    act.case.forget("measures")
    child = act.case.child(act.case.part.child_id)
    if child is not None and not act.case.measures_alive(child) and not _holds_without(act.case, child):
        decision_records.undecide(act, child)


def _holds_without(case: "Case", child: "Child") -> bool:
    """Tell whether a child's decision holds where it has no measure: closed, or justice is, or will be, asked."""
    is_undecided = case.referral.state == State.REPORT_SUBMITTED or case.judicial_open(child)
    return child.decision == DecisionCode.CLOSE or (
        child.decision == DecisionCode.JUDICIAL and bool(is_undecided)
    )


def record_order(act: "StepContext") -> None:
    """Record a measure ordered without a referral of ours (M05)."""
    row = act.new(
        "measures",
        state=M.ORDERED,
        child_id=act.step_input.child,
        type_id=act.step_input.type,
        judicial=True,
        proposed_at=act.at,
        ordered_on=act.step_input.ordered_on,
        term_on=act.step_input.term_on,
        service_id=act.step_input.service,
        ordered_by=act.step_input.ordered_by,
        order_copy=act.step_input.order_copy,
        place=act.step_input.place,
        variant=act.step_input.variant,
    )
    cut_term(act, row, act.step_input.ordered_on)
    justice_effects.start_order_clocks(act, row, act.step_input)
    act.case.forget("measures")
    justice_effects.settle_by_order(act, row)
    act.case.part = act.made = row


def hand_measure_over(act: "StepContext") -> None:
    """Confide the measure to its service (M06)."""
    decisions_effects.hand_over(act, act.case.part)
    act.case.part.save()


def begin(act: "StepContext") -> None:
    """Start the clocks of a measure that begins; its start is awaited no more (M07)."""
    row = act.case.part
    act.stop(C.C24, part=row)
    since = act.noon_of(act.step_input.started_on)
    majority.start_term(act, row, since=since)
    act.start(C.C17, part=row, since=since)
    if row.judicial:
        act.start(C.C16, part=row, since=since)
    majority.await_interview(act, row)
    majority.await_choice(act, row)


def renew_measure(act: "StepContext") -> None:
    """Start the measure's term again (M11)."""
    majority.start_term(act, act.case.part)


def stop_its_clocks(act: "StepContext") -> None:
    """Stop the measure's clocks (M12 to M15)."""
    act.stop(*OF_A_MEASURE, part=act.case.part)
    act.case.forget("measures")
    majority.care_may_be_over(act, act.case.on_record(act.case.part.child_id))


def last_measure_over(act: "StepContext", *, since: datetime | None = None) -> None:
    """Let an inspector decide again for a child whose last measure is over (§2.2 Decisions); C8 from ``since`` on."""
    child = act.case.child(act.case.part.child_id)
    remains = act.step_input.get("danger_remains") == DangerRemains.YES
    if child is not None and remains and not act.case.measures_alive(child):
        decision_records.undecide(act, child, since=since)


def plan_is_signed(act: "StepContext") -> None:
    """The child's plan is signed: C16 stops (M16; L223-1-1)."""
    act.stop(C.C16, part=act.case.part)


def next_report(act: "StepContext") -> None:
    """A report starts the next one's clock, and ends that of an investigation measure (M17)."""
    act.stop(C.C15B, part=act.case.part)
    act.start(C.C17, part=act.case.part)


def take_choice(act: "StepContext") -> None:
    """Record what the person wants after the 18th birthday: on with the help, another measure, nothing (M20; §5.3)."""
    row, step_input = act.case.part, act.step_input
    act.stop(C.C26, part=row)
    if step_input.choice == MajorityChoice.AGREES:
        act.change(
            row, own_agreement=True, until_majority=False, term_on=step_input.term_on, term_written=None
        )
        if row.state in UNDER_WAY:
            act.start(C.C10, part=row)
    elif step_input.choice == MajorityChoice.YOUNG_ADULT:
        offered = {
            "type": YOUNG_ADULT,
            "aim": step_input.aim,
            "duration_months": step_input.duration_months,
            "variant": "",
        }
        item: Any = StepInput(dict.fromkeys(("service", "notified_on", "sent_on")), **offered)
        act.made = decisions_effects.propose_measure(act, act.case.checked_child(row.child_id), item)


def interview_was_held(act: "StepContext") -> None:
    """Await the interview no more; who refused it is offered it again within the authority's delay (M21)."""
    child = act.case.checked_child(act.case.part.child_id)
    act.stop(C.C25, child=child.pk)
    if act.step_input.outcome == InterviewOutcome.REFUSED:
        majority.ask_for_interview_soon(act, child)
    else:
        act.warnings.append("plan-to-complete")  # the way to autonomy is part of it (L222-5-1)


def hear_child(act: "StepContext") -> None:
    """Keep what the child says of a report on its measure (M12, M17)."""
    if act.step_input.heard:
        row = act.case.part
        act.new("voices", measure=row, child_id=row.child_id, **own_words.columns(act.step_input))


def hear_children(act: "StepContext") -> None:
    """Keep what each child says of the end of the follow-up (T30)."""
    for number, item in enumerate(act.step_input.voices):
        own_words.require_past(item, act.case.today, path=f"voices.{number}.")
        act.new("voices", child=act.case.checked_child(item.child), **own_words.columns(item))


def remind_again(act: "StepContext") -> None:
    """Let an overdue start be told again after the authority's delay, counted from now: the judge knows (M19)."""
    for clock in act.case.open_clocks:
        if clock.code == C.C24 and clock.part == act.case.part.pk and clock.due_at < act.at:
            after = timedelta(days=act.case.protocol.execution_review_days)
            act.change(clock, again_at=act.at + after, again_told_at=None)
