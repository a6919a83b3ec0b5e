"""Lists of inquiries and one of them, as pages and the API show it; what is sealed is opened in one disclosure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from accounts.actor import Actor
from accounts.request import ServiceRequest
from accounts.roles import Role
from audit import journal, pseudonyms
from audit.disclosure import disclosure
from audit.events import Purpose, register
from core.paging import Page, page_of
from referrals.access import case_ties, child_sight
from referrals.errors import NotAllowed, NotVisible
from referrals.inquiries import actions, files
from referrals.models import Inquiry, Referral
from referrals.reading import fields
from referrals.vocabulary.between_authorities import (
    Document,
    Following,
    HoldersKnow,
    InquiryGround,
    InquiryRefusal,
    Side,
    Standing,
)
from referrals.vocabulary.formats import labelled, moment
from referrals.vocabulary.states import Coded, InquiryState, State, Urgency

READ: Final = "inquiry:read"
LISTED: Final = "inquiry:listed"
register(READ, LISTED)
#: Who has a list of all inquiries of the authority; the others read those of their cases.
LISTERS: Final = (Role.CRIP_COORDINATOR, Role.SUPERVISOR, Role.ON_CALL)
#: What each sealed document asks its reader to read of the case: all of these classes.
CLASSES: Final[Mapping[str, frozenset[str]]] = {
    "question": frozenset("BD"),
    "reply": frozenset("D"),
    "request": frozenset("D"),
    "closing": frozenset("D"),
    "papers": frozenset("DEHJ"),
}
#: By what a person tells a child from a namesake.
SHOWN: Final = ("last_name", "first_names", "usual_name", "birth_date")


def inquiry_page(asked: dict[str, Any], *, actor: Actor, at: datetime) -> Page:
    """Return a page of the inquiries of the actor's authorities, on either side; the look is an entry."""
    positions = actor.holding(LISTERS)
    if not positions:
        raise NotAllowed("read:inquiries")
    filters = {name: asked.pop(name) for name in ("side", "state") if name in asked}
    rows = files.visible_to(actor, at=at).filter(
        authority__in=sorted({one.authority_id for one in positions}), **filters
    )
    page = page_of(rows, order=("-asked_at", "id"), bound_to=f"inquiries/{sorted(filters.items())}", **asked)
    journal.record(
        LISTED, actor=actor, at=at, purpose=Purpose.LISTING, rule="read:inquiries", count=len(page.items)
    )
    return page


def visible_row(request: ServiceRequest, pk: UUID, *, actor: Actor, at: datetime) -> Inquiry:
    """Return an inquiry that the actor may know of; a refusal from here on names its case."""
    row = files.visible_to(actor, at=at).filter(pk=pk).first()
    if row is None:
        raise NotVisible
    if row.side == Side.ASKER and row.referral_id is not None:
        request.concerned = (pseudonyms.subject(row.referral_id), row.authority_id, False)
    return row


def _coded(codes: type[Coded], value: str) -> Any:
    return labelled(codes(value)) if value else None


def line(row: Inquiry, *, at: datetime) -> dict[str, Any]:
    """Return an inquiry as a list shows it: codes and dates; the case or file where it is seen."""
    seen = row.referral_id is not None and (row.side == Side.ASKER or not row.restricted)
    return {
        "id": str(row.pk),
        "side": labelled(Side(row.side)),
        "state": labelled(InquiryState(row.state)),
        "authority": {"code": row.authority.code, "name": row.authority.name},
        "other": {"code": row.other.code, "name": row.other.name},
        "reference": row.reference,
        "referral": str(row.referral_id) if seen else None,
        "urgency": labelled(Urgency(row.urgency)),
        "ground": labelled(InquiryGround(row.ground)),
        "holders": labelled(HoldersKnow(row.holders)),
        "restricted": row.restricted,
        "asked_at": moment(row.asked_at),
        "due_at": moment(row.due_at),
        "overdue": row.due_at is not None and row.due_at < at,
        "answered_at": moment(row.answered_at),
        "closed_at": moment(row.closed_at),
        "forgotten_at": moment(row.ended_at),
        "known": row.known,
        "kinds": [labelled(Following(kind)) for kind in row.kinds],
        "from_year": row.from_year,
        "to_year": row.to_year,
        "standing": _coded(Standing, row.standing),
        "wanted": [labelled(Document(kind)) for kind in row.wanted],
        "refusal": _coded(InquiryRefusal, row.refusal),
    }


def done(row: Inquiry, actor: Actor, *, at: datetime) -> dict[str, Any]:
    """Return an inquiry as a write answers with it: its line, and what the actor may do next."""
    steps = [step.name for step in actions.runner.possible(row, actor, at=at)]
    return line(row, at=at) | {"available_steps": steps}


def one(row: Inquiry, actor: Actor, *, at: datetime) -> dict[str, Any]:
    """Return an inquiry with the documents that the actor reads, and at the asked the own files that may be meant."""
    body = done(row, actor, at=at)
    referral = files.referral_of(row, actor, at=at)
    readable = _readable(row, referral, actor)
    with disclosure(
        actor=actor,
        purpose=Purpose.HANDLING,
        at=at,
        objects=[pseudonyms.subject(row.referral_id)] if row.referral_id else [],
        tenant=row.authority_id,
        act=READ,
        payload=row.thread.bytes,
        always=True,
    ) as scope:
        body |= {
            name: fields.opened(getattr(row, name), scope) if name in readable else None for name in CLASSES
        }
    body["candidates"] = []
    if row.side == Side.ASKED and row.state == InquiryState.ASKED and isinstance(body["question"], dict):
        body["candidates"] = _candidates(body["question"], row, actor, at=at)
    return body


def _readable(row: Inquiry, referral: Referral | None, actor: Actor) -> set[str]:
    """Return the documents that the actor reads: the asked's coordinators all, the asker's team by their classes."""
    if row.side == Side.ASKED:
        coordinates = Role.CRIP_COORDINATOR in actor.roles_in(row.authority_id)
        return set(CLASSES) if coordinates and (row.referral_id is None or referral is not None) else set()
    return set() if referral is None else _by_classes(row, referral, actor)


def _by_classes(row: Inquiry, referral: Referral, actor: Actor) -> set[str]:
    ties = child_sight.sight_of(referral, case_ties.ties_of(referral, actor), actor).of(row.child_id)
    return {name for name, classes in CLASSES.items() if classes <= ties.reads}


def _candidates(
    question: Mapping[str, Any], row: Inquiry, actor: Actor, *, at: datetime
) -> list[dict[str, Any]]:
    return [
        {"child": str(child.pk), "reference": case.reference, "state": labelled(State(case.state))}
        | {name: names.get(name) for name in SHOWN}
        for case, child, names in files.alike(question, row.authority_id, actor=actor, at=at)
    ]


def of_case(referral: Referral, actor: Actor, *, at: datetime) -> list[dict[str, Any]]:
    """Return the questions that a case has asked, as a list shows them, to whoever has a part in them."""
    rows = files.visible_to(actor, at=at).filter(side=Side.ASKER, referral=referral)
    return [line(row, at=at) for row in rows]
