"""API of second signatures on rows that belong to an authority: what awaits the caller, one of them, and deciding."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.urls import URLPattern, path
from rest_framework import serializers

from accounts.api.once import do_once
from accounts.request import bare
from audit import journal
from audit.events import Purpose
from core.languages import in_both
from referrals.errors import NotAllowed
from referrals.execution import row_approvals, row_proposals
from referrals.models import RowApproval
from referrals.rest import schema
from referrals.rest.case_views import CaseView, case_operation
from referrals.vocabulary.formats import labelled, moment
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

    @case_operation("row_approvals_list", RowApprovalsOut, tag="approval")
    def get(self) -> dict[str, Any]:
        """List the steps on rows of the caller's authorities that await its signature; nothing is opened."""
        actor, at = self.actor, self.at
        if not row_approvals.signs(actor):
            raise NotAllowed("read:approvals")
        rows = row_approvals.awaiting(actor, at=at)
        journal.record("list:opened", actor=actor, at=at, purpose=Purpose.LISTING, count=len(rows))
        return {"results": [line(row) for row in rows]}


class OneRowApproval(CaseView):
    """GET /api/v1/approvals/{id}."""

    @case_operation("row_approvals_read", RowApprovalOut, tag="approval")
    def get(self, pk: UUID) -> dict[str, Any]:
        """Read what is proposed, as who proposed it or is asked to sign it; the reading is an entry."""
        actor, at = self.actor, self.at
        row = row_approvals.one(pk, actor=actor)
        given = row_proposals.given(row, actor=actor, at=at)
        return line(row) | {"given": given, "reason": row_proposals.reason_of(row, actor=actor, at=at)}


class _Decide(CaseView):
    """POST: decide on a request once, under one Idempotency-Key."""

    def decide(self, pk: UUID, act: Callable[[], RowApproval]) -> dict[str, Any]:
        bare(self.request).purpose = Purpose.HANDLING  # a refusal bears it too
        row_approvals.one(pk, actor=self.actor)
        return line(do_once(self.request, row_approvals.parts_of(self.actor), act))


class SignRow(_Decide):
    """POST /api/v1/approvals/{id}/sign."""

    @case_operation("row_approvals_sign", RowApprovalLine, takes=Nothing, tag="approval", once=True)
    def post(self, pk: UUID) -> dict[str, Any]:
        """Sign: the step is done, in both names (SEC-AZ12)."""

        def sign() -> RowApproval:
            Nothing.read(self.request.data)
            return row_approvals.sign(pk, actor=self.actor, at=self.at)

        return self.decide(pk, sign)


class RefuseRow(_Decide):
    """POST /api/v1/approvals/{id}/refuse."""

    @case_operation("row_approvals_refuse", RowApprovalLine, takes=Reasoned, tag="approval", once=True)
    def post(self, pk: UUID) -> dict[str, Any]:
        """Refuse, with a reason; nothing moves."""

        def refuse() -> RowApproval:
            row_approvals.require_open(pk, self.actor, side="approver", at=self.at)
            reason = Reasoned.read(self.request.data)["reason"]
            return row_approvals.refuse(pk, actor=self.actor, at=self.at, reason=reason)

        return self.decide(pk, refuse)


class WithdrawRow(_Decide):
    """POST /api/v1/approvals/{id}/withdraw."""

    @case_operation("row_approvals_withdraw", RowApprovalLine, takes=Nothing, tag="approval", once=True)
    def post(self, pk: UUID) -> dict[str, Any]:
        """Take the proposal back; nothing moves."""

        def withdraw() -> RowApproval:
            Nothing.read(self.request.data)
            return row_approvals.withdraw(pk, actor=self.actor, at=self.at)

        return self.decide(pk, withdraw)


def approval_routes() -> list[URLPattern]:
    """Return the addresses of second signatures on rows of no case."""
    return [
        path("approvals", RowApprovals.as_view(), name="row-approvals"),
        path("approvals/<uuid:pk>", OneRowApproval.as_view(), name="row-approval"),
        path("approvals/<uuid:pk>/sign", SignRow.as_view(), name="row-approval-sign"),
        path("approvals/<uuid:pk>/refuse", RefuseRow.as_view(), name="row-approval-refuse"),
        path("approvals/<uuid:pk>/withdraw", WithdrawRow.as_view(), name="row-approval-withdraw"),
    ]
