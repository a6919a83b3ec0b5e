"""Effects of referrals to justice and of its answers."""

from datetime import UTC, date
from typing import TYPE_CHECKING, Any

from dateutil.relativedelta import relativedelta
from django.utils.translation import override

from audit.disclosure import disclosure
from audit.events import Purpose
from core.languages import FRENCH
from encryption import digest
from referrals.coming_of_age import majority
from referrals.coming_of_age.checks import YOUNG_ADULT
from referrals.coming_of_age.effects import cut_term
from referrals.justice import letter
from referrals.vocabulary import assessment_answers
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.people import Occasion
from referrals.vocabulary.states import (
    AFTER_DECISION,
    DECIDING,
    ORDERING,
    DecisionCode,
    Machine,
    MeasureState,
    State,
    Urgency,
)
from referrals.workflow import deadlines
from referrals.workflow.decision_records import decide, undecide
from referrals.workflow.step import steps

if TYPE_CHECKING:
    from referrals.models import Assessment, Child, Clock, JudicialReferral, Measure
    from referrals.workflow.context import StepContext
    from referrals.workflow.decision_inputs import ChildOutcome, OrderedMeasure

EXIT_BAN = "exit_ban"


def flag_danger(act: "StepContext") -> None:
    """Mark the child, raise the urgency to U3, start C3 for it (T14)."""
    child = act.case.child(act.step_input.child)
    act.change(child, immediate_danger=True, danger_ever=True)
    act.case.referral.urgency = Urgency.U3
    act.start(C.C3, child=act.step_input.child)


def send_argued_to_justice(act: "StepContext") -> None:
    """Refer the case as its outcome, with the report where there is one (T26; D226-2-7).

    Where justice was seized before, the report follows what it was sent.
    """
    report = act.case.delivered_report
    if act.step_input.already_sent or not act.step_input.grounds:
        sent = act.case.awaiting_answer(act.case.to_be_referred(act.step_input))
        for row in sent if report is not None else ():
            act.change(row, report=report)
    else:
        send_to_justice(act, report=report)


def send_to_justice(act: "StepContext", *, report: "Assessment | None" = None) -> None:
    """Send the referral to justice and owe the holders their written information (T15, T18; L226-5)."""
    children = act.case.of_case(act.step_input.get("children") or []) or act.case.judicial_children()
    prepared = act.case.prepared(act.step_input)
    act.made = act.refer_to_justice(children=children, said=act.step_input, prepared=prepared, report=report)
    owe_information(act, Occasion.JUDICIAL_REFERRAL)


def decide_by_sending(act: "StepContext") -> None:
    """Let the sending decide for a child who waits again for a decision, where the case stands by justice (⇒ T43)."""
    if act.case.referral.state in (State.JUDICIAL_PENDING, State.PROTECTED_JUDICIAL):
        for child in act.case.of_case(act.step_input.children):
            if child.decision == DecisionCode.UNDECIDED:
                decide(
                    act, child, DecisionCode.JUDICIAL, ground="sent", motivation=act.step_input.actions_led
                )


def owe_information(act: "StepContext", occasion: Occasion) -> None:
    """Owe every holder the information on this occasion, once (L226-2-1)."""
    informed = {
        information.holder_id for information in act.case.informations if information.occasion == occasion
    }
    for holder in act.case.holders:
        if holder.pk not in informed:
            act.new("holder_informations", holder=holder, occasion=occasion)
    act.case.forget("informations")


def refer_every_child(act: "StepContext") -> None:
    """Decide *judicial* for every child: nobody could be met (T18)."""
    for child in act.case.children:
        decide(act, child, DecisionCode.JUDICIAL, ground="unreachable", motivation=act.step_input.actions_led)


def answer_of_justice(act: "StepContext") -> None:
    """Record the answer on its referral to justice (T28 ⇒ J04)."""
    row = next(
        judicial
        for judicial in act.case.judicial_referrals
        if judicial.pk == act.step_input.judicial_referral
    )
    record_outcomes(act, row)
    act.fire(Machine.JUDICIAL, "record_outcome", part=row, step_input=act.step_input)
    act.case.forget("judicial_referrals")


def record_outcomes(act: "StepContext", row: "JudicialReferral") -> None:
    """Keep what justice answered for each child, and the measures that it ordered (J04 ⇒ M05)."""
    for item in act.step_input.outcomes:
        act.new(
            "judicial_outcomes",
            judicial_referral=row,
            child_id=item.child,
            type=item.type,
            on=item.on,
            copy=item["copy"],  # a mapping has a method of that name
            **assessment_answers.hearing_answers(item),
        )
        if item.type == "judge_seized":
            _judge_seized(act, item)
    getattr(row, "_prefetched_objects_cache", {}).pop("outcomes", None)
    for order in act.step_input.orders:
        order_measure(act, order, judicial_referral=row)
    for item in act.step_input.outcomes:
        child = act.case.child(item.child)
        without = item.type in DECIDING and item.type not in ORDERING
        if child is None or not without or child.decision != DecisionCode.JUDICIAL:
            continue
        if not _waits_elsewhere(act, row, child):
            undecide(act, child)
    if all(act.case.answered(row, child) for child in row.children.all()):
        act.stop(C.C7, part=row)


def _waits_elsewhere(act: "StepContext", row: "JudicialReferral", child: "Child") -> bool:
    return any(other.pk != row.pk for other in act.case.judicial_open(child))


