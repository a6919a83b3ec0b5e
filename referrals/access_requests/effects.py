"""What the steps of a request bring along: the files on hold, the copy, passages, opinions, the package, the end."""

import base64
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time
from functools import partial
from typing import Final, cast
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.actor import system
from accounts.models import User
from audit.errors import JournalUnavailable, NotInTree
from encryption import digest, keys
from referrals.access_requests import collection, copies, gate, inputs, letter, package, persons
from referrals.access_requests import readers as lists
from referrals.access_requests.copies import Box, Part, Readers, Span
from referrals.access_requests.package import Piece, recipients_of
from referrals.access_requests.persons import OF_SELF
from referrals.access_requests.readers import mask
from referrals.access_requests.sheet import Sheet
from referrals.errors import GuardRefused
from referrals.execution import row_proposals
from referrals.execution.runner import run_step
from referrals.letters import paper
from referrals.models import AccessFile, AccessOpinion, AccessPart, AccessRedaction, Referral, RowApproval
from referrals.policy import working_time
from referrals.vocabulary.access_requests import (
    Gate,
    Outcome,
    Requester,
    Right,
    Standing,
    Subject,
    Verdict,
    Withheld,
)
from referrals.vocabulary.states import ANY, AccessRequestState, Machine
from referrals.workflow import births, safety
from referrals.workflow.case import Case
from referrals.workflow.context import StepInput
from referrals.workflow.step import steps

LAW: Final = "RGPD 12, 15"
#: RGPD 12.3: one month, and two more.
MONTHS, MONTHS_EXTENDED = 1, 3


def due(sheet: Sheet, months: int) -> datetime:
    """Return the end of the day by which a request is answered: so many months after its receipt (C21)."""
    received = datetime.combine(sheet.row.received_on, time(12), tzinfo=sheet.zone)
    return working_time.after_months(received, months, sheet.zone)


# --- Receipt and identity (AR1 to AR3) ----------------------------------------------------------------


def keep_request(sheet: Sheet) -> None:
    """Seal who asks, about whom, how they are reached and the very words (AR1)."""
    step_input = sheet.step_input
    births.require_born(step_input.birth_date, sheet.at)
    subject = {
        name: step_input[name] for name in ("last_name", "first_names", "birth_date") if step_input[name]
    }
    request_details = {
        "name": step_input.name,
        "contact": step_input.contact,
        "words": step_input.words,
        "part": step_input.part,
        "subject": subject,
    }
    sheet.seal(sheet.row, "said", request_details)


def keep_doubt(sheet: Sheet) -> None:
    """Keep why one doubts, what lacks and how the person is reached; never a paper (AR2)."""
    step_input = sheet.step_input
    sheet.note(doubt=step_input.doubt, lacking=step_input.lacking, safe_way=step_input.safe_way)


def keep_identity(sheet: Sheet) -> None:
    """Keep how identity and standing were established; names are those of the paper from here on (AR3)."""
    step_input = sheet.step_input
    births.require_born(step_input.birth_date, sheet.at)
    corrected = {
        name: step_input[name] for name in ("last_name", "first_names", "birth_date") if step_input[name]
    }
    before = sheet.said
    after = before | ({"name": step_input.name} if step_input.name else {})
    if step_input.standing == Standing.MANDATE:
        after["mandate"] = {"of": step_input.mandator, "name": step_input.mandator_name}
    if corrected and before.get("subject"):
        after["subject"] = before["subject"] | corrected
    if after != before:
        sheet.seal(sheet.row, "said", after)
        sheet.__dict__.pop("said", None)
    sheet.seal(
        sheet.row,
        "identity",
        {"proof": step_input.proof, "standing": step_input.standing, "how": step_input.how},
    )


# --- Files and copy (AR4, AR5) ------------------------------------------------------------------------


def hold_files(sheet: Sheet) -> None:
    """Bring the files in, each on hold as long as the request is open; those that were in and aren't named go (AR4)."""
    wanted = {one.pk: one for one in persons.files_named(sheet, sheet.step_input.references) or []}
    for file in sheet.files:
        if file.referral_id not in wanted:
            release(sheet, [file])
            file.delete()
    there = {file.referral_id for file in sheet.files}
    for pk, referral in wanted.items():
        if pk not in there:
            hold_row = hold(referral, actor_of=sheet)
            AccessFile.objects.create(request=sheet.row, referral=referral, held=hold_row, added_at=sheet.at)
    people = persons.find(sheet, wanted.values())
    sheet.row.children = sorted(map(str, people.children))
    sheet.row.holder = min(people.holders, default=None)
    sheet.row.save()
    sheet.__dict__.pop("files", None)


