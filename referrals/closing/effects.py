"""Effects of closings: a closing opens a review; a reopening restores decisions, deadlines and danger."""

from typing import TYPE_CHECKING, Any

from referrals.closing.guards import WITHDRAW, closed_as
from referrals.closing.inputs import Ground
from referrals.feedback import effects as feedback_effects
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.states import Machine, ReviewState, State
from referrals.workflow import deadlines, decision_records

if TYPE_CHECKING:
    from referrals.workflow.context import StepContext


def open_review(act: "StepContext") -> None:
    """Put a closing that one person decided on the list of reviews (T04, T11, T12, T22, T30)."""
    if act.signer is not None:
        return
    withdrawn = act.step.name == WITHDRAW
    row = act.new(
        "closure_reviews",
        step=act.step.name,
        closed_by=None if withdrawn else act.actor.user_id,
        opened_at=act.at,
        due_at=_first_analysis_due(act) if withdrawn else _review_due(act),
    )
    act.fire(Machine.REVIEW, "open", part=row)


def _first_analysis_due(act: "StepContext") -> Any:
    return deadlines.due_at(act.case, C.C2, act.at)


def _review_due(act: "StepContext") -> Any:
    return act.case.calendar.after_working_days(act.at, act.case.protocol.closure_review_working_days)


def overturn_reviews(act: "StepContext") -> None:
    """Settle the reviews of a closing that no longer stands (T34, T35)."""
    for row in act.case.referral.closure_reviews.filter(state=ReviewState.DUE):
        act.fire(Machine.REVIEW, "overturn", part=row)


def undecide_every_child(act: "StepContext") -> None:
    """Let every child wait for a decision again (T34, T35)."""
    for child in act.case.children:
        decision_records.undecide(act, child)


def resume_clocks(act: "StepContext") -> None:
    """Let the assessment's delay run again: on its old date, or anew from a new fact (T34; §2.8 no. 1)."""
    referral = act.case.referral
    if act.step_input.ground == Ground.NEW_FACT:
        referral.counts_from = act.step_input.learnt_at
    act.start(C.C4, since=deadlines.assessment_start(referral))
    if closed_as(act.case) == State.WITHDRAWN:
        feedback_effects.owe(act)
    resume_danger(act)


def resume_danger(act: "StepContext") -> None:
    """Let what protects a child run again from where it began: C3 until justice is seized, C19 until it is found."""
    for child in act.case.children:
        away = act.case.referral.clocks.filter(code=C.C19, child=child.pk).order_by("started_at").last()
        if child.runaway and away is not None:
            act.start(C.C19, since=away.started_at, child=child.pk)
        last = act.case.referral.clocks.filter(code=C.C3, child=child.pk).order_by("started_at").last()
        if child.immediate_danger and last is not None and not act.case.judicial_sent(child):
            act.start(C.C3, since=last.started_at, child=child.pk)


def keep_word(act: "StepContext") -> None:
    act.fill(act.case.part, {"reason": act.step_input.note})
