"""Letters of an inquiry: the question to another authority and the answer to its question (L221-3; domain.md §4.9).

They say what crossed between both sides, and no more: of who asks nothing but authority, reference, urgency and ground
is told of its case; the answer says neither who filed, nor third parties, other children, places or reasons.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from accounts.actor import Actor
from accounts.roles import Role
from referrals.inquiries import files
from referrals.letters.letter_context import LetterContext
from referrals.letters.registry import LetterType, Occasion, register
from referrals.letters.writing import DEAR, Body, Writing, day_in_french, label, of
from referrals.models import Inquiry
from referrals.vocabulary.between_authorities import (
    Document,
    Following,
    HoldersKnow,
    InquiryGround,
    Side,
    Standing,
)
from referrals.vocabulary.letters import Audience, LetterKind, LetterWay
from referrals.vocabulary.letters import SourceKind as S
from referrals.vocabulary.states import InquiryState, Urgency

WAYS: Final = (LetterWay.SECURE, LetterWay.REGISTERED)
#: What a question may bear beside the child, as it is written in the letter.
TOLD: Final = {
    "former_address": "Ancienne adresse",
    "school": "Établissement scolaire",
    "holder": "Titulaire de l'autorité parentale",
}


def _rows(look: LetterContext, side: Side) -> list[Inquiry]:
    """Return the inquiries of a case on one side that the actor may know of: who is tied to the child knows of none."""
    rows = files.visible_to(look.case.actor, at=look.case.at)
    return list(rows.filter(referral=look.case.referral, side=side))


def _seen_by(pk: UUID, actor: Actor, at: datetime) -> bool:
    return files.visible_to(actor, at=at).filter(pk=pk).first() is not None


def _question_lines(look: LetterContext) -> Iterator[Occasion]:
    for row in _rows(look, Side.ASKER):
        if row.state == InquiryState.ASKED and row.question is not None and row.child_id is not None:
            yield Occasion(part=row.pk, children=(row.child_id,), on=look.day(row.asked_at))


def _question(w: Writing) -> Body:
    row = of(_rows(w.look, Side.ASKER), w.occasion.part)
    question = w.opened(row, "question")
    question = question if isinstance(question, dict) else {}
    w.say(
        S.INQUIRY,
        "Je vous demande si un enfant que suit mon service a été connu du vôtre.",
        facts=[
            ("Urgence", label(Urgency(row.urgency).label)),
            ("Motif", label(InquiryGround(row.ground).label)),
            ("Information des titulaires", label(HoldersKnow(row.holders).label)),
            ("Réponse attendue le", day_in_french(w.look.day(row.due_at))),
        ],
        on=w.occasion.on,
    )
    w.say(
        S.INQUIRY,
        heading="L'enfant",
        facts=[
            *_child(question),
            *((name, str(question.get(member) or "")) for member, name in TOLD.items()),
        ],
        on=w.occasion.on,
    )
    w.say(
        S.INQUIRY, str(question.get("purpose") or ""), heading="À quoi servira la réponse", on=w.occasion.on
    )
    return _to(row, "Demande à un autre département", w)


def _child(said: dict[str, Any]) -> list[tuple[str, str]]:
    who = said.get("child")
    who = who if isinstance(who, dict) else {}
    names = " ".join(filter(None, (str(who.get(name) or "") for name in ("first_names", "last_name"))))
    return [
        ("Nom", names),
        ("Né le", day_in_french(who.get("birth_date"))),
        ("Mois de naissance", str(who.get("birth_year_month") or "")),
    ]


def _answered(look: LetterContext) -> Iterator[Occasion]:
    for row in _rows(look, Side.ASKED):
        # One that knows nothing has no file here, and so no letter of it: its answer is in the service alone.
        if (
            row.state == InquiryState.ANSWERED
            and row.known
            and row.ended_at is None
            and row.child_id is not None
        ):
            yield Occasion(part=row.pk, children=(row.child_id,), on=look.day(row.answered_at))


def _answer(w: Writing) -> Body:
    row = of(_rows(w.look, Side.ASKED), w.occasion.part)
    question, reply = (w.opened(row, name) for name in ("question", "reply"))
    years = " – ".join(dict.fromkeys(str(year) for year in (row.from_year, row.to_year) if year))
    w.say(
        S.INQUIRY, facts=[("Votre demande", row.reference), ("Du", day_in_french(w.look.day(row.asked_at)))]
    )
    w.say(S.INQUIRY, facts=_child(question if isinstance(question, dict) else {}), heading="L'enfant")
    w.say(
        S.INQUIRY,
        "Cet enfant est connu de mon service.",
        facts=[
            ("Par", ", ".join(label(Following(kind).label) for kind in row.kinds)),
            ("Années", years),
            ("Suivi", label(Standing(row.standing).label) if row.standing else ""),
            ("Qui appeler", str(reply.get("contact") or "") if isinstance(reply, dict) else ""),
            ("Pièces demandées", ", ".join(label(Document(kind).label) for kind in row.wanted)),
        ],
        on=w.occasion.on,
    )
    return _to(row, "Réponse à votre demande", w)


def _to(row: Inquiry, title: str, w: Writing) -> Body:
    return Body(
        title=title,
        to=("Monsieur ou Madame le président du conseil départemental", row.other.name),
        greeting=DEAR,
        passages=tuple(w.passages),
    )


register(
    LetterType(
        kind=LetterKind.INQUIRY,
        audience=Audience.AUTHORITY,
        signers=(Role.CRIP_COORDINATOR,),
        law="CASF L221-3",
        classes=frozenset("BDJ"),
        sources=frozenset({S.INQUIRY}),
        opens=frozenset({"inquiry.question"}),
        ways=WAYS,
        offers=_question_lines,
        write=_question,
        seen_by=_seen_by,
    ),
    LetterType(
        kind=LetterKind.INQUIRY_ANSWER,
        audience=Audience.AUTHORITY,
        signers=(Role.CRIP_COORDINATOR,),
        law="CASF L221-3",
        classes=frozenset("BDJ"),
        sources=frozenset({S.INQUIRY}),
        opens=frozenset({"inquiry.question", "inquiry.reply"}),
        ways=WAYS,
        offers=_answered,
        write=_answer,
        seen_by=_seen_by,
    ),
)