def hold(referral: Referral, *, actor_of: Sheet) -> bool:
    """Put a file on hold (T40) by the service, without a reason: nobody learns of the request. False: it was."""
    if referral.legal_hold:
        return False
    _hold_step("hold", referral, actor_of)
    return True


def release(sheet: Sheet, files: Iterable[AccessFile]) -> None:
    """Release files that were put on hold for this request, unless another one holds them (AR16)."""
    for file in files:
        others = AccessFile.objects.filter(referral=file.referral_id).exclude(request=sheet.row)
        if (heir := others.exclude(request__state=AccessRequestState.CLOSED).first()) is not None:
            if file.held and not heir.held:
                heir.held = True
                heir.save()
            continue
        if file.held and file.referral.legal_hold:
            _hold_step("release_hold", file.referral, sheet)


def _hold_step(name: str, referral: Referral, sheet: Sheet) -> None:
    locked = Referral.objects.select_for_update(of=("self",)).select_related("authority", "concern")
    row = locked.get(pk=referral.pk)
    if row.state not in ANY or row.legal_hold == (name == "hold"):
        return
    # In nobody's name: the officer's would tell that there is a request.
    case = Case(row, actor=system(origin=sheet.actor.origin), at=sheet.at)
    case.step_name = name
    run_step(steps.get(Machine.REFERRAL, name), case, StepInput(reason=""))


def make_copy(sheet: Sheet) -> None:
    """Copy what the files hold of the subjects, with the list of readers; originals aren't touched (AR5)."""
    row = sheet.row
    forget_copy(sheet)
    parts: list[Part] = []
    if row.right == Right.ACCESS:
        people = persons.find(sheet, [one.referral for one in sheet.files])
        scope = replace(sheet.scope(), persons=frozenset(people.others))
        if sheet.copies:
            parts = collection.collect(scope, actor=sheet.actor, at=sheet.at)
        named = frozenset(map(UUID, row.named))
        reader_lines = lists.readers(scope, actor=sheet.actor, at=sheet.at, named=named)
        sheet.seal(row, "readers", copies.readers_as_json(reader_lines))
    for position, part in enumerate(parts):
        part_row = AccessPart(pk=uuid4(), request=row, position=position)
        sheet.seal(part_row, "content", copies.part_as_json(part))
        part_row.save(force_insert=True)
        for span in part.hidden:
            _hide(sheet, part_row, span.code, copies.passage_as_json(span), by=None)
        if part.withheld is not None:
            _hide(sheet, part_row, part.withheld, {}, by=None)
    row.collected_at = sheet.at
    row.save()


def _proven(readers: Readers) -> Readers:
    try:
        return replace(readers, proofs=lists.proven(readers.proofs))
    except NotInTree as another:
        raise JournalUnavailable from another


def forget_copy(sheet: Sheet) -> None:
    sheet.row.redactions.all().delete()
    sheet.row.parts.all().delete()
    sheet.__dict__.pop("redactions", None)


def _hide(
    sheet: Sheet, part: AccessPart, code: str, where: dict[str, int], *, by: UUID | None
) -> AccessRedaction:
    redaction = AccessRedaction(pk=uuid4(), request=sheet.row, part=part, code=code, by_id=by, at=sheet.at)
    sheet.seal(redaction, "passage", where)
    redaction.save(force_insert=True)
    return redaction


def hide_or_lift(sheet: Sheet) -> None:
    """Hide a passage, or lift one with the reason (AR6)."""
    step_input = sheet.step_input
    if (lifted := inputs.lifted(step_input)) is not None:
        lift(sheet, [lifted], step_input.reason)
        return
    _hide(
        sheet,
        AccessPart.objects.get(pk=step_input.part),
        step_input.code,
        inputs.passage(step_input),
        by=sheet.actor.user_id,
    )


def lift(sheet: Sheet, which: Iterable[UUID], reason: str) -> None:
    """Lift passages; each keeps who did, and why."""
    wanted = set(which)
    for one in sheet.redactions:
        if one.pk in wanted:
            one.lifted_at, one.lifted_by_id = sheet.at, sheet.actor.user_id
            sheet.seal(one, "reason", reason)
            one.save()
    sheet.__dict__.pop("redactions", None)


