"""What the steps of an inquiry bring along: the sealed documents that both sides keep (``exchange.py``)."""

from audit import pseudonyms
from audit.disclosure import disclosure
from audit.events import Purpose
from referrals.errors import NotVisible
from referrals.inquiries import documents
from referrals.inquiries.inputs import PURPOSES, REASONS, REGISTER
from referrals.inquiries.sheet import Sheet
from referrals.models import Child
from referrals.vocabulary.between_authorities import Redaction


def keep_reason(sheet: Sheet) -> None:
    """Say why the question is taken back; the service, which does so for a case that is closed, has nothing to say."""
    if sheet.step_input.reason:
        sheet.content["closing"] = sheet.step_input.reason


def keep_note(sheet: Sheet) -> None:
    """Say why it is refused, where somebody says more than the code."""
    if sheet.step_input.note:
        sheet.content["closing"] = sheet.step_input.note


def keep_considered(sheet: Sheet) -> None:
    """Keep how the answer was considered: on the own side alone, for it is about the case that asked."""
    sheet.content["closing"] = sheet.step_input.considered


def keep_purposes(sheet: Sheet) -> None:
    wanted = sheet.step_input
    sheet.content["request"] = {paper: wanted[PURPOSES[paper]] for paper in wanted.documents}


def keep_answer(sheet: Sheet) -> None:
    """Say whom to call, and keep on the own side which file, or which entry of an older register, answered."""
    row, step_input = sheet.row, sheet.step_input
    child = step_input.child
    sheet.content["reply"] = {"contact": step_input.contact}
    if step_input.register:
        sheet.own["reply"] = {"register": {name: step_input[name] for name in REGISTER}}
    if child is not None:
        row.child = Child.objects.get(pk=child)
        row.referral_id = row.child.referral_id


def make_documents(sheet: Sheet) -> None:
    """Make the copies that are sent, beside those that were sent before, and say why the others aren't.

    Raises:
        NotVisible: the file isn't seen any more.
        Unreadable: a value of the file can't be opened: nobody knows then what to leave out.
    """
    row, step_input = sheet.row, sheet.step_input
    passages = dict.fromkeys(
        filter(None, map(str.strip, step_input.passages.splitlines())), Redaction.PASSAGE
    )
    named = [pseudonyms.subject(row.referral_id)] if row.referral_id else []
    with disclosure(
        actor=sheet.actor, purpose=Purpose.HANDLING, at=sheet.at, objects=named, tenant=row.authority_id
    ) as scope:
        before = row.papers.open(scope)["documents"] if row.papers is not None else {}
        made = {}
        if step_input.documents:
            if sheet.case is None or row.child is None:
                raise NotVisible
            made = documents.made(sheet.case, row.child, step_input.documents, passages, scope)
    missing = {paper: step_input[REASONS[paper]] for paper in step_input.missing}
    sheet.content["papers"] = {"documents": before | made, "missing": missing}
