"""Effects of decisions: records, proposed measures, agreements, refusals."""

from typing import TYPE_CHECKING, Any

from referrals.coming_of_age import majority
from referrals.justice.effects import await_start, owe_information
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.people import Occasion
from referrals.vocabulary.states import DecisionCode, Machine, MeasureState
from referrals.workflow import own_words
from referrals.workflow.deadlines import OF_A_MEASURE
from referrals.workflow.decision_records import decide, undecide

if TYPE_CHECKING:
    from referrals.models import Child, Measure
    from referrals.workflow.context import StepContext
    from referrals.workflow.decision_inputs import MeasureOffer


def record_decisions(act: "StepContext") -> None:
    """Take the decisions that the step carries (⇒ T43 each), and owe the holders their information."""
    for number, item in enumerate(act.step_input.decisions):
        own_words.require_past(item, act.case.today, path=f"decisions.{number}.")
        child = act.case.checked_child(item.child)
        decide(act, child, item.decision, ground=item.ground, motivation=item.motivation, heard=item)
    owe_information(act, Occasion.DECISION)


def decide_one_child(act: "StepContext") -> None:
    """Take the decision for one child (T43)."""
    child = act.case.checked_child(act.step_input.child)
    decide(
        act,
        child,
        act.step_input.decision,
        ground=act.step_input.ground,
        motivation=act.step_input.motivation,
        heard=act.step_input,
    )


def propose_measures(act: "StepContext") -> None:
    """Offer the measures that come with the decision (⇒ M01; C9 each)."""
    for item in act.step_input.measures:
        child = act.case.checked_child(item.get("child") or act.step_input.child)
        propose_measure(act, child, item)


def propose_measure(act: "StepContext", child: "Child", item: "MeasureOffer") -> Any:
    """Offer one administrative measure to the family of a child (M01)."""
    row = act.new(
        "measures",
        child=child,
        type_id=item.type,
        judicial=False,
        proposed_at=act.at,
        duration_months=item.duration_months,
        service_id=item.service,
        aim=item.aim,
        variant=item.variant,
        notified_on=item.notified_on,
        sent_on=item.sent_on,
    )
    act.fire(Machine.MEASURE, "propose", part=row, child=child.pk)
    act.start(C.C9, part=row)
    act.case.forget("measures")
    return row


def agree_to_measure(act: "StepContext") -> None:
    """Record the agreement on its measure (T24 ⇒ M02)."""
    row = next(measure for measure in act.case.measures if measure.pk == act.step_input.measure)
    act.child = row.child_id
    take_agreement(act, row)
    act.fire(Machine.MEASURE, "agree", part=row, step_input=act.step_input, child=row.child_id)


def take_agreement(act: "StepContext", row: "Measure") -> None:
    """Write the agreement into the measure; C9 stops, C16 and C24 start (M02)."""
    act.fill(
        row,
        {
            "agreed_on": act.step_input.agreed_on,
            "agreement": f"{act.step_input.signed_by}\n{act.step_input.agreement}".strip(),
            "agreed_by_silence": act.step_input.by_silence,
            "own_agreement": act.step_input.own,
            "child_opinion": act.step_input.child_opinion,
        },
    )
    act.stop(C.C9, part=row)
    act.start(C.C16, part=row)
    await_start(act, row, act.step_input.agreed_on)


def refuse_measures(act: "StepContext") -> None:
    """Cancel what was offered to the child, end what had begun (T25 ⇒ M03, M12)."""
    begun = (MeasureState.ACTIVE, MeasureState.SUSPENDED)
    for row in act.case.measures_alive():
        if row.child_id != act.step_input.child or row.judicial:
            continue
        if row.state in begun:
            row.over_on = act.case.today
        act.stop(*OF_A_MEASURE, part=row)
        act.fire(Machine.MEASURE, "end" if row.state in begun else "refuse", part=row, child=row.child_id)
    act.case.forget("measures")
    majority.care_may_be_over(act, act.case.checked_child(act.step_input.child))


def refer_after_refusal(act: "StepContext") -> None:
    """Refer the child to justice where danger persists; else it is undecided again (T25)."""
    child = act.case.checked_child(act.step_input.child)
    if act.step_input.danger_persists:
        decide(act, child, DecisionCode.JUDICIAL, ground="refusal", motivation=act.step_input.actions_led)
        act.made = act.refer_to_justice(
            children=[child],
            said=act.step_input,
            prepared=act.case.prepared(act.step_input),
            report=act.case.delivered_report,
        )
        owe_information(act, Occasion.JUDICIAL_REFERRAL)
    else:
        undecide(act, child)


def name_service(act: "StepContext") -> None:
    """Confide the measure to its service (T48 ⇒ M06)."""
    row = next(measure for measure in act.case.measures if measure.pk == act.step_input.measure)
    act.child = row.child_id
    hand_over(act, row)
    act.fire(Machine.MEASURE, "hand_over", part=row, child=row.child_id)


def hand_over(act: "StepContext", row: "Measure") -> None:
    """Write the service into the measure, and the passages that it needs to know (M06)."""
    act.fill(row, {"service_id": act.step_input.service, "extract": act.step_input.extract or None})