# --- Opinions, readers, delay (AR7 to AR10) -----------------------------------------------------------


def ask(sheet: Sheet) -> None:
    """Ask the inspector or coordinator of the case, who sees this question and nothing else of the request (AR7)."""
    step_input = sheet.step_input
    opinion = AccessOpinion(
        pk=uuid4(),
        request=sheet.row,
        asked_id=step_input.user,
        role=str(persons.role_of_opinion(sheet, step_input.user)),
        asked_by_id=cast("UUID", sheet.actor.user_id),
        asked_at=sheet.at,
    )
    sheet.seal(opinion, "question", step_input.question)
    opinion.save(force_insert=True)


def keep_opinion(sheet: Sheet) -> None:
    """Keep what somebody who was asked says (AR8)."""
    opinion, step_input = persons.own_question(sheet), sheet.step_input
    if opinion is None:
        return
    opinion.answered_at, opinion.verdict = sheet.at, step_input.verdict
    opinion.later_on, opinion.noted_on = step_input.later_on, step_input.noted_on
    opinion.parts = sorted(map(str, step_input.parts))
    opinion.gates = [str(one) for one in gate.shut(sheet)]
    sheet.seal(opinion, "reason", step_input.reason)
    if step_input.note:
        sheet.seal(opinion, "note", step_input.note)
    opinion.save()


def name_readers(sheet: Sheet) -> None:
    """Name or mask readers in the list, as two decided, with why and what the agents said before (AR9; §7.5)."""
    step_input, row = sheet.step_input, sheet.row
    row.named = sorted({*row.named, *map(str, step_input.entries)})
    sheet.note(
        why=step_input.why,
        weighed=step_input.weighed,
        heard=step_input.heard,
        heard_on=step_input.heard_on.isoformat(),
    )
    (reader_list,) = sheet.opened([row.readers])
    accounts = persons.accounts_behind(sheet, step_input.entries)
    names = {one.pk: one.full_name for one in User.objects.filter(pk__in=set(accounts.values()))}
    # The list stays as it was collected, with its proofs: names alone are added, or taken away.
    by_entry = {str(entry): names.get(account, "") for entry, account in accounts.items()}
    lines = [
        line | ({"name": by_entry[line["entry"]]} if line["entry"] in by_entry else {})
        for line in reader_list["lines"]
    ]
    named = reader_list | {"lines": lines}
    sheet.seal(row, "readers", mask(named, step_input.masked) if step_input.masked else named)
    row.save()


def extend(sheet: Sheet) -> None:
    """Extend the delay by two months, and keep the letter that tells why (AR10)."""
    row, step_input = sheet.row, sheet.step_input
    row.due_at, row.warned_at, row.overdue_at = due(sheet, MONTHS_EXTENDED), None, None
    _keep_letter(sheet, "extension", letter.extension(sheet, step_input))
    sheet.note(ground=step_input.ground, reasons=step_input.reasons, told_on=step_input.told_on.isoformat())
    row.save()


def _keep_letter(sheet: Sheet, name: str, written: paper.Paper) -> None:
    (before,) = sheet.opened([sheet.row.letter])
    sheet.seal(sheet.row, "letter", (before or {}) | {name: paper.html(written)})


# --- Answering and refusing (AR11, AR12, AR15) --------------------------------------------------------


def keep_back(sheet: Sheet) -> None:
    """Hide whole what an opinion keeps back, so that nothing of it can go (AR11)."""
    why = gate.shut(sheet)
    back = gate.withheld_of(sheet, why) or set()
    # Whoever is mentioned as a third party doesn't learn by the reason that there is an inquiry.
    row_is_authentic = Gate.JUSTICE in why and sheet.principal != Requester.THIRD_PARTY
    code = Withheld.INQUIRY if row_is_authentic else Withheld.CHILD_INTEREST
    for part in sheet.row.parts.filter(pk__in=back - sheet.hidden_whole()):
        _hide(sheet, part, code, {}, by=None)
    sheet.__dict__.pop("redactions", None)


