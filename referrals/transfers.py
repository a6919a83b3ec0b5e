"""Transfers as the authority that is asked reads them: the shell, and the documents listed, until it has answered.

The second thing of a case that crosses to another authority (domain.md §1.3 rule 1, §2.2 note 2); who may, and how
the case is found, stands in ``receiving``. Beneath: the requests about a case, as its own authority reads them.
"""

from datetime import datetime
from typing import Any

from accounts.actor import Actor
from encryption.sealed import OpenScope
from referrals import abilities, access, reading, rowlevel
from referrals.access import Ties
from referrals.models import Referral, TransferDocument, TransferRequest
from referrals.workflow.moving.codes import Channel, Document, Ground, Opinion
from referrals.workflow.states import TransferState


def line(request: TransferRequest) -> dict[str, Any]:
    """Return what a list shows: whose case it is, why and since when it is asked; nothing is opened."""
    return {
        "id": str(request.referral_id),
        "request": str(request.pk),
        "reference": request.reference,
        "authority": {"code": request.authority.code, "name": request.authority.name},
        "state": reading.labelled(TransferState(request.state)),
        "ground": reading.labelled(Ground(request.ground)),
        "channel": reading.labelled(Channel(request.channel)),
        "refusals": request.refusals,
        "sent_at": reading.moment(request.sent_at),
    }


def content(
    referral: Referral, request: TransferRequest, ties: Ties, scope: OpenScope, *, actor: Actor, at: datetime
) -> dict[str, Any]:
    """Return the request with the shell of its case and the documents listed, opened; by mail they come on paper."""
    found = line(request)
    with rowlevel.beyond():
        sight = access.sight_of(referral, ties, actor)
    if "A" in ties.reads:
        with rowlevel.beyond():
            found |= {
                "shell": reading.shell(referral, ties),
                "clocks": reading.clocks_of(referral, sight, at=at),
            }
        on_paper = request.channel == Channel.SEALED_MAIL
        found["documents"] = [] if on_paper else [_document(row, scope) for row in request.documents.all()]
    with rowlevel.beyond():
        return found | abilities.abilities(referral, sight, actor=actor, at=at)


def _document(row: TransferDocument, scope: OpenScope) -> dict[str, Any]:
    return {
        "kind": reading.labelled(Document(row.kind)),
        "made_at": reading.moment(row.made_at),
        "content": reading.opened(row.content, scope),
    }


def requests_of(referral: Referral, ties: Ties, scope: OpenScope) -> list[dict[str, Any]]:
    """Return the requests about a case as its own authority reads them: coarse codes, reasons to readers of D."""
    if "A" not in ties.reads:
        return []
    return [
        _own_line(row) | reading.readable(row, ties.reads & {"D"}, scope)
        for row in referral.transfer_requests.select_related("target")
    ]


def _own_line(row: TransferRequest) -> dict[str, Any]:
    documents = [reading.labelled(Document(kind)) for kind in row.documents.values_list("kind", flat=True)]
    return {
        "id": str(row.pk),
        "target": {"code": row.target.code, "name": row.target.name},
        "state": reading.labelled(TransferState(row.state)),
        "ground": reading.labelled(Ground(row.ground)),
        "channel": reading.labelled(Channel(row.channel)),
        "documents": documents,
        "refusals": row.refusals,
        "asked_at": reading.moment(row.asked_at),
        "sent_at": reading.moment(row.sent_at),
        "closed_at": reading.moment(row.closed_at),
        **{name: _opinion(getattr(row, name)) for name in ("origin_says", "target_says")},
    }


def _opinion(code: str) -> dict[str, Any] | None:
    return reading.labelled(Opinion(code)) if code else None
