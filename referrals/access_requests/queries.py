"""Lists of access requests and one of them, as pages and the API show it to each who has a part in it."""

import base64
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.actor import Actor
from accounts.roles import Role
from audit import journal
from audit.events import Purpose, register
from core.paging import Page, page_of
from encryption import digest
from encryption.errors import Unreadable
from encryption.sealed import OpenScope
from referrals.access_requests import actions, persons
from referrals.access_requests.persons import SIGNERS
from referrals.access_requests.sheet import Sheet
from referrals.errors import NotAllowed, NotVisible
from referrals.execution import row_proposals
from referrals.models import AccessOpinion, AccessRequest
from referrals.reading import fields
from referrals.vocabulary.access_requests import (
    AccessRefusal,
    Appeal,
    Handing,
    Requester,
    Right,
    Standing,
    Verdict,
    Wanted,
    Way,
    Withheld,
)
from referrals.vocabulary.formats import labelled, moment
from referrals.vocabulary.states import AccessRequestState, Coded, Machine, State
from referrals.workflow.step import steps

READ: Final = "access_request:read"
LISTED: Final = "access_request:listed"
FETCHED: Final = "access_request:fetched"
register(READ, LISTED, FETCHED)
#: Who has a list: the officers; who receives, of their own receipts; who is asked, of what was asked of them.
LISTERS: Final = (Role.DPO, Role.INTAKE_AGENT, Role.CRIP_COORDINATOR, Role.ASE_INSPECTOR)
#: The states in which the officer reads the copy: in the others the cells ``req`` are shut (domain.md AR4 to AR14).
COPY_OPEN: Final = (
    AccessRequestState.COLLECTING,
    AccessRequestState.REDACTION,
    AccessRequestState.APPEALED,
)
#: The steps whose signer reads the copy and what is hidden in it (domain.md §7.5).
COPY_SIGNED: Final = ("answer", "settle", "name_readers")


#: An answer that is due within so long is due soon.
SOON: Final = timedelta(days=7)


class Waiting(StrEnum):
    """For what of the reader a request waits."""

    ANSWER = "answer"
    OPINION = "opinion"


def part_of(row: AccessRequest, actor: Actor, *, at: datetime) -> frozenset[str]:
    """Return which parts somebody has in one: ``officer``, ``signer``, ``copy_signer``, ``asked``, ``receipt``."""
    parts = set()
    if Role.DPO in actor.roles_in(row.authority_id):
        parts.add("officer")
    for proposal in row_proposals.awaited(Machine.ACCESS_REQUEST, row.pk, at=at):
        if proposal.approver_id == actor.user_id and actor.roles_in(row.authority_id) & set(SIGNERS):
            parts |= {"signer"} | ({"copy_signer"} if proposal.step in COPY_SIGNED else set())
    if row.opinions.filter(asked=actor.user_id).exists():
        parts.add("asked")
    if row.recorded_by_id == actor.user_id:
        parts.add("receipt")
    return frozenset(parts)


def reads_copy(row: AccessRequest, actor: Actor, *, at: datetime) -> bool:
    """Tell whether somebody reads the copy and the list of readers now: its officer, who signs it while asked."""
    parts = part_of(row, actor, at=at)
    return "copy_signer" in parts or ("officer" in parts and row.state in COPY_OPEN)


def request_page(asked: dict[str, Any], *, actor: Actor, at: datetime) -> Page:
    """Return a page of the requests in which the actor has a part; the look is an entry.

    ``asked`` may hold ``waiting``: those alone that wait for the actor's answer, or opinion (``Waiting``).
    """
    if not actor.holding(LISTERS):
        raise NotAllowed("read:access-requests")
    rows = actions.visible_to(actor, at=at)
    state = asked.pop("state", None)
    if state is not None:
        # By the state of others' requests one would learn of it, so that only officers filter by it.
        officer = Q(authority__in=sorted({one.authority_id for one in actor.holding((Role.DPO,))}))
        rows = rows.filter(officer, state=state)
    waiting = asked.pop("waiting", None)
    if waiting is not None:
        rows = rows.filter(pk__in=_WAITING[waiting](actor, at=at).values("pk"))
    bound_to = f"access-requests/{state}/{waiting}"
    page = page_of(rows, order=("-received_on", "id"), bound_to=bound_to, **asked)
    journal.record(
        LISTED,
        actor=actor,
        at=at,
        purpose=Purpose.LISTING,
        rule="read:access-requests",
        count=len(page.items),
    )
    return page


