"""Letters of a case as pages and the API show them: what is due, what is there, and one of them with its sources."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from accounts.actor import Actor
from accounts.request import ServiceRequest
from encryption.sealed import OpenScope
from referrals.access import case_ties, child_sight, visibility
from referrals.access.child_sight import Sight
from referrals.access.relations import CaseAccess
from referrals.errors import NotVisible
from referrals.letters import actions, guards
from referrals.letters.head import outside
from referrals.letters.letter_context import LetterContext
from referrals.letters.registry import LetterType, Occasion, letter_types, type_of
from referrals.letters.sheet import Sheet, read_mark
from referrals.letters.writing import Draft, Passage, Withheld
from referrals.models import FeedbackTask, Letter, Referral
from referrals.reading import fields
from referrals.reading.disclosures import opened
from referrals.vocabulary.case_answers import OPEN
from referrals.vocabulary.formats import labelled, moment
from referrals.vocabulary.letters import Audience, LetterKind, LetterWay, SourceKind
from referrals.vocabulary.states import LetterState, Machine
from referrals.workflow.case import Case
from referrals.workflow.step import steps

#: Letters that exist as a page: one that is being prepared goes to nobody.
PRINTED: Final = (LetterState.SIGNED, LetterState.SENT)


def visible_row(request: ServiceRequest, pk: UUID, *, actor: Actor, at: datetime) -> Letter:
    """Return a letter that the actor may read; a refusal from here on names its case."""
    row = actions.runner.visible_to(actor, at=at).filter(pk=pk).first()
    if row is None:
        raise NotVisible
    request.concerned = (row.referral.pseudonym, row.referral.authority_id, False)
    return row


def line(row: Letter, kind: LetterType | None = None) -> dict[str, Any]:
    """Return a letter as a list shows it: codes, days and who; nothing is opened."""
    kind = kind or type_of(row.kind)
    return {
        "id": str(row.pk),
        "kind": labelled(LetterKind(row.kind)),
        "audience": labelled(_audience(kind, row.holder)),
        "law": kind.law,
        "state": labelled(LetterState(row.state)),
        "referral": str(row.referral_id),
        "part": str(row.part) if row.part else None,
        "children": [str(one) for one in row.children],
        "holder": str(row.holder) if row.holder else None,
        "prepared_at": moment(row.prepared_at),
        "prepared_by": row.prepared_by.full_name,
        "signed_at": moment(row.signed_at),
        "signed_by": row.signed_by.full_name if row.signed_by is not None else None,
        "digest": row.digest,
        "sent_on": row.sent_on.isoformat() if row.sent_on else None,
        "way": labelled(LetterWay(row.way)) if row.way else None,
        "ended_at": moment(row.ended_at),
    }


def _audience(kind: LetterType, holder: object) -> Audience:
    # An invitation goes to holders, and to the child apart.
    return Audience.CHILD if kind.audience is Audience.HOLDER and holder is None else kind.audience


def done(row: Letter, actor: Actor, *, at: datetime) -> dict[str, Any]:
    """Return a letter as a write answers with it: its line, and what the actor may do next."""
    possible = [step.name for step in actions.runner.possible(row, actor, at=at)]
    return line(row) | {"available_steps": possible}


def of_case(referral: Referral, actor: Actor, *, at: datetime) -> list[dict[str, Any]]:
    """Return the letters of a case that the actor may read, the newest first."""
    return [line(row) for row in actions.runner.visible_to(actor, at=at).filter(referral=referral)]


def due(
    referral: Referral, ties: CaseAccess, sight: Sight, actor: Actor, *, at: datetime
) -> list[dict[str, Any]]:
    """Return what is to be written now, of what the actor would sign and read; nothing is opened."""
    step = steps.get(Machine.LETTER, "prepare")
    if ties.role_for(step) is None:
        return []
    look = LetterContext(Case(referral, actor=actor, at=at))
    rows = list(Letter.objects.filter(referral=referral).values_list("occasion", "state"))
    lines = []
    for kind in letter_types().values():
        possible = guards.written_in(kind, str(referral.state)) and actions.may_sign(kind, ties)
        if not possible or not actions.reads(kind, (), sight):
            continue
        over = {LetterState.DISCARDED, *((LetterState.SENT,) if kind.repeated else ())}
        there = {occasion for occasion, state in rows if state not in over}
        lines += [
            _due_line(kind, one)
            for one in kind.offers(look)
            if one.key(kind.kind) not in there and actions.reads(kind, one.children, sight)
        ]
    return lines


def _due_line(kind: LetterType, occasion: Occasion) -> dict[str, Any]:
    return {
        "kind": labelled(kind.kind),
        "audience": labelled(_audience(kind, occasion.holder)),
        "law": kind.law,
        "on": occasion.on.isoformat() if occasion.on else None,
        "part": str(occasion.part) if occasion.part else None,
        "children": [str(one) for one in occasion.children],
        "holder": str(occasion.holder) if occasion.holder else None,
    }


def one(row: Letter, actor: Actor, *, at: datetime) -> dict[str, Any]:
    """Return a letter with what it says: while it is prepared, passage by passage with the source of each."""
    sheet = sheet_of(row, actor, at=at)
    body = done(row, actor, at=at) | {
        "outside": outside(
            sheet.referral.authority,
            at,
            reference="" if sheet.type.audience is Audience.FILER else sheet.referral.reference,
        ),
        "asks": list(sheet.type.words),
        "needs": list(sheet.type.needs),
        "ways": [labelled(way) for way in guards.ways_of(sheet.type, row)],
        "words": {},
        "passages": [],
        "title": "",
        "to": [],
        "greeting": "",
        "closing": "",
        "draft": None,
        "withheld": None,
        "note": None,
    }

    def read(scope: OpenScope) -> dict[str, Any]:
        words: dict[str, Any] = {"note": fields.opened(getattr(row, sheet.type.note), scope)}
        if row.state == LetterState.PREPARED:
            words |= _draft(sheet, scope)
        return words

    words: dict[str, Any] = opened(sheet.referral, sheet.ties, read, actor=actor, at=at)
    return body | words


def sheet_of(row: Letter, actor: Actor, *, at: datetime) -> Sheet:
    referral = visibility.one_case(actor, row.referral_id, at=at)
    if referral is None:
        raise NotVisible
    ties = case_ties.ties_of(referral, actor)
    sight = child_sight.sight_of(referral, ties, actor)
    return Sheet(row, actor=actor, at=at, referral=referral, ties=ties, sight=sight)


def _draft(sheet: Sheet, scope: OpenScope) -> dict[str, Any]:
    if (reason := guards.holder_may_be_written_to(sheet, None)) is not None:
        return {"withheld": str(reason)}
    try:
        draft = sheet.draft(scope)
    except Withheld:
        return {"withheld": str(guards.TOLD_LATER)}
    except LookupError:
        return {"withheld": str(guards.GONE)}
    return _words(draft) | {"draft": read_mark(draft), "words": sheet.words(scope)}


def _words(draft: Draft) -> dict[str, Any]:
    paper = draft.paper
    return {
        "title": paper.title,
        "to": list(paper.to),
        "greeting": paper.greeting,
        "closing": paper.closing,
        "passages": [_passage(one) for one in draft.passages],
    }


def _passage(passage: Passage) -> dict[str, Any]:
    section = passage.section
    return {
        "heading": section.heading,
        "facts": [{"label": label, "value": value} for label, value in section.facts],
        "paragraphs": list(section.paragraphs),
        "points": list(section.points),
        "made_from": labelled(passage.source),
        "on": passage.on.isoformat() if passage.on else None,
        "added": passage.source is SourceKind.ADDED,
    }


def answers_task(row: Letter, actor: Actor, *, at: datetime) -> bool:
    """Tell whether the actor is to say now that an answer was given: it was sent, and its task is still open (C5)."""
    if row.kind != LetterKind.FEEDBACK or row.state != LetterState.SENT or row.part is None:
        return False
    if not FeedbackTask.objects.filter(pk=row.part, referral=row.referral_id, state__in=OPEN).exists():
        return False
    return sheet_of(row, actor, at=at).ties.role_for(steps.get(Machine.FEEDBACK, "send")) is not None


@dataclass(frozen=True, slots=True)
class Unsent:
    """How many letters wait to be sent, and the case of the one that was begun first."""

    count: int
    case: UUID | None


def signs(actor: Actor) -> bool:
    return bool(actor.holding({role for kind in letter_types().values() for role in kind.signers}))


def unsent(actor: Actor, *, at: datetime) -> Unsent:
    """Count the letters that the actor prepared or signed and that aren't sent, of cases that the actor sees.

    One statement, which opens nothing. Only kinds that a role held now signs: the actor has written each of them.
    """
    kinds = [kind for kind, one in letter_types().items() if actor.holding(one.signers)]
    cases = visibility.visible_to(actor, at=at, drafts=False).values("pk")
    own = Q(prepared_by=actor.user_id) | Q(signed_by=actor.user_id)
    rows = Letter.objects.filter(own, state__in=actions.UNDER_WAY, kind__in=kinds, referral__in=cases)
    unsent_ids = list(rows.order_by("prepared_at", "id").values_list("referral_id", flat=True))
    return Unsent(len(unsent_ids), unsent_ids[0] if unsent_ids else None)


def page(row: Letter, actor: Actor, *, at: datetime) -> str:
    """Return a letter as it was signed, opened within a disclosure.

    Raises:
        NotVisible: it isn't signed, or not for this person.
        Unreadable: it can't be opened.
    """
    sheet = sheet_of(row, actor, at=at)
    sealed: Any = getattr(row, sheet.type.column)
    if row.state not in PRINTED or sealed is None:
        raise NotVisible
    text: str = opened(sheet.referral, sheet.ties, sealed.open, actor=actor, at=at)
    return text


def ways(row: Letter) -> tuple[str, ...]:
    return tuple(map(str, guards.ways_of(type_of(row.kind), row)))
