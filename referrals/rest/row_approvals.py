"""API of second signatures on rows that belong to an authority: what awaits the caller, one of them, and deciding."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actor import Actor
from accounts.api.once import IDEMPOTENCY_KEY, do_once
from accounts.request import bare
from audit import journal
from audit.events import Purpose
from core.languages import in_both
from core.query import Query
from referrals.errors import NotAllowed
from referrals.execution import row_approvals, row_proposals
from referrals.models import RowApproval
from referrals.rest import schema
from referrals.rest.case_views import CaseView
from referrals.vocabulary.labels import labelled, moment
from referrals.vocabulary.states import ApprovalState, Machine
from referrals.workflow.inputs import Nothing, Reasoned


class RowApprovalLine(serializers.Serializer[None]):
    """A second signature: codes, people and dates."""

    id = serializers.UUIDField()
    machine = schema.CodedValue()
    target = serializers.UUIDField(help_text="Of which row of that machine.")
    step = serializers.CharField()
    name = serializers.DictField(help_text="Of the step, in French and English.")
    law = serializers.CharField()
    state = schema.CodedValue()
    proposer = serializers.UUIDField()
    approver = serializers.UUIDField()
    requested_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)


class RowApprovalOut(RowApprovalLine):
    """The same, with what is proposed and why it was refused; empty some days after the decision."""

    given = serializers.JSONField()
    reason = serializers.CharField(allow_blank=True)


class RowApprovalsOut(serializers.Serializer[None]):
    """What awaits the caller's signature."""

    results = RowApprovalLine(many=True)


def line(row: RowApproval) -> dict[str, Any]:
    """Return a second signature as a list shows it."""
    step = row_approvals.step_of(row)
    return {
        "id": str(row.pk),
        "machine": labelled(Machine(row.machine)),
        "target": str(row.target),
        "step": row.step,
        "name": in_both(step.label),
        "law": step.law,
        "state": labelled(ApprovalState(row.state)),
        "proposer": str(row.proposer_id),
        "approver": str(row.approver_id),
        "requested_at": moment(row.requested_at),
        "expires_at": moment(row.expires_at),
        "decided_at": moment(row.decided_at),
    }


class RowApprovals(CaseView):
    """GET /api/v1/approvals."""

    @extend_schema(operation_id="row_approvals_list", responses=RowApprovalsOut, tags=["approval"])
    def get(self, request: Request) -> Response:
        """List the steps on rows of the caller's authorities that await its signature; nothing is opened."""
        Query.of(request.query_params)
        actor, at = self.actor(request), self.at(request)
        if not row_approvals.signs(actor):
            raise NotAllowed("read:approvals")
        rows = row_approvals.awaiting(actor, at=at)
        journal.record("list:opened", actor=actor, at=at, purpose=Purpose.LISTING, count=len(rows))
        return Response({"results": [line(row) for row in rows]})


class OneRowApproval(CaseView):
    """GET /api/v1/approvals/{id}."""

    @extend_schema(operation_id="row_approvals_read", responses=RowApprovalOut, tags=["approval"])
    def get(self, request: Request, pk: UUID) -> Response:
        """Read what is proposed, as who proposed it or is asked to sign it; the reading is an entry."""
        Query.of(request.query_params)
        actor, at = self.actor(request), self.at(request)
        row = row_approvals.one(pk, actor=actor)
        said = row_proposals.given(row, actor=actor, at=at)
        reason = row_proposals.reason_of(row, actor=actor, at=at)
        return Response(line(row) | {"given": said, "reason": reason})


class _Decide(CaseView):
    """POST: decide on a request once."""

    def decide(self, request: Request, pk: UUID, actor: Actor, at: datetime) -> RowApproval:
        """Do it."""
        raise NotImplementedError

    def write(self, request: Request, pk: UUID) -> Response:  # type: ignore[override]  # of no case
        """Decide once under one Idempotency-Key."""
        Query.of(request.query_params)
        bare(request).purpose = Purpose.HANDLING  # a refusal bears it too
        actor, at = self.actor(request), self.at(request)
        row_approvals.one(pk, actor=actor)
        known = row_approvals.parts_of(actor)
        row = do_once(request, known, lambda: self.decide(request, pk, actor, at))
        return Response(line(row))


class SignRow(_Decide):
    """POST /api/v1/approvals/{id}/sign."""

    @extend_schema(
        operation_id="row_approvals_sign",
        request=Nothing,
        responses=RowApprovalLine,
        parameters=[IDEMPOTENCY_KEY],
        tags=["approval"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Sign: the step is done, in both names (SEC-AZ12)."""
        return self.write(request, pk)

    def decide(self, request: Request, pk: UUID, actor: Actor, at: datetime) -> RowApproval:
        """Sign it."""
        Nothing.read(request.data)
        return row_approvals.sign(pk, actor=actor, at=at)


class RefuseRow(_Decide):
    """POST /api/v1/approvals/{id}/refuse."""

    @extend_schema(
        operation_id="row_approvals_refuse",
        request=Reasoned,
        responses=RowApprovalLine,
        parameters=[IDEMPOTENCY_KEY],
        tags=["approval"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Refuse, with a reason; nothing moves."""
        return self.write(request, pk)

    def decide(self, request: Request, pk: UUID, actor: Actor, at: datetime) -> RowApproval:
        """Refuse it."""
        row_approvals.require_open(pk, actor, side="approver", at=at)
        return row_approvals.refuse(pk, actor=actor, at=at, reason=Reasoned.read(request.data)["reason"])


class WithdrawRow(_Decide):
    """POST /api/v1/approvals/{id}/withdraw."""

    @extend_schema(
        operation_id="row_approvals_withdraw",
        request=Nothing,
        responses=RowApprovalLine,
        parameters=[IDEMPOTENCY_KEY],
        tags=["approval"],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Take the proposal back; nothing moves."""
        return self.write(request, pk)

    def decide(self, request: Request, pk: UUID, actor: Actor, at: datetime) -> RowApproval:
        """Take it back."""
        Nothing.read(request.data)
        return row_approvals.withdraw(pk, actor=actor, at=at)


def approval_routes() -> list[URLPattern]:
    """Return the addresses of second signatures on rows of no case."""
    return [
        path("approvals", RowApprovals.as_view(), name="row-approvals"),
        path("approvals/<uuid:pk>", OneRowApproval.as_view(), name="row-approval"),
        path("approvals/<uuid:pk>/sign", SignRow.as_view(), name="row-approval-sign"),
        path("approvals/<uuid:pk>/refuse", RefuseRow.as_view(), name="row-approval-refuse"),
        path("approvals/<uuid:pk>/withdraw", WithdrawRow.as_view(), name="row-approval-withdraw"),
    ]
