"""Second signature on a row of no case: read the proposal, then sign, refuse or withdraw, each once."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.request import ServiceRequest
from audit.events import Purpose
from referrals.execution import row_approvals, row_proposals
from referrals.models import RowApproval
from referrals.reading import names as reading_names
from referrals.vocabulary import formats
from referrals.vocabulary.states import ApprovalState, Machine
from referrals.workflow.inputs import Reasoned
from web.cases import display
from web.cases.panel import brings
from web.forms import ZONE, Ask
from web.generic import InputPage

#: The page of a row of each machine, by the name of its address; the two who sign read there what it is about.
PAGES: Final[dict[Machine, str]] = {}


class RowSignature(InputPage):
    keeps = True
    takes, asks, ids = Reasoned, (Ask("reason", _("Motivation"), rows=3),), ""
    purpose, shows = Purpose.HANDLING, "row-signature"
    template = "web/cases/row_signature.html"

    def prepare(self, pk: UUID) -> None:
        self.row = row_approvals.one(pk, actor=self.actor)

    def context(self, pk: UUID) -> dict[str, Any]:
        row = self.row
        step = row_approvals.step_of(row)
        given = row_proposals.given(row, actor=self.actor, at=self.at)
        people = reading_names.staff([str(row.proposer_id), str(row.approver_id)])
        return {
            "law": step.law,
            "brings": brings(step),
            "given": display.step_lines(step.takes, given, people),
            "refused": row_proposals.reason_of(row, actor=self.actor, at=self.at),
        }

    def act(self, request: ServiceRequest, pk: UUID) -> HttpResponseBase:
        # What a refused signature closed is open again on the page that tells why.
        with transaction.atomic():
            return super().act(request, pk)

    def body(self) -> dict[str, Any]:
        return {"what": self.sent.text("what")} | super().body()

    def do(self, body: dict[str, Any]) -> UUID:
        """Sign, refuse with a reason, or take the own proposal back."""
        pk, actor, at = self.pk, self.actor, self.at
        if body["what"] == "sign":
            return row_approvals.sign(pk, actor=actor, at=at).pk
        if body["what"] == "withdraw":
            return row_approvals.withdraw(pk, actor=actor, at=at).pk
        row_approvals.require_open(pk, actor, side="approver", at=at)
        reason = Reasoned.read({name: value for name, value in body.items() if name != "what"})["reason"]
        return row_approvals.refuse(pk, actor=actor, at=at, reason=reason).pk

    def again(self, problem: Mapping[str, Any]) -> dict[str, Any]:
        # What is proposed is read on the page of the proposal: nothing is opened here.
        return super().again(problem) | {"again": True}

    def around(self) -> dict[str, Any]:
        row = self.row
        is_open = row.state == ApprovalState.REQUESTED and row.expires_at > self.at
        page = PAGES.get(Machine(row.machine))
        approves = row.approver_id == self.actor.user_id
        return line(row) | {
            "approver": row.approver.full_name,
            "state_label": str(ApprovalState(row.state).label),
            "mine": is_open and approves,
            "proposed": is_open and not approves,
            "page": reverse(page, args=[row.target]) if page else "",
            "back": reverse("to-sign") if approves or not page else reverse(page, args=[row.target]),
        }


def line(row: RowApproval) -> dict[str, Any]:
    return {
        "pk": row.pk,
        "step": display.step_words(row.machine, row.step),
        "by": row.proposer.full_name,
        "asked": display.instant(formats.moment(row.requested_at), ZONE),
        "until": display.instant(formats.moment(row.expires_at), ZONE),
    }
