"""``/transfers``: what coordinators read of a case that another authority asks theirs to take over."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit.disclosure import disclosure
from audit.events import Purpose
from core.paging import page_of
from core.query import PagedQuery, Query
from referrals.access import transfer_targets
from referrals.access.relations import CaseAccess
from referrals.models import Referral
from referrals.rest import schema
from referrals.rest.case_views import CaseView, count_opening, known, listed, record_listed, tagged
from referrals.transfers import queries


class Transfers(CaseView):
    """The requests that await the caller's authority."""

    @extend_schema(parameters=[PagedQuery], responses=schema.Parts, operation_id="transfers_list")
    def get(self, request: Request) -> Response:
        """List the cases that the caller's authority is asked to take over, the newest first; nothing is opened."""
        return Response(listed(*transfer_page(request._request, PagedQuery.of(request.query_params))))


class OneTransfer(CaseView):
    """One request, by the id of the case that it is about."""

    @extend_schema(responses=schema.Transfer, operation_id="transfers_read")
    def get(self, request: Request, pk: UUID) -> Response:
        """Read the shell and the documents listed; the reading stands in the journal of the origin."""
        Query.of(request.query_params)
        referral, _, body = transfer_read(request._request, pk)
        return tagged(Response(body), referral, body.get("shell", {}))


def transfer_page(request: Any, asked: Mapping[str, Any]) -> tuple[list[dict[str, Any]], str | None]:
    """Return a page of the requests that await the authority of whoever sends Django's ``request``; it is journaled.

    Raises:
        NotAllowed: nobody asks who could decide on one.
    """
    page = page_of(
        transfer_targets.transfers_for(request.actor, at=request.at),
        limit=asked["limit"],
        order=("-sent_at", "id"),
        cursor=asked.get("cursor"),
        bound_to="transfers",
    )
    record_listed(page.items, actor=request.actor, at=request.at)
    return [queries.line(found) for found in page.items], page.next


def transfer_read(request: Any, pk: UUID) -> tuple[Referral, CaseAccess, dict[str, Any]]:
    """Return the case of a request, the reader's ties to it, and what crosses of it, opened in one disclosure.

    Raises:
        NotAllowed, NotVisible: see ``receiving.transfer_for``.
    """
    actor, at = request.actor, request.at
    referral, asked, ties = transfer_targets.transfer_for(pk, actor=actor, at=at)
    known(request, referral, ties)
    count_opening(referral, ties, actor=actor, at=at)
    with disclosure(
        actor=actor.acting_as(ties.reading_role(), authority_id=asked.target_id),
        purpose=Purpose.HANDLING,
        at=at,
        objects=[referral.pseudonym],
        tenant=referral.authority_id,
        rule="transfer",
        always=True,
    ) as scope:
        return referral, ties, queries.content(referral, asked, ties, scope, actor=actor, at=at)
