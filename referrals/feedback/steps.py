"""Feedback owed to filers, and how it is given: one task per filing or request (domain.md §1.4, §2.7 FeedbackTask).

A professional or elected official is informed within three months without asking (L226-5 al. 1), anybody else on
request (al. 2; D226-2-8); for what the helpline passed on, the helpline is informed. Always by a person, never by the
state itself; feedback sent while the case is still assessed requires a second one at its outcome.
"""

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from core.inputs import Code, StrictSerializer
from referrals.feedback import effects
from referrals.models import FeedbackTask
from referrals.vocabulary import case_answers, filing_answers
from referrals.vocabulary.case_answers import OPEN
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.states import FeedbackState as F
from referrals.vocabulary.states import Machine
from referrals.workflow.case import Case
from referrals.workflow.inputs import Nothing, text
from referrals.workflow.rules import rule
from referrals.workflow.step import StepDecorator
from referrals.workflow.usual import Usual

#: Reasons that follow from what became of the case, which nobody gives by hand.
OF_ITSELF = (case_answers.Withholding.WITHDRAWN, case_answers.Withholding.TRANSFERRED)


#: What may keep an answer from a private person: these three and no other (D226-2-8).
EXCEPTIONS = (
    case_answers.Withholding.CHILD_INTEREST,
    case_answers.Withholding.CHILD_ENDANGERED,
    case_answers.Withholding.REQUESTER_AT_RISK,
)


class Feedback(StrictSerializer):
    """The text as a person wrote it, and how it is conveyed (F01)."""

    means = Code(filing_answers.FeedbackChannel.choices)
    text = text(max_length=5_000)


class Withheld(StrictSerializer):
    """Why nothing is told (F02)."""

    reason = Code([(w.value, w.label) for w in case_answers.Withholding if w not in OF_ITSELF])
    reason_text = text()


@rule(_("Ce motif ne dispense pas de répondre à cette personne (CASF D226-2-8)."), fact_class="C")
def withholding_is_lawful(case: Case, step_input: Withheld) -> bool:
    """Nothing is told to a private person on three grounds, to others for secrecy or the child (F02; D226-2-8)."""
    private = case.part.owed_to == case_answers.OwedTo.PRIVATE
    allowed = (
        EXCEPTIONS if private else (case_answers.Withholding.SECRECY, case_answers.Withholding.CHILD_INTEREST)
    )
    return step_input.reason in allowed


step = StepDecorator(Machine.FEEDBACK, FeedbackTask)


@step(
    "send",
    number="F01",
    label=_("Envoyer le retour"),
    source=OPEN,
    target=F.SENT,
    roles=[Role.CRIP_COORDINATOR],
    effects=[effects.send_feedback],
    takes=Feedback,
    stops=[C.C5, C.C5B],
    tells=["filer"],
    filer_notice="filing.message",
    law="CASF L226-5, D226-2-8",
    data_class="C",
    usual=[Usual(_("Le déclarant attend une réponse."), rank=2)],
    times_itself=True,
)
def send(task: FeedbackTask, step_input: Feedback, case: Case) -> None:
    """Send what a person wrote; nothing of the case goes out by itself."""
    task.decided_at, task.by = case.at, case.actor.user_id


@step(
    "withhold",
    number="F02",
    label=_("Ne pas envoyer le retour"),
    source=OPEN,
    target=F.WITHHELD,
    roles=[Role.CRIP_COORDINATOR],
    checks=[withholding_is_lawful],
    effects=[effects.withhold_feedback],
    takes=Withheld,
    stops=[C.C5, C.C5B],
    law="CASF L226-5, D226-2-8",
    data_class="C",
    times_itself=True,
)
def withhold(task: FeedbackTask, step_input: Withheld, case: Case) -> None:
    """Tell nothing, for a reason that the law knows."""
    own = case.actor.role == Role.FILER  # a filing taken back: no row names the account that filed
    task.decided_at, task.by = case.at, None if own else case.actor.user_id


@step(
    "fall_overdue",
    number="F03",
    label=_("Passer en retard"),
    internal=True,
    source=[F.DUE],
    target=F.OVERDUE,
    roles=[],
    takes=Nothing,
    law="CASF L226-5",
    data_class="C",
)
def fall_overdue(task: FeedbackTask, step_input: Nothing, case: Case) -> None:
    """Note that the delay has passed without an answer."""
