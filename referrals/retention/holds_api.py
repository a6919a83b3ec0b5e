"""API of legal holds on the journal: entries that keep their content beyond their retention (SEC-AL15)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import require, require_somewhere
from accounts.api.once import IDEMPOTENCY_KEY, do_once, done_before, keep_done
from accounts.api.pages import page_schema
from audit import journal, pruning
from audit.events import Purpose
from audit.models import LegalHold
from core.inputs import Id, StrictSerializer
from core.paging import page_of
from core.query import PagedQuery, Query
from referrals.errors import NotVisible
from referrals.rest.case_views import CaseView, listed
from referrals.vocabulary.labels import moment
from referrals.workflow.inputs import Nothing

CREATED = 201
READ, HOLD = "audit.read", "audit.hold"


class NewHold(StrictSerializer):
    """What to keep: all entries of an authority, or those about one file."""

    authority = Id()
    subject = Id(
        required=False, help_text="Pseudonym of a referral; without it, all entries of the authority."
    )


class HoldOut(serializers.Serializer[None]):
    """A legal hold."""

    id = serializers.UUIDField()
    authority = serializers.UUIDField()
    subject = serializers.UUIDField(allow_null=True)
    placed_at = serializers.DateTimeField()
    lifted_at = serializers.DateTimeField(allow_null=True)


def _line(found: LegalHold) -> dict[str, Any]:
    return {
        "id": str(found.pk),
        "authority": str(found.tenant),
        "subject": str(found.subject) if found.subject else None,
        "placed_at": moment(found.placed_at),
        "lifted_at": moment(found.lifted_at),
    }


class Holds(CaseView):
    """GET, POST /api/v1/audit/holds."""

    @extend_schema(
        operation_id="holds_list",
        parameters=[PagedQuery],
        responses={200: page_schema("HoldPage", HoldOut)},
        tags=["audit"],
    )
    def get(self, request: Request) -> Response:
        """List the legal holds of the authorities whose journal the caller reads, the newest first."""
        actor, at = self.actor, self.at
        require_somewhere(actor, READ)
        filters = PagedQuery.of(request.query_params)
        rows = LegalHold.objects.filter(tenant__in=actor.may(READ))
        page = page_of(rows, order=("-placed_at", "id"), bound_to="holds", **filters)
        self._record(page.items, at)
        return Response(listed([_line(row) for row in page.items], page.next))

    def _record(self, rows: list[LegalHold], at: datetime) -> None:
        for authority in sorted(self.actor.may(READ)):
            journal.record(
                "audit:queried",
                actor=self.actor,
                at=at,
                tenant=authority,
                purpose=Purpose.AUDIT,
                rule=READ,
                count=sum(row.tenant == authority for row in rows),
            )

    @extend_schema(
        operation_id="holds_place",
        request=NewHold,
        responses={201: HoldOut},
        parameters=[IDEMPOTENCY_KEY],
        tags=["audit"],
    )
    def post(self, request: Request) -> Response:
        """Keep the content of entries until the hold is lifted, whatever their age."""
        Query.of(request.query_params)
        actor, at = self.actor, self.at
        require_somewhere(actor, HOLD)

        def make() -> LegalHold:
            body = NewHold.read(request.data)
            require(actor, HOLD, body["authority"])
            return pruning.hold(body["authority"], body.get("subject"), actor=actor, at=at)

        hold = do_once(request, LegalHold.objects.filter(tenant__in=actor.may(HOLD)), make, status=CREATED)
        return Response(_line(hold), status=CREATED)


class LiftHold(CaseView):
    """POST /api/v1/audit/holds/{id}/lift."""

    @extend_schema(
        operation_id="holds_lift",
        request=Nothing,
        responses={200: HoldOut},
        parameters=[IDEMPOTENCY_KEY],
        tags=["audit"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Lift a hold; what it kept beyond its time is pruned the next day. Doing it again changes nothing."""
        Query.of(request.query_params)
        actor, at = self.actor, self.at
        require_somewhere(actor, HOLD)
        hold = LegalHold.objects.select_for_update().filter(tenant__in=actor.may(HOLD), pk=pk).first()
        if hold is None:
            raise NotVisible
        if done_before(request, LegalHold.objects.filter(pk=pk)) is None:
            Nothing.read(request.data)
            if hold.lifted_at is None:
                pruning.lift(hold, actor=actor, at=at)
                hold.lifted_at = at
            keep_done(request, pk, status=200)
        return Response(_line(hold))