def answers_due(actor: Actor, *, at: datetime) -> "QuerySet[AccessRequest]":
    """Return the requests whose answer the actor owes as an officer within ``SOON``, or owed before."""
    officer = sorted({one.authority_id for one in actor.holding((Role.DPO,))})
    return actions.visible_to(actor, at=at).filter(authority__in=officer, due_at__lte=at + SOON)


def opinions_awaited(actor: Actor, *, at: datetime) -> "QuerySet[AccessRequest]":
    """Return the requests about which the actor was asked for an opinion that may still be given (AR7, AR8)."""
    step = steps.get(Machine.ACCESS_REQUEST, "give_opinion")
    authorities = sorted({one.authority_id for one in actor.holding(step.roles)})
    opinions = AccessOpinion.objects.filter(asked=actor.user_id, answered_at=None).values("request")
    return actions.visible_to(actor, at=at).filter(
        authority__in=authorities, pk__in=opinions, state__in=step.source
    )


#: The requests that wait for something, by what.
_WAITING: Final = {Waiting.ANSWER: answers_due, Waiting.OPINION: opinions_awaited}


def visible_row(pk: UUID, *, actor: Actor, at: datetime) -> AccessRequest:
    row = actions.visible_to(actor, at=at).filter(pk=pk).first()
    if row is None:
        raise NotVisible
    return row


def _coded(codes: type[Coded], value: str) -> Any:
    return labelled(codes(value)) if value else None


def line(row: AccessRequest, actor: Actor, *, at: datetime) -> dict[str, Any]:
    """Return a request as a list shows it: codes and dates to officers and signers, the receipt alone to others."""
    receipt = {
        "id": str(row.pk),
        "reference": row.reference,
        "received_on": moment(row.received_on),
        "way": labelled(Way(row.way)),
    }
    parts = part_of(row, actor, at=at)
    if not parts & {"officer", "signer"}:
        return receipt | {"whole": False}
    return receipt | {
        "whole": True,
        "state": labelled(AccessRequestState(row.state)),
        "authority": {"code": row.authority.code, "name": row.authority.name},
        "requester": labelled(Requester(row.requester)),
        "right": labelled(Right(row.right)),
        "wanted": labelled(Wanted(row.wanted)),
        "due_at": moment(row.due_at),
        "overdue": row.due_at is not None and row.due_at < at,
        "extended_at": moment(row.extended_at),
        "standing": _coded(Standing, row.standing),
        "since": moment(row.since),
        "until": moment(row.until),
        "classes": row.classes,
        "collected_at": moment(row.collected_at),
        "answered_at": moment(row.answered_at),
        "codes": [labelled(Withheld(code)) for code in row.codes],
        "refusal": _coded(AccessRefusal, row.refusal),
        "package_hash": row.package_hash,
        "package_until": moment(row.package_until),
        "package_over_at": moment(row.package_over_at),
        "handed_at": moment(row.handed_at),
        "handing": _coded(Handing, row.handing),
        "appeal": _coded(Appeal, row.appeal),
        "appealed_on": moment(row.appealed_on),
        "closed_at": moment(row.closed_at),
    }


def done(row: AccessRequest, actor: Actor, *, at: datetime) -> dict[str, Any]:
    """Return a request as a write answers with it: its line, and what the actor may do next."""
    possible = [step.name for step in actions.runner.possible(row, actor, at=at)]
    return line(row, actor, at=at) | {"available_steps": possible}