def _judge_seized(act: "StepContext", item: "ChildOutcome") -> None:
    """The judge is seized after a prosecutor's order: C13 stops, the hearing is due in 15 days (CPC 1184)."""
    for measure in act.case.measures_alive(act.case.child(item.child)):
        if any(clock.code == C.C13 and clock.part == measure.pk for clock in act.case.open_clocks):
            act.stop(C.C13, part=measure)
            if measure.type_id == EXIT_BAN:
                continue  # nobody is placed: no hearing within fifteen days follows
            act.start(C.C14, part=measure, since=act.noon_of(item.on))


def order_measure(
    act: "StepContext", item: "OrderedMeasure", *, judicial_referral: "JudicialReferral | None" = None
) -> Any:
    """Record a measure that justice ordered, and start the clocks of its type (M05)."""
    row = act.new(
        "measures",
        state=MeasureState.ORDERED,
        child_id=item.child,
        type_id=item.type,
        judicial=True,
        judicial_referral=judicial_referral,
        proposed_at=act.at,
        ordered_on=item.ordered_on,
        term_on=item.term_on,
        service_id=item.service,
        ordered_by=item.ordered_by,
        order_copy=item.order_copy,
        place=item.place,
        variant=item.variant,
    )
    act.fire(Machine.MEASURE, "order", part=row, child=item.child)
    cut_term(act, row, item.ordered_on)
    start_order_clocks(act, row, item)
    act.case.forget("measures")
    settle_by_order(act, row)
    return row


def start_order_clocks(act: "StepContext", row: "Measure", item: "OrderedMeasure") -> None:
    """Start the clocks of an order's type from its date (M05); after a prosecutor's the judge is seized in 8 days."""
    judge_follows = item.type == EXIT_BAN and item.decider == "prosecutor"
    for code in [*row.type.order_clocks, *([C.C13] if judge_follows else [])]:
        act.start(C(code), part=row, since=act.noon_of(item.ordered_on))
    await_start(act, row, item.ordered_on)


def await_start(act: "StepContext", row: "Measure", decided_on: date) -> None:
    """Await the start of a measure from the day of its agreement or order on, where somebody carries it out (C24)."""
    if row.type.execution:
        clock = act.start(C.C24, part=row, since=act.noon_of(decided_on))
        _count_from_majority(act, row, clock)
    majority.await_choice(act, row)


def _count_from_majority(act: "StepContext", row: "Measure", clock: "Clock") -> None:
    """Await the support of a young adult from majority on, before which it may not begin (§5.3).

    Counted from the latest day that majority can be, for support is offered so many months before it at most: a day
    counted from the birthday would tell it.
    """
    case, child = act.case, act.case.on_record(row.child_id)
    if row.type_id != YOUNG_ADULT or child is None or case.of_age(child):
        return
    begins = act.noon_of(case.today + relativedelta(months=case.protocol.majority_notice_months))
    due = deadlines.due_at(case, C.C24, begins, row)
    warned = deadlines.DEADLINES[C.C24].warns(case, begins, due, row)
    act.change(clock, warn_at=warned.astimezone(UTC), due_at=due.astimezone(UTC))


def settle_by_order(act: "StepContext", row: "Measure") -> None:
    """Let an order answer for a child who waits for a decision again: it is *judicial* (⇒ T43).

    The paper is silent. A coordinator expects nothing more to be decided for a child whom the judge protects;
    without this T30 would wait for a decision that nobody owes. Up to the report the inspector still decides
    (*continue*, T27), and a decision that was taken stands beside the order.
    """
    child = act.case.child(row.child_id)
    if (
        child is not None
        and child.decision == DecisionCode.UNDECIDED
        and act.case.referral.state in AFTER_DECISION
    ):
        decide(act, child, DecisionCode.JUDICIAL, ground="order", motivation="")


def compose_document(act: "StepContext") -> None:
    """Make the document from the case as it is now, and seal it on the referral with its hash (J07)."""
    referral = act.case.referral
    with (
        disclosure(
            actor=act.actor,
            purpose=Purpose.HANDLING,
            at=act.at,
            objects=[referral.pseudonym],
            tenant=referral.authority_id,
            urgent=referral.in_danger,
        ) as scope,
        override(FRENCH),  # a court reads French, in whatever language its author reads the pages
    ):
        page = letter.html(letter.gather(act.case, act.case.part, scope))
    act.change(
        act.case.part,
        letter=page,
        letter_sha256=digest.sha256(page.encode()).hex(),
        composed_at=act.at,
    )


def keep_prepared(act: "StepContext") -> None:
    """Keep a referral to justice that is being written (J01)."""
    step_input = act.step_input
    row = act.new(
        "judicial_referrals",
        prepared_at=act.at,
        grounds=step_input.grounds,
        actions_led=step_input.actions_led,
        document=step_input.document,
        recipient=step_input.recipient,
        competence=step_input.competence,
        requests=step_input.requests,
        asked_for=step_input.asked_for,
        enquiries=step_input.enquiries,
        feared=step_input.feared,
        tonight=step_input.tonight,
        no_report=step_input.no_report,
        reachable=step_input.reachable,
    )
    row.children.set(act.case.of_case(step_input.children))
    act.case.part = act.made = row


def record_answer(act: "StepContext") -> None:
    """Record the answer; where the case waits for it, or shows its measures, the case moves (J04 ⇒ T28, T29)."""
    record_outcomes(act, act.case.part)
    decides = any(item.type in DECIDING for item in act.step_input.outcomes)
    if act.case.referral.state == State.JUDICIAL_PENDING and decides:
        act.fire(Machine.REFERRAL, "judicial_outcome", step_input=act.step_input)
        if act.case.referral.state == State.REPORT_SUBMITTED:
            act.start(C.C8)
    elif act.case.referral.state in steps.get(Machine.REFERRAL, "measure_event").source:
        for item in act.step_input.orders:
            act.fire(Machine.REFERRAL, "measure_event", child=item.child)
