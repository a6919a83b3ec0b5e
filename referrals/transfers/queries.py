"""Transfers as the receiving authority reads them: the shell, and the documents listed, until it has answered.

The second thing of a case that crosses to another authority (domain.md §1.3 rule 1, §2.2 note 2); ``transfer_targets``
says who may read it, and how the case is found. Below: the requests about a case, as its own authority reads them.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.actor import Actor
from accounts.request import ServiceRequest, actor_in
from audit.disclosure import disclosure
from audit.events import Purpose
from core.paging import page_of
from encryption.sealed import OpenScope
from referrals.access import child_sight, row_level_security, transfer_targets
from referrals.access.relations import CaseAccess
from referrals.execution import abilities
from referrals.models import Referral, TransferDocument, TransferRequest
from referrals.reading import clocks, fields, shell
from referrals.reading.disclosures import concern_case, count_opening, record_listed
from referrals.vocabulary import formats
from referrals.vocabulary.between_authorities import Channel, Document, Ground, Opinion
from referrals.vocabulary.states import TransferState


def transfer_page(
    request: ServiceRequest, asked: Mapping[str, Any]
) -> tuple[list[dict[str, Any]], str | None]:
    """Return a page of the requests that await the authority of whoever sends Django's ``request``; it is journaled."""
    page = page_of(
        transfer_targets.transfers_for(actor_in(request), at=request.at),
        limit=asked["limit"],
        order=("-sent_at", "id"),
        cursor=asked.get("cursor"),
        bound_to="transfers",
    )
    record_listed(page.items, actor=actor_in(request), at=request.at)
    return [line(row) for row in page.items], page.next


def transfer_read(request: ServiceRequest, pk: UUID) -> tuple[Referral, CaseAccess, dict[str, Any]]:
    """Return the case of a request, the reader's ties to it, and what crosses of it, opened in one disclosure."""
    actor, at = actor_in(request), request.at
    referral, transfer, ties = transfer_targets.transfer_for(pk, actor=actor, at=at)
    concern_case(request, referral, ties)
    count_opening(referral, ties, actor=actor, at=at)
    with disclosure(
        actor=actor.acting_as(ties.reading_role(), authority_id=transfer.target_id),
        purpose=Purpose.HANDLING,
        at=at,
        objects=[referral.pseudonym],
        tenant=referral.authority_id,
        rule="transfer",
        always=True,
    ) as scope:
        return referral, ties, content(referral, transfer, ties, scope, actor=actor, at=at)


def line(request: TransferRequest) -> dict[str, Any]:
    """Return what a list shows: whose case it is, why and since when it is asked; nothing is opened."""
    return {
        "id": str(request.referral_id),
        "request": str(request.pk),
        "reference": request.reference,
        "authority": {"code": request.authority.code, "name": request.authority.name},
        "state": formats.labelled(TransferState(request.state)),
        "ground": formats.labelled(Ground(request.ground)),
        "channel": formats.labelled(Channel(request.channel)),
        "refusals": request.refusals,
        "sent_at": formats.moment(request.sent_at),
    }


def content(
    referral: Referral,
    request: TransferRequest,
    ties: CaseAccess,
    scope: OpenScope,
    *,
    actor: Actor,
    at: datetime,
) -> dict[str, Any]:
    """Return the request with the shell of its case and the documents listed, opened; by mail they come on paper."""
    transfer_line = line(request)
    with row_level_security.beyond():
        sight = child_sight.sight_of(referral, ties, actor)
    if "A" in ties.reads:
        with row_level_security.beyond():
            transfer_line |= {
                "shell": shell.shell(referral, ties),
                "clocks": clocks.clocks_of(referral, sight, at=at),
            }
        on_paper = request.channel == Channel.SEALED_MAIL
        transfer_line["documents"] = (
            [] if on_paper else [_document(row, scope) for row in request.documents.all()]
        )
    with row_level_security.beyond():
        return transfer_line | abilities.abilities(referral, sight, actor=actor, at=at)


def _document(row: TransferDocument, scope: OpenScope) -> dict[str, Any]:
    return {
        "kind": formats.labelled(Document(row.kind)),
        "made_at": formats.moment(row.made_at),
        "content": fields.opened(row.content, scope),
    }


def requests_of(referral: Referral, ties: CaseAccess, scope: OpenScope) -> list[dict[str, Any]]:
    """Return the requests about a case as its own authority reads them: coarse codes, reasons to readers of D."""
    if "A" not in ties.reads:
        return []
    return [
        _own_line(row) | fields.readable(row, ties.reads & {"D"}, scope)
        for row in referral.transfer_requests.select_related("target")
    ]


def _own_line(row: TransferRequest) -> dict[str, Any]:
    documents = [formats.labelled(Document(kind)) for kind in row.documents.values_list("kind", flat=True)]
    return {
        "id": str(row.pk),
        "target": {"code": row.target.code, "name": row.target.name},
        "state": formats.labelled(TransferState(row.state)),
        "ground": formats.labelled(Ground(row.ground)),
        "channel": formats.labelled(Channel(row.channel)),
        "documents": documents,
        "refusals": row.refusals,
        "asked_at": formats.moment(row.asked_at),
        "sent_at": formats.moment(row.sent_at),
        "closed_at": formats.moment(row.closed_at),
        **{name: _opinion(getattr(row, name)) for name in ("origin_says", "target_says")},
    }


def _opinion(code: str) -> dict[str, Any] | None:
    return formats.labelled(Opinion(code)) if code else None