def one(row: AccessRequest, actor: Actor, *, at: datetime) -> dict[str, Any]:
    """Return a request with what the actor reads of it; the reading is an entry that names the files.

    The officer all, the copy until it is answered and once it is contested; the second signer the same while asked,
    the copy where it is signed (AR9, AR11, AR15); whom AR7 asks the own question; who received it the receipt.
    """
    body, parts = done(row, actor, at=at), part_of(row, actor, at=at)
    sheet = Sheet(row, actor=actor, at=at)
    with sheet.reading(READ) as scope:
        opinions = [
            _opinion(one, scope)
            for one in row.opinions.select_related("asked")
            if parts & {"officer", "signer"} or one.asked_id == actor.user_id
        ]
        body |= {"opinions": opinions}
        if not parts & {"officer", "signer"}:
            return body
        names = ("said", "identity", "letter", "notes")
        body |= {name: fields.opened(getattr(row, name), scope) for name in names}
        body["files"] = [_file(file) for file in sheet.files]
        if reads_copy(row, actor, at=at):
            body |= {"readers": fields.opened(row.readers, scope), "parts": _parts(row, scope)}
    body["gates"] = [labelled(gate) for gate in actions.gates(sheet)]
    waiting = row_proposals.awaited(Machine.ACCESS_REQUEST, row.pk, at=at)
    body["approvals"] = [
        {
            "id": str(one.pk),
            "step": one.step,
            "approver": str(one.approver_id),
            "expires_at": moment(one.expires_at),
        }
        for one in waiting
    ]
    return body


def _file(file: Any) -> dict[str, Any]:
    referral = file.referral
    return {
        "referral": str(referral.pk),
        "reference": referral.reference,
        "state": labelled(State(referral.state)),
        "held": file.held,
    }


def _opinion(row: Any, scope: OpenScope) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "asked": str(row.asked_id),
        "asked_name": row.asked.full_name,
        "role": row.role,
        "asked_at": moment(row.asked_at),
        "answered_at": moment(row.answered_at),
        "verdict": _coded(Verdict, row.verdict),
        "later_on": moment(row.later_on),
        "noted_on": moment(row.noted_on),
        "parts": row.parts,
        "question": fields.opened(row.question, scope),
        "reason": fields.opened(row.reason, scope),
        "note": fields.opened(row.note, scope),
    }


def _parts(row: AccessRequest, scope: OpenScope) -> list[dict[str, Any]]:
    hidden: dict[UUID, list[dict[str, Any]]] = {}
    for one in row.redactions.all():
        where = fields.opened(one.passage, scope)
        hidden.setdefault(one.part_id, []).append(
            {
                "id": str(one.pk),
                "code": labelled(Withheld(one.code)),
                "passage": where if isinstance(where, Mapping) else {},
                "by": str(one.by_id) if one.by_id else None,
                "lifted_at": moment(one.lifted_at),
                "reason": fields.opened(one.reason, scope),
            }
        )
    return [
        {
            "id": str(part.pk),
            "content": fields.opened(part.content, scope),
            "redactions": hidden.get(part.pk, []),
        }
        for part in row.parts.all()
    ]


def found(pk: UUID, *, actor: Actor, at: datetime) -> list[dict[str, Any]]:
    """Return the files that may be of the person whom a request is about (AR4), to its officer."""
    sheet = actions.officers_sheet(visible_row(pk, actor=actor, at=at), actor, at=at)
    return [
        {
            "reference": hit.reference,
            "state": labelled(State(hit.state)),
            "received_at": moment(hit.received_at),
            "exact": hit.exact,
        }
        for hit in persons.search(sheet)
    ]


def letter(row: AccessRequest, name: str, *, actor: Actor, at: datetime) -> str:
    """Return a letter that was made, as a page that prints; the reading is an entry."""
    letters = one(row, actor, at=at).get("letter")
    page = letters.get(name) if isinstance(letters, Mapping) else None
    if not isinstance(page, str):
        raise NotVisible
    return page


def package(pk: UUID, *, actor: Actor, at: datetime) -> bytes:
    """Return what is handed over, to the officer who does; the fetching is an entry (domain.md §7.5).

    Raises:
        NotVisible: not for this person, or there is none any more.
        WrongState, GuardRefused: it may not be handed over now: what shuts the gate, or ends a standing, ends this too.
        Unreadable: it isn't what two persons signed; nothing of it is handed out.
    """
    row = visible_row(pk, actor=actor, at=at)
    if Role.DPO not in actor.roles_in(row.authority_id) or row.package is None:
        raise NotVisible
    actions.runner.require_possible(steps.get(Machine.ACCESS_REQUEST, "hand_over"), row, actor=actor, at=at)
    with Sheet(row, actor=actor, at=at).reading(FETCHED, Purpose.EXPORT) as scope:
        made = base64.b64decode(row.package.open(scope))
    if digest.sha256(made).hex() != row.package_hash:
        raise Unreadable
    return made
