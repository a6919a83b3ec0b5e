"""Feedback owed to filers, and how it is given: one task per filing or request (domain.md §1.4, §2.7 FeedbackTask).

A professional or elected official is informed within three months without asking (L226-5 al. 1), anybody else on
request (al. 2; D226-2-8); for what the helpline passed on, the helpline is informed. Always by a person, never by the
state itself; feedback sent while the case is still assessed requires a second one at its outcome.
"""

from typing import TYPE_CHECKING, Any

from accounts.roles import Role
from core.inputs import Code, StrictSerializer
from referrals.execution import hooks
from referrals.models import FeedbackTask
from referrals.vocabulary import answers
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.feedback import OPEN
from referrals.vocabulary.states import FeedbackState as F
from referrals.vocabulary.states import Machine, State
from referrals.workflow.case import Case
from referrals.workflow.inputs import Nothing, text
from referrals.workflow.step import StepDecorator

if TYPE_CHECKING:
    from referrals.models import FeedbackTask
    from referrals.workflow.context import StepContext

step = StepDecorator(Machine.FEEDBACK, FeedbackTask)
#: Nothing is decided of the case yet.
UNDECIDED = (
    State.SUBMITTED,
    State.ACKNOWLEDGED,
    State.TRIAGE,
    State.QUALIFIED,
    State.IN_ASSESSMENT,
    State.REPORT_SUBMITTED,
)
#: What may keep an answer from a private person: these three and no other (D226-2-8).
EXCEPTIONS = (
    answers.Withholding.CHILD_INTEREST,
    answers.Withholding.CHILD_ENDANGERED,
    answers.Withholding.REQUESTER_AT_RISK,
)
#: Reasons that follow from what became of the case, which nobody gives by hand.
OF_ITSELF = (answers.Withholding.WITHDRAWN, answers.Withholding.TRANSFERRED)


class Feedback(StrictSerializer):
    """The text as a person wrote it, and how it is conveyed (F01)."""

    means = Code(answers.FeedbackChannel.choices)
    text = text(max_length=5_000)


class Withheld(StrictSerializer):
    """Why nothing is told (F02)."""

    reason = Code([(w.value, w.label) for w in answers.Withholding if w not in OF_ITSELF])
    reason_text = text()


def withholding_is_lawful(case: Case, given: Any) -> str | None:
    """Nothing is told to a private person on three grounds, to others for secrecy or the child (F02; D226-2-8)."""
    private = case.part.owed_to == answers.OwedTo.PRIVATE
    allowed = EXCEPTIONS if private else (answers.Withholding.SECRECY, answers.Withholding.CHILD_INTEREST)
    if given.reason in allowed:
        return None
    return "Ce motif ne permet pas de ne pas répondre à cette personne (D226-2-8)."


def owed_unasked(case: Case) -> answers.OwedTo | None:
    """Return to whom an answer is owed as soon as the concern is received; None for on request, or for justice."""
    if case.referral.variant == answers.Variant.FROM_119:
        return answers.OwedTo.HELPLINE
    if case.referral.variant == answers.Variant.PROSECUTOR_REQUEST or case.filer_is_private():
        return None
    return answers.OwedTo.PROFESSIONAL


def owe(act: "StepContext") -> None:
    """Owe an answer from the receipt on, where one is owed unasked; C5 runs (T02, T03)."""
    owed_to = owed_unasked(act.case)
    if owed_to is not None:
        clock = act.start(C.C5, since=act.case.referral.received_at)
        act.new("feedback_tasks", owed_to=owed_to, opened_at=act.at, due_at=clock.due_at)


def request(act: "StepContext") -> None:
    """Owe an answer to a private person who asks, from the request on; asking again puts nothing off (T49; C5b)."""
    # Asked of what is owed, not of the variant, which a transfer changes.
    from_helpline = any(task.owed_to == answers.OwedTo.HELPLINE for task in act.case.feedback_tasks)
    asked = any(task.owed_to == answers.OwedTo.PRIVATE for task in open_tasks(act.case))
    if asked or not (act.case.filer_is_private() or from_helpline):
        return
    clock = act.start(C.C5B, since=act.given.at)
    act.new(
        "feedback_tasks",
        owed_to=answers.OwedTo.PRIVATE,
        opened_at=act.at,
        asked_at=act.given.at,
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
    act.change(task, text=act.given.text, means=act.given.means, interim=interim)
    act.stop(clock_of(task))
    act.case.referral.filer_answered = True


def withhold_feedback(act: "StepContext") -> None:
    """Keep why nothing is told (F02)."""
    task = act.case.part
    act.change(task, reason=act.given.reason, reason_text=act.given.reason_text)
    act.stop(clock_of(task))


def clock_of(task: "FeedbackTask") -> C:
    """Return the delay in which a task is due."""
    return C.C5B if task.owed_to == answers.OwedTo.PRIVATE else C.C5


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
            act.fill(task, {"reason": answers.Withholding.WITHDRAWN})
            act.fire(Machine.FEEDBACK, "withhold", part=task)
        return
    waiting = {task.owed_to for task in open_tasks(act.case)}
    for owed_to in {task.owed_to for task in act.case.feedback_tasks if task.interim} - waiting:
        act.new("feedback_tasks", owed_to=owed_to, opened_at=act.at)
    act.case.forget("feedback_tasks")
    prepared, owed = act.given.get("feedback"), open_tasks(act.case)
    for task in owed if prepared else ():
        act.change(task, prepared=prepared)
    if prepared and not owed:
        act.fire(Machine.REFERRAL, "keep_feedback", given=type(act.given)(text=prepared))


@step(
    "send",
    number="F01",
    label="Envoyer le retour",
    en="Send the feedback",
    source=OPEN,
    target=F.SENT,
    roles=[Role.CRIP_COORDINATOR],
    effects=[send_feedback],
    takes=Feedback,
    stops=[C.C5, C.C5B],
    tells=["filer"],
    law="CASF L226-5, D226-2-8",
    data_class="C",
)
def send(task: FeedbackTask, given: Any, case: Case) -> None:
    """Send what a person wrote; nothing of the case goes out by itself."""
    task.decided_at, task.by = case.at, case.actor.user_id


@step(
    "withhold",
    number="F02",
    label="Ne pas communiquer",
    en="Withhold the feedback",
    source=OPEN,
    target=F.WITHHELD,
    roles=[Role.CRIP_COORDINATOR],
    checks=[withholding_is_lawful],
    effects=[withhold_feedback],
    takes=Withheld,
    stops=[C.C5, C.C5B],
    law="CASF L226-5, D226-2-8",
    data_class="C",
)
def withhold(task: FeedbackTask, given: Any, case: Case) -> None:
    """Tell nothing, for a reason that the law knows."""
    own = case.actor.role == Role.FILER  # a filing taken back: no row names the account that filed
    task.decided_at, task.by = case.at, None if own else case.actor.user_id


@step(
    "fall_overdue",
    number="F03",
    label="Passer en retard",
    en="Fall overdue",
    internal=True,
    source=[F.DUE],
    target=F.OVERDUE,
    roles=[],
    takes=Nothing,
    law="CASF L226-5",
    data_class="C",
)
def fall_overdue(task: FeedbackTask, given: Any, case: Case) -> None:
    """Note that the delay has passed without an answer."""
