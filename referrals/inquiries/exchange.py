"""What crosses between the two sides of an inquiry: a message without any id of the database, so that it may travel.

A step is done on the own row; its message then takes the other side's row the same way. Within one instance the message
is delivered at once, in the same transaction, and sealed again under the receiver's own key; each side's journal has
an entry.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from accounts.actor import Actor, system
from accounts.models import Authority
from audit import journal, pseudonyms
from audit.events import Purpose
from encryption import keys
from referrals.access import row_level_security
from referrals.inquiries import files
from referrals.inquiries.sheet import Sheet
from referrals.models import Inquiry
from referrals.vocabulary.between_authorities import Side
from referrals.vocabulary.states import Machine
from referrals.workflow.context import as_json, step_input_of
from referrals.workflow.step import Step, steps

#: The codes that a step's message bears beside its documents, which are all that the other side's row is told.
CODES: Final[Mapping[str, tuple[str, ...]]] = {
    "answer": ("known", "kinds", "standing", "from_year", "to_year"),
    "ask_documents": ("documents",),
    "refuse": ("reason",),
}
OF_QUESTION: Final = ("reference", "urgency", "ground", "holders")


@dataclass(frozen=True, slots=True, repr=False)
class Message:
    """What one side tells the other: the step, its codes, the documents by name; authorities by their codes."""

    thread: UUID
    step: str
    sender: str
    receiver: str
    at: datetime
    codes: Mapping[str, Any]
    content: Mapping[str, Any]

    def document(self) -> dict[str, Any]:
        return {one.name: as_json(getattr(self, one.name)) for one in fields(self)}


def message_of(step: Step, sheet: Sheet) -> Message:
    """Return what the other side is told of a step: how an answer was considered stays on the own side."""
    row = sheet.row
    if step.creates:
        codes = {name: str(getattr(row, name)) for name in OF_QUESTION}
    else:
        codes = {name: sheet.step_input[name] for name in CODES.get(step.name, ())}
    content = {} if step.name == "close" else sheet.content
    return Message(row.thread, step.name, row.authority.code, row.other.code, sheet.at, codes, content)


def fill(row: Inquiry, content: Mapping[str, Any]) -> None:
    """Seal documents in a row under its own key; a row whose key was destroyed takes none."""
    if row.key is None:
        return
    key = keys.data_key(row.key, row.pk)
    for name, value in content.items():
        field: Any = Inquiry._meta.get_field(name)
        setattr(row, name, key.seal(field, row.pk, as_json(value)))


def deliver(message: Message, *, actor: Actor) -> Inquiry:
    """Let the other side's row go the same way, and return it; to be called where its rows are in reach."""
    step = steps.get(Machine.INQUIRY, message.step)
    service = system(origin=actor.origin, obo=actor.user_id)
    row = _made(message, actor=actor) if step.creates else _match(message)
    sheet = Sheet(row, actor=service, at=message.at)
    before = "" if step.creates else str(row.state)
    if step.creates:
        sheet.start_clock()
    else:
        step.run(row, step_input_of(message.codes), sheet)
    fill(row, message.content)
    row.save()
    record(step, sheet, before=before)
    return row


def _match(message: Message) -> Inquiry:
    rows = Inquiry.objects.select_related("authority", "other")
    return rows.get(thread=message.thread, authority__code=message.receiver)


def _made(message: Message, *, actor: Actor) -> Inquiry:
    """Return the asked authority's new row; where a restricted file is that child's, it is its list's alone.

    Raises:
        KeysUnavailable: the key store or the provider doesn't answer.
    """
    sides = {one.code: one for one in Authority.objects.filter(code__in=(message.sender, message.receiver))}
    authority = sides[message.receiver]
    pk = uuid4()
    question = message.content["question"]
    apart, barred = files.kept_apart(question, authority.pk, actor=actor, at=message.at)
    return Inquiry(
        pk=pk,
        thread=message.thread,
        side=Side.ASKED,
        authority=authority,
        other=sides[message.sender],
        referral=apart.referral if apart is not None else None,
        child=apart,
        restricted=apart is not None,
        barred=sorted(map(str, barred)),
        asked_at=message.at,
        key=keys.create_draft_key(pk).id,
        **message.codes,
    )


def record(step: Step, sheet: Sheet, *, before: str) -> None:
    """Write the entry of a step in the journal of one side."""
    row = sheet.row
    journal.record(
        step.event,
        actor=sheet.actor,
        at=sheet.at,
        objects=[pseudonyms.subject(row.referral_id)] if row.referral_id else [],
        tenant=row.authority_id,
        purpose=Purpose.HANDLING,
        from_state=before,
        to_state=str(row.state),
        payload=row.thread.bytes,
    )


def both_sides(sheet: Sheet, step: Step) -> Inquiry:
    """Keep what the step brought on the own row, and take the other side's along; return that one."""
    fill(sheet.row, sheet.content | {name: sheet.content[name] | own for name, own in sheet.own.items()})
    sheet.row.save()
    with row_level_security.beyond():
        return deliver(message_of(step, sheet), actor=sheet.actor)
