"""Effects of the answers to filers: when one is owed, sent, withheld, and its clock."""

from typing import TYPE_CHECKING

from referrals.execution import hooks
from referrals.models import FeedbackTask
from referrals.vocabulary import case_answers, filing_answers
from referrals.vocabulary.case_answers import OPEN
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.states import Machine, State
from referrals.workflow.case import Case

if TYPE_CHECKING:
    from referrals.models import FeedbackTask
    from referrals.workflow.context import StepContext
#: Nothing is decided of the case yet.
UNDECIDED = (
    State.SUBMITTED,
    State.ACKNOWLEDGED,
    State.TRIAGE,
    State.QUALIFIED,
    State.IN_ASSESSMENT,
    State.REPORT_SUBMITTED,
)


def due_of_law(case: Case) -> case_answers.OwedTo | None:
    """Return to whom an answer is owed as soon as the concern is received; None for on request, or for justice."""
    if case.referral.variant == filing_answers.Variant.FROM_119:
        return case_answers.OwedTo.HELPLINE
    if case.referral.variant == filing_answers.Variant.PROSECUTOR_REQUEST or case.filer_is_private():
        return None
    return case_answers.OwedTo.PROFESSIONAL


def owe(act: "StepContext") -> None:
    """Owe an answer from the receipt on, where one is owed unasked; C5 runs (T02, T03)."""
    recipient = due_of_law(act.case)
    if recipient is not None:
        clock = act.start(C.C5, since=act.case.referral.received_at)
        act.case.insert(
            act.made_for("feedback_tasks", owed_to=recipient, opened_at=act.at, due_at=clock.due_at)
        )


def request(act: "StepContext") -> None:
    """Owe an answer to a private person who asks, from the request on; asking again puts nothing off (T49; C5b)."""
    # Asked of what is owed, not of the variant, which a transfer changes.
    from_helpline = any(task.owed_to == case_answers.OwedTo.HELPLINE for task in act.case.feedback_tasks)
    is_due_already = any(task.owed_to == case_answers.OwedTo.PRIVATE for task in open_tasks(act.case))
    if is_due_already or not (act.case.filer_is_private() or from_helpline):
        return
    clock = act.start(C.C5B, since=act.step_input.at)
    act.new(
        "feedback_tasks",
        owed_to=case_answers.OwedTo.PRIVATE,
        opened_at=act.at,
        asked_at=act.step_input.at,
        due_at=clock.due_at,
    )
    act.case.forget("feedback_tasks")


def open_tasks(case: Case) -> "list[FeedbackTask]":
    """Return the answers that are still owed."""
    return [task for task in case.feedback_tasks if task.state in OPEN]


def send_feedback(act: "StepContext") -> None:
    """Keep what was sent, under the filer's own key; the filer's word becomes *answered* (F01)."""
    task = act.case.part
    interim = act.case.referral.state in UNDECIDED
    act.change(task, text=act.step_input.text, means=act.step_input.means, interim=interim)
    act.stop(clock_of(task))
    act.case.referral.filer_answered = True


def withhold_feedback(act: "StepContext") -> None:
    """Keep why nothing is told (F02)."""
    task = act.case.part
    act.change(task, reason=act.step_input.reason, reason_text=act.step_input.reason_text)
    act.stop(clock_of(task))


def clock_of(task: "FeedbackTask") -> C:
    return C.C5B if task.owed_to == case_answers.OwedTo.PRIVATE else C.C5


@hooks.after_leaving_state.register(2)
def follow(act: "StepContext", before: str) -> None:
    """The case moved: a filing taken back is owed nothing, an outcome is told to whom an interim word was sent.

    The text that the step prepares (T11, T22) is laid in the task for whoever will send it; where nobody is owed an
    answer now, it stays on record for readers of C.
    """
    after = act.case.referral.state
    if before not in UNDECIDED or after in UNDECIDED or after in (State.MERGED, State.TRANSFERRED):
        return
    if after == State.WITHDRAWN:
        for task in open_tasks(act.case):
            act.fill(task, {"reason": case_answers.Withholding.WITHDRAWN})
            act.fire(Machine.FEEDBACK, "withhold", part=task)
        return
    waiting = {task.owed_to for task in open_tasks(act.case)}
    for recipient in {task.owed_to for task in act.case.feedback_tasks if task.interim} - waiting:
        act.new("feedback_tasks", owed_to=recipient, opened_at=act.at)
    act.case.forget("feedback_tasks")
    prepared, due_tasks = act.step_input.get("feedback"), open_tasks(act.case)
    for task in due_tasks if prepared else ():
        act.change(task, prepared=prepared)
    if prepared and not due_tasks:
        act.fire(Machine.REFERRAL, "keep_feedback", step_input=type(act.step_input)(text=prepared))
