"""API of legal holds on the journal: entries that keep their content beyond their retention (SEC-AL15)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import require, require_somewhere
from accounts.api.once import do_once, done_before, keep_done
from audit import journal, pruning
from audit.events import Purpose
from audit.models import LegalHold
from core.api import page_schema
from core.inputs import Id, StrictSerializer
from core.paging import page_of
from core.query import PagedQuery
from referrals.errors import NotVisible
from referrals.rest.case_views import CaseView, case_operation, listed
from referrals.vocabulary.formats import moment
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

    @case_operation("holds_place", HoldOut, takes=NewHold, tag="audit", status=CREATED, once=True)
    def post(self) -> dict[str, Any]:
        """Keep the content of entries until the hold is lifted, whatever their age."""
        actor, at = self.actor, self.at
        require_somewhere(actor, HOLD)

        def make() -> LegalHold:
            body = NewHold.read(self.request.data)
            require(actor, HOLD, body["authority"])
            return pruning.hold(body["authority"], body.get("subject"), actor=actor, at=at)

        holds = LegalHold.objects.filter(tenant__in=actor.may(HOLD))
        return _line(do_once(self.request, holds, make, status=CREATED))


class LiftHold(CaseView):
    """POST /api/v1/audit/holds/{id}/lift."""

    @case_operation("holds_lift", HoldOut, takes=Nothing, tag="audit", once=True)
    def post(self, pk: UUID) -> dict[str, Any]:
        """Lift a hold; what it kept beyond its time is pruned the next day. Doing it again changes nothing."""
        actor, at = self.actor, self.at
        require_somewhere(actor, HOLD)
        hold = LegalHold.objects.select_for_update().filter(tenant__in=actor.may(HOLD), pk=pk).first()
        if hold is None:
            raise NotVisible
        if done_before(self.request, LegalHold.objects.filter(pk=pk)) is None:
            Nothing.read(self.request.data)
            if hold.lifted_at is None:
                pruning.lift(hold, actor=actor, at=at)
                hold.lifted_at = at
            keep_done(self.request, pk, status=200)
        return _line(hold)
