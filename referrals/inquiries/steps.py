"""Steps of an inquiry, from the question to its closing (CASF L221-3, second flow; domain.md §2.7 IQ1 to IQ7).

Each is done on the own row; the other side's then goes the same way (``exchange.py``). No case moves, no second one is
made, and no filer learns of it.
"""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.roles import Role
from audit.events import Purpose
from referrals.inquiries import effects, guards, inputs
from referrals.inquiries.sheet import Sheet
from referrals.models import Inquiry
from referrals.vocabulary.deadlines import ClockCode as C
from referrals.vocabulary.states import InquiryState, Machine
from referrals.workflow.inputs import Nothing, Reasoned
from referrals.workflow.step import HOLDER, RECEIVER, StepDecorator
from referrals.workflow.usual import Usual

step = StepDecorator(Machine.INQUIRY, Inquiry)
LAW: Final = "CASF L221-3"
COORDINATOR: Final = (Role.CRIP_COORDINATOR,)


@step(
    "ask",
    number="IQ1",
    label=_("Interroger un autre département"),
    creates=True,
    source=[],
    target=InquiryState.ASKED,
    roles=(Role.CRIP_COORDINATOR, Role.ON_CALL),
    sides=[HOLDER],
    guards=[guards.case_is_opened],
    checks=[
        guards.child_is_known,
        guards.another_authority_is_asked,
        guards.not_asked_already,
        guards.holders_are_seen_to,
        guards.vital_urgency_is_called,
    ],
    takes=inputs.Asking,
    tells=["asked_cell", "asked_on_call"],
    starts=[C.C27],
    law="CASF L221-3, L226-2-2",
    purpose=Purpose.HANDLING,
)
def ask(inquiry: Inquiry, step_input: inputs.Asking, sheet: Sheet) -> None:
    """Ask another authority whether it knows a child of the case; it has ten days, two where the case is urgent."""
    sheet.start_clock()


@step(
    "withdraw",
    number="IQ2",
    label=pgettext_lazy("step of an inquiry", "Retirer"),
    source=[InquiryState.ASKED],
    target=InquiryState.WITHDRAWN,
    roles=(Role.CRIP_COORDINATOR, Role.ON_CALL),
    sides=[HOLDER],
    effects=[effects.keep_reason],
    takes=Reasoned,
    tells=["asked_cell"],
    stops=[C.C27],
    law=LAW,
    purpose=Purpose.HANDLING,
)
def withdraw(inquiry: Inquiry, step_input: Reasoned, sheet: Sheet) -> None:
    """Take the question back, with a reason; so does the service once the case that asks is closed."""
    inquiry.due_at, inquiry.closed_at = None, sheet.at


@step(
    "answer",
    number="IQ3",
    label=pgettext_lazy("step of an inquiry", "Répondre"),
    source=[InquiryState.ASKED],
    target=InquiryState.ANSWERED,
    roles=COORDINATOR,
    sides=[RECEIVER],
    checks=[guards.registers_were_searched, guards.child_was_recognised, guards.file_is_own],
    effects=[effects.keep_answer],
    takes=inputs.Answering,
    tells=["asking_cell", "team", "coordinator"],
    stops=[C.C27],
    law=LAW,
    purpose=Purpose.HANDLING,
    usual=[Usual(_("Un autre département demande si vous connaissez un enfant."))],
)
def answer(inquiry: Inquiry, step_input: inputs.Answering, sheet: Sheet) -> None:
    """Say whether the child is known here, by what, since when, and whom to call; nothing else crosses."""
    inquiry.due_at, inquiry.answered_at, inquiry.known = None, sheet.at, step_input.known
    inquiry.kinds, inquiry.standing = list(step_input.kinds), step_input.standing
    inquiry.from_year, inquiry.to_year = step_input.from_year, step_input.to_year