def _keeps_list_back(sheet: Sheet) -> bool:
    """Tell whether no list of readers goes: of a holder from whom an opinion keeps something back.

    It would tell what the copy doesn't: when justice was at work, and who met the child.
    """
    if not sheet.of_holder:
        return False
    back, word = gate.withheld_of(sheet, gate.shut(sheet)), gate.last_word(sheet)
    if back is None or back:
        return True
    # Of the list alone there is nothing else that could be kept back.
    return word is not None and (
        word.verdict == Verdict.NEVER
        or (word.verdict == Verdict.LATER and (word.later_on is None or word.later_on > sheet.today))
    )


def answer(sheet: Sheet) -> None:
    """Make the package and the letter; what is kept of it at last is its hash (AR11)."""
    row, step_input = sheet.row, sheet.step_input
    codes = sheet.codes()
    row.codes, row.refusal = [str(code) for code in codes], ""
    row.answered_at, row.answered_by_id, row.due_at = sheet.at, sheet.actor.user_id, None
    row.handed_at, row.handing, row.package_over_at = None, "", None
    (reader_list,) = sheet.opened([row.readers])
    reader_lines = copies.readers_of(reader_list or {})
    readers = Readers(lines=()) if _keeps_list_back(sheet) else reader_lines
    parts = copied(sheet) if row.right == Right.ACCESS else []
    reasons = [code for code in codes if code in _codes_of(parts)] if row.right == Right.ACCESS else codes
    written = letter.reply(
        sheet,
        step_input,
        reasons,
        parts=len(parts),
        readers=len(reader_lines.lines),
        listed=readers is reader_lines,
    )
    _keep_letter(sheet, "answer", written)
    if row.right == Right.ACCESS:
        made = packed(sheet, parts, _proven(readers), written)
        row.package_hash = digest.sha256(made).hex()
        row.package_until = sheet.at + persons.package_days(row, sheet.at)
        sheet.seal(row, "package", base64.b64encode(made).decode())
    if step_input.get("done") or step_input.get("word"):
        sheet.note(done=step_input.get("done"), word=step_input.get("word"))
    row.save()


#: The gate asks the files in scope: what is of none of them was let go by nobody.
FILES_ARE_OTHERS: Final = _(
    "La copie contient des données d'un dossier qui n'est plus parmi ceux de la demande : rien ne part."
)


def copied(sheet: Sheet) -> list[Piece]:
    hidden = sheet.hidden()
    case_ids = {one.pk for one in safety.with_joined(one.referral for one in sheet.files)}
    made = []
    for part_row, content in sheet.parts():
        part, here = copies.part_of(content), hidden[part_row.pk]
        if part.referral not in case_ids:
            raise GuardRefused(sheet.step_name, "gate_lets_something_go", FILES_ARE_OTHERS, LAW)
        whole = next((code for code, where in here if where is None), None)
        spans = tuple(where for _code, where in here if isinstance(where, Span))
        boxes = tuple(where for _code, where in here if isinstance(where, Box))
        made.append(Piece(part=part, spans=spans, boxes=boxes, withheld=whole))
    return _without_justice(made) if sheet.of_holder else made


#: What a holder isn't told of in any detail: neither its day, nor its kind, nor how much of it there is.
_OF_JUSTICE: Final = (Withheld.JUDICIAL, Withheld.INQUIRY)
JUDICIAL_DOCUMENTS: Final = "Documents judiciaires"


def _without_justice(parts: list[Piece]) -> list[Piece]:
    """Return the parts with one line for all that is withheld whole for justice, at the end of each file."""
    remaining = [one for one in parts if one.withheld not in _OF_JUSTICE]
    files = dict.fromkeys(one.part.referral for one in parts if one.withheld in _OF_JUSTICE)
    return [*remaining, *(Piece(part=_judicial(file), withheld=Withheld.JUDICIAL) for file in files)]


def _judicial(file: UUID) -> Part:
    return Part(
        referral=file,
        source="",
        row=file,
        label=JUDICIAL_DOCUMENTS,
        access_class="I",
        subjects=frozenset({Subject.CHILD}),
        may_withhold=frozenset({Withheld.JUDICIAL}),
        text="",
    )


def _codes_of(parts: list[Piece]) -> set[Withheld]:
    whole = {one.withheld for one in parts if one.withheld is not None}
    shown = [one for one in parts if one.withheld is None]
    passages = {span.code for one in shown for span in one.spans}
    return whole | passages | {box.code for one in shown for box in one.boxes}


