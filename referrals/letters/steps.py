"""Steps of a letter: prepared, signed, sent; or discarded (domain.md §4.9).

Made from the data of its step, never typed free of it: while it is prepared it follows the case; with the signature it
is frozen. Who may do them on which kind is said by the kind (``registry.py``); every role that signs any is named here.
"""

from typing import Any, Final, cast

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.roles import Role
from audit.events import Purpose
from referrals.letters import guards, inputs
from referrals.letters.sheet import Sheet, page_digest
from referrals.models import Letter
from referrals.vocabulary.states import LetterState, Machine
from referrals.workflow.inputs import Nothing, Reasoned
from referrals.workflow.step import SAME, StepDecorator

step = StepDecorator(Machine.LETTER, Letter)
SIGNERS: Final = (
    Role.CRIP_COORDINATOR,
    Role.ASSESSOR,
    Role.ASSESSMENT_LEAD,
    Role.ASE_INSPECTOR,
    Role.CASE_REFERENT,
)
LAW: Final = "CASF L226-3"


@step(
    "prepare",
    number="LT1",
    label=_("Préparer un courrier"),
    creates=True,
    source=[],
    target=LetterState.PREPARED,
    roles=SIGNERS,
    guards=[
        guards.case_is_followed_here,
        guards.holder_may_be_written_to,
        guards.letter_is_due,
        guards.not_made_already,
    ],
    takes=inputs.LetterPreparing,
    law=LAW,
    data_class="J",
    purpose=Purpose.HANDLING,
)
def prepare(letter: Letter, step_input: inputs.LetterPreparing, sheet: Sheet) -> None:
    """Begin a letter that is due; nothing of it is kept yet but what it is about."""


@step(
    "edit",
    number="LT2",
    label=_("Compléter le courrier"),
    source=[LetterState.PREPARED],
    target=SAME,
    roles=SIGNERS,
    guards=[guards.case_is_followed_here, guards.holder_may_be_written_to],
    checks=[guards.words_are_of_the_kind],
    takes=inputs.LetterEditing,
    law=LAW,
    data_class="J",
    purpose=Purpose.HANDLING,
)
def edit(letter: Letter, step_input: inputs.LetterEditing, sheet: Sheet) -> None:
    """Keep what the author answers and adds, in place of what was kept before."""
    sheet.seal("additions", inputs.answered(cast("Any", step_input)))


@step(
    "sign",
    number="LT3",
    label=_("Signer le courrier"),
    source=[LetterState.PREPARED],
    target=LetterState.SIGNED,
    roles=SIGNERS,
    guards=[guards.case_is_followed_here, guards.holder_may_be_written_to, guards.letter_is_due],
    checks=[guards.draft_is_as_read],
    takes=inputs.LetterSigning,
    law=LAW,
    data_class="J",
    purpose=Purpose.HANDLING,
)
def sign(letter: Letter, step_input: inputs.LetterSigning, sheet: Sheet) -> None:
    """Freeze the letter as it was read, in the name of who signs."""
    letter.signed_at, letter.signed_by_id = sheet.at, sheet.actor.user_id
    letter.digest = page_digest(sheet.page)
    sheet.seal(sheet.type.column, sheet.page)


@step(
    "send",
    number="LT4",
    label=_("Noter l'envoi du courrier"),
    source=[LetterState.SIGNED],
    target=LetterState.SENT,
    roles=SIGNERS,
    guards=[guards.holder_may_be_written_to],
    checks=[guards.way_is_safe],
    takes=inputs.LetterSending,
    law=LAW,
    data_class="J",
    purpose=Purpose.HANDLING,
)
def send(letter: Letter, step_input: inputs.LetterSending, sheet: Sheet) -> None:
    """Record the day, the way and the proof; whether a holder was told is said by T16."""
    letter.sent_on, letter.way, letter.ended_at = step_input.on, step_input.way, sheet.at
    sheet.seal(sheet.type.note, {"proof": step_input.proof, "reference": step_input.reference})


@step(
    "discard",
    number="LT5",
    label=pgettext_lazy("step of a letter", "Abandonner"),
    source=[LetterState.PREPARED, LetterState.SIGNED],
    target=LetterState.DISCARDED,
    roles=SIGNERS,
    takes=Reasoned,
    law=LAW,
    data_class="J",
    purpose=Purpose.HANDLING,
)
def discard(letter: Letter, step_input: Reasoned, sheet: Sheet) -> None:
    """Give the letter up, with a reason; what it said is gone."""
    _end(letter, sheet)
    sheet.seal(sheet.type.note, {"reason": step_input.reason})


@step(
    "lapse",
    number="LT6",
    label=_("Courrier devenu sans objet"),
    internal=True,
    source=[LetterState.PREPARED, LetterState.SIGNED],
    target=LetterState.DISCARDED,
    roles=[],
    takes=Nothing,
    law="CASF L226-2-1",
    data_class="J",
)
def lapse(letter: Letter, step_input: Nothing, sheet: Sheet) -> None:
    """Let no letter to a holder be there once its information is put off (by the service; §2.8 no. 4)."""
    _end(letter, sheet)


def _end(letter: Letter, sheet: Sheet) -> None:
    letter.ended_at = sheet.at
    letter.additions = letter.page = letter.page_i = letter.page_c = None