@step(
    "ask_documents",
    number="IQ4",
    label=_("Demander des pièces"),
    source=[InquiryState.ANSWERED],
    target=InquiryState.DOCUMENTS_ASKED,
    roles=COORDINATOR,
    sides=[HOLDER],
    guards=[guards.child_is_known_there],
    effects=[effects.keep_purposes],
    takes=inputs.AskingDocuments,
    tells=["asked_cell"],
    starts=[C.C27],
    law="CASF L221-3, R221-6",
    purpose=Purpose.HANDLING,
)
def ask_documents(inquiry: Inquiry, step_input: inputs.AskingDocuments, sheet: Sheet) -> None:
    """Ask for reports, decisions or the plan, and say what they are for."""
    inquiry.wanted = list(step_input.documents)
    sheet.start_clock()


@step(
    "send_documents",
    number="IQ5",
    label=_("Transmettre les pièces"),
    source=[InquiryState.DOCUMENTS_ASKED],
    target=InquiryState.ANSWERED,
    roles=COORDINATOR,
    sides=[RECEIVER],
    checks=[guards.each_document_is_answered, guards.texts_were_reread, guards.documents_are_there],
    effects=[effects.make_documents],
    takes=inputs.SendingDocuments,
    tells=["asking_cell", "team"],
    stops=[C.C27],
    law="CASF L221-3, R221-6",
    purpose=Purpose.HANDLING,
    usual=[Usual(_("Le département qui vous a interrogé demande des pièces."))],
)
def send_documents(inquiry: Inquiry, step_input: inputs.SendingDocuments, sheet: Sheet) -> None:
    """Send copies from which who told, third parties, other children and protected addresses are left out."""
    inquiry.due_at, inquiry.answered_at = None, sheet.at


@step(
    "refuse",
    number="IQ6",
    label=pgettext_lazy("step of an inquiry", "Refuser"),
    source=[InquiryState.ASKED, InquiryState.DOCUMENTS_ASKED],
    target=InquiryState.REFUSED,
    # A restricted file's list may hold a supervisor and no coordinator: then nobody else could answer.
    roles=(Role.CRIP_COORDINATOR, Role.SUPERVISOR),
    sides=[RECEIVER],
    checks=[guards.restriction_is_the_supervisors_word],
    effects=[effects.keep_note],
    takes=inputs.RefusingInquiry,
    tells=["asking_cell", "team", "inquiry_arbiters"],
    stops=[C.C27],
    law=LAW,
    purpose=Purpose.HANDLING,
)
def refuse(inquiry: Inquiry, step_input: inputs.RefusingInquiry, sheet: Sheet) -> None:
    """Refuse, with a reason; a second refusal for the same child is settled by the supervisors of both."""
    inquiry.due_at, inquiry.closed_at, inquiry.refusal = None, sheet.at, step_input.reason


@step(
    "close",
    number="IQ7",
    label=pgettext_lazy("step of an inquiry", "Clore"),
    source=[InquiryState.ANSWERED],
    target=InquiryState.CLOSED,
    roles=COORDINATOR,
    sides=[HOLDER],
    effects=[effects.keep_considered],
    takes=inputs.Considering,
    law=LAW,
    purpose=Purpose.HANDLING,
    usual=[Usual(_("L'autre département a répondu : dites comment vous en avez tenu compte."))],
)
def close(inquiry: Inquiry, step_input: inputs.Considering, sheet: Sheet) -> None:
    """Close the inquiry, and say how the answer was considered."""
    inquiry.closed_at = sheet.at


@step(
    "lapse",
    number="IQ8",
    label=_("Ne plus attendre de pièces"),
    internal=True,
    source=[InquiryState.DOCUMENTS_ASKED],
    target=InquiryState.ANSWERED,
    roles=[],
    takes=Nothing,
    tells=["asked_cell"],
    stops=[C.C27],
    law=LAW,
    data_class="A",
)
def lapse(inquiry: Inquiry, step_input: Nothing, sheet: Sheet) -> None:
    """Wait for no documents any more: the case that asked for them is closed (by the service)."""
    inquiry.due_at = None