def packed(sheet: Sheet, parts: list[Piece], readers: Readers, written: paper.Paper) -> bytes:
    """Return the package that is handed over; what is hidden isn't in its bytes."""
    row = sheet.row
    pieces = [
        replace(one, document=sheet.document(one.part.attachment))
        if one.withheld is None and one.part.attachment
        else one
        for one in parts
    ]
    files = {one.referral_id: one.referral.reference for one in sheet.files}
    others = {one.part.referral for one in parts} - files.keys()
    # Filings that were joined to a file of the scope are copied with it.
    files |= dict(Referral.objects.filter(pk__in=others).values_list("pk", "reference"))
    # A third party learns no number of a file: it would show that there is one, and be quoted.
    if sheet.principal == Requester.THIRD_PARTY:
        ordered = sorted(files, key=lambda pk: files[pk])
        shown = {pk: str(number) for number, pk in enumerate(ordered, 1)}
    else:
        shown = files
    content = package.PackageContent(
        letter=written,
        requester=Requester(row.requester),
        received_on=row.received_on,
        cases=shown,
        pieces=tuple(pieces),
        readers=readers,
        recipients=recipients_of(
            sheet.authority.name,
            files,
            [UUID(one) for one in row.children],
            to_subject=sheet.principal in OF_SELF,
        ),
    )
    return package.build(content)


def refuse(sheet: Sheet) -> None:
    """Refuse, in words that don't tell whether a file exists (AR12)."""
    row, step_input = sheet.row, sheet.step_input
    row.refusal, row.answered_at, row.answered_by_id = step_input.reason, sheet.at, sheet.actor.user_id
    row.due_at, row.codes = None, []
    _keep_letter(sheet, "refusal", letter.refusal(sheet, step_input.reason))
    sheet.note(reason=step_input.reason, reasons=step_input.get("reasons") or step_input.get("decision"))
    row.save()


def lift_decided(sheet: Sheet) -> None:
    """Lift what an opinion or a judgment says, and keep back what an opinion of the case does (AR15)."""
    if sheet.step_input.outcome == Outcome.ANSWER:
        lift(sheet, sheet.step_input.lift, sheet.step_input.decision)
        keep_back(sheet)


def settle(sheet: Sheet) -> None:
    """Do what an opinion or a judgment asks for: lift and answer, or leave it refused (AR15)."""
    step_input = sheet.step_input
    sheet.note(decision=step_input.decision, outcome=step_input.outcome)
    if step_input.outcome == Outcome.REFUSE:
        end_package(sheet)
        refuse(sheet)
        return
    answer(sheet)


# --- The end (AR13, AR14, AR16) -----------------------------------------------------------------------


def keep_handing(sheet: Sheet) -> None:
    """Keep when, how and to whom it was handed over, who explained it; the copy isn't needed for that (AR13)."""
    row, step_input = sheet.row, sheet.step_input
    row.handed_at, row.handing = sheet.at, step_input.handing
    sheet.note(on=step_input.on.isoformat(), to=step_input.to, explained_by=step_input.explained_by)
    end_package(sheet)
    row.save()


def end_package(sheet: Sheet) -> None:
    """Destroy the package; its hash stays."""
    row = sheet.row
    if row.package is not None:
        row.package, row.package_until, row.package_over_at = None, None, sheet.at


def keep_appeal(sheet: Sheet) -> None:
    """Keep before whom, when and under which reference it is contested (AR14)."""
    row, step_input = sheet.row, sheet.step_input
    row.appeal, row.appealed_on = step_input.appeal, step_input.on
    sheet.note(appeal=step_input.appeal, reference=step_input.reference)
    row.save()


def close(sheet: Sheet) -> None:
    """Release the files, and destroy the key with all that is sealed; state, dates, codes and hash stay (AR16)."""
    row = sheet.row
    release(sheet, sheet.files)
    forget_copy(sheet)
    row.files.all().delete()
    for opinion in row.opinions.all():
        opinion.question = opinion.reason = opinion.note = None
        opinion.save()
    for proposal in RowApproval.objects.filter(
        machine=str(Machine.ACCESS_REQUEST), target=row.pk, ended_at=None
    ):
        if proposal.decided_at is not None:
            row_proposals.end(proposal, at=sheet.at)
    key, row.key = row.key, None
    row.said = row.identity = row.readers = row.letter = row.notes = row.package = None
    row.children, row.holder = [], None
    row.due_at, row.closed_at = None, sheet.at
    row.save()
    transaction.on_commit(partial(keys.destroy, [key] if key else []), robust=True)
