"""What is owed to whoever filed, and how it is given: one task a filing or request (domain.md §1.4, §2.7 FeedbackTask).

A professional or elected official is told within three months without asking (L226-5 al. 1), anybody else on
request (al. 2; D226-2-8); of what the helpline passed on, the helpline is told. Always by a person, never by the
state itself; what is sent while the case is still assessed calls for a second word at its outcome.
"""

from typing import TYPE_CHECKING, Any

from django.db import models

from accounts.roles import Role
from audit.inputs import Code, StrictSerializer
from referrals.workflow import codes
from referrals.workflow.case import Case
from referrals.workflow.clockcodes import ClockCode as C
from referrals.workflow.declare import Declare, state_field
from referrals.workflow.inputs import Nothing, text
from referrals.workflow.states import FeedbackState as F
from referrals.workflow.states import Machine, State

if TYPE_CHECKING:
    from referrals.act import Act
    from referrals.models import FeedbackTask

step = Declare(Machine.FEEDBACK)
OPEN = (F.DUE, F.OVERDUE)
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
    codes.Withholding.CHILD_INTEREST,
    codes.Withholding.CHILD_ENDANGERED,
    codes.Withholding.REQUESTER_AT_RISK,
)
#: Reasons that follow from what became of the case, which nobody gives by hand.
OF_ITSELF = (codes.Withholding.WITHDRAWN, codes.Withholding.TRANSFERRED)


class Feedback(StrictSerializer):
    """The text as a person wrote it, and how it is conveyed (F01)."""

    means = Code(codes.FeedbackChannel.choices)
    text = text(max_length=5_000)


class Withheld(StrictSerializer):
    """Why nothing is told (F02)."""

    reason = Code([(w.value, w.label) for w in codes.Withholding if w not in OF_ITSELF])
    reason_text = text()


def withholding_is_lawful(case: Case, given: Any) -> str | None:
    """Nothing is told to a private person on three grounds, to others for secrecy or the child (F02; D226-2-8)."""
    private = case.part.owed_to == codes.OwedTo.PRIVATE
    allowed = EXCEPTIONS if private else (codes.Withholding.SECRECY, codes.Withholding.CHILD_INTEREST)
    if given.reason in allowed:
        return None
    return "Ce motif ne permet pas de ne pas répondre à cette personne (D226-2-8)."


def owed_unasked(case: Case) -> codes.OwedTo | None:
    """Return to whom an answer is owed as soon as the concern is received; None for on request, or for justice."""
    if case.referral.variant == codes.Variant.FROM_119:
        return codes.OwedTo.HELPLINE
    if case.referral.variant == codes.Variant.PROSECUTOR_REQUEST or case.filer_is_private():
        return None
    return codes.OwedTo.PROFESSIONAL


def owe(act: "Act") -> None:
    """Owe an answer from the receipt on, where one is owed unasked; C5 runs (T02, T03)."""
    owed_to = owed_unasked(act.case)
    if owed_to is not None:
        clock = act.start(C.C5, since=act.case.referral.received_at)
        act.new("feedback_tasks", owed_to=owed_to, opened_at=act.at, due_at=clock.due_at)


def request(act: "Act") -> None:
    """Owe an answer to a private person who asks, from the request on; asking again puts nothing off (T49; C5b)."""
    # Asked of what is owed, not of the variant, which a transfer changes.
    from_helpline = any(task.owed_to == codes.OwedTo.HELPLINE for task in act.case.feedback_tasks)
    asked = any(task.owed_to == codes.OwedTo.PRIVATE for task in open_tasks(act.case))
    if asked or not (act.case.filer_is_private() or from_helpline):
        return
    clock = act.start(C.C5B, since=act.given.at)
    act.new(
        "feedback_tasks",
        owed_to=codes.OwedTo.PRIVATE,
        opened_at=act.at,
        asked_at=act.given.at,
        due_at=clock.due_at,
    )
    act.case.forget("feedback_tasks")


def open_tasks(case: Case) -> "list[FeedbackTask]":
    """Return the answers that are still owed."""
    return [task for task in case.feedback_tasks if task.state in OPEN]


def send(act: "Act") -> None:
    """Keep what was sent, under the filer's own key; the filer's word becomes *answered* (F01)."""
    task = act.case.part
    interim = act.case.referral.state in UNDECIDED
    act.change(task, text=act.given.text, means=act.given.means, interim=interim)
    act.stop(clock_of(task))
    act.case.referral.filer_answered = True


def withhold(act: "Act") -> None:
    """Keep why nothing is told (F02)."""
    task = act.case.part
    act.change(task, reason=act.given.reason, reason_text=act.given.reason_text)
    act.stop(clock_of(task))


def clock_of(task: "FeedbackTask") -> C:
    """Return the delay in which a task is due."""
    return C.C5B if task.owed_to == codes.OwedTo.PRIVATE else C.C5


def follow(act: "Act", before: str) -> None:
    """The case moved: a filing taken back is owed nothing, an outcome is told to whom an interim word was sent.

    The text that the step prepares (T11, T22) is laid in the task for whoever will send it; where nobody is owed an
    answer now, it stays on record for readers of C.
    """
    after = act.case.referral.state
    if before not in UNDECIDED or after in UNDECIDED or after in (State.MERGED, State.TRANSFERRED):
        return
    if after == State.WITHDRAWN:
        for task in open_tasks(act.case):
            act.fill(task, {"reason": codes.Withholding.WITHDRAWN})
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


class FeedbackSteps(models.Model):
    """The state of an answer that is owed, and the steps that move it."""

    if TYPE_CHECKING:  # fields of the model that this is mixed into
        decided_at: Any
        by: Any

    state = state_field(F, F.DUE, "C")

    class Meta:
        """Mixed into ``FeedbackTask``; no table of its own."""

        abstract = True

    @step(
        "send", number="F01", label="Envoyer le retour", en="Send the feedback",
        source=OPEN, target=F.SENT, roles=[Role.CRIP_COORDINATOR], effects=[send],
        takes=Feedback, stops=[C.C5, C.C5B], tells=["filer"], law="CASF L226-5, D226-2-8", data_class="C",
    )  # fmt: skip
    def send(self, given: Any, case: Case) -> None:
        """Send what a person wrote; nothing of the case goes out by itself."""
        self.decided_at, self.by = case.at, case.actor.user_id

    @step(
        "withhold", number="F02", label="Ne pas communiquer", en="Withhold the feedback",
        source=OPEN, target=F.WITHHELD, roles=[Role.CRIP_COORDINATOR],
        checks=[withholding_is_lawful], effects=[withhold],
        takes=Withheld, stops=[C.C5, C.C5B], law="CASF L226-5, D226-2-8", data_class="C",
    )  # fmt: skip
    def withhold(self, given: Any, case: Case) -> None:
        """Tell nothing, for a reason that the law knows."""
        own = case.actor.role == Role.FILER  # a filing taken back: no row names the account that filed
        self.decided_at, self.by = case.at, None if own else case.actor.user_id

    @step(
        "fall_overdue", number="F03", label="Passer en retard", en="Fall overdue", internal=True,
        source=[F.DUE], target=F.OVERDUE, roles=[], takes=Nothing, law="CASF L226-5", data_class="C",
    )  # fmt: skip
    def fall_overdue(self, given: Any, case: Case) -> None:
        """Note that the delay has passed without an answer."""
