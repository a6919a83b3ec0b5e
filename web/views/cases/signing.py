"""Second signature: read the proposal, then sign, refuse or withdraw, each once."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.request import ServiceRequest
from referrals.access import child_sight
from referrals.errors import NotVisible
from referrals.execution import approvals
from referrals.execution.runner import StepResult
from referrals.models import Approval
from referrals.reading import approvals as reading_approvals
from referrals.reading import names as reading_names
from referrals.reading.disclosures import opened, seen
from referrals.workflow.inputs import Reasoned
from web.cases import display
from web.cases.base import heading, once, onwards, zone_of
from web.cases.panel import brings
from web.forms import Ask
from web.generic import InputPage


class Signature(InputPage):
    keeps = True
    takes, asks, ids = Reasoned, (Ask("reason", _("Motivation"), rows=3),), ""
    template = "web/cases/signature.html"

    def get(self, request: ServiceRequest, pk: UUID, approval: UUID) -> HttpResponse:
        referral, ties = seen(request, pk)
        actor = self.actor
        rows, names = opened(
            referral,
            ties,
            lambda scope: (
                reading_approvals.approvals(
                    referral, child_sight.sight_of(referral, ties, actor), scope, user_id=actor.user_id
                ),
                reading_names.names(referral, ties, scope, actor=actor),
            ),
            actor=actor,
            at=self.at,
        )
        row = next((one for one in rows if one["id"] == str(approval) and "given" in one), None)
        if row is None:
            raise NotVisible
        step = display.step_of(row["machine"], row["step"])
        people = reading_names.staff([row["proposer"], row["approver"]])
        called = names.children | names.holders | people
        zone = zone_of(referral)
        return self.show(
            heading(referral, ties)
            | self.page_context(pk, approval, referral.version)
            | self.filled({})
            | {
                "step": display.step_words(row["machine"], row["step"]),
                "law": step.law if step else "",
                "brings": brings(step) if step else [],
                "given": display.step_lines(step.takes, row["given"], called) if step else [],
                "proposer": people.get(row["proposer"], ""),
                "approver": people.get(row["approver"], ""),
                "requested": display.instant(row["requested_at"], zone),
                "expires": display.instant(row["expires_at"], zone),
                "state_label": display.label(row["state"]),
                "mine": row["approver"] == str(actor.user_id) and row["state"]["code"] == "requested",
                "proposed": row["proposer"] == str(actor.user_id) and row["state"]["code"] == "requested",
            }
        )

    def page_context(self, pk: UUID, approval: UUID, version: int | None) -> dict[str, Any]:
        return {
            "approval": approval,
            "version": version,
            "back": reverse("case-part", args=[pk, "signatures"]),
        }

    def act(self, request: ServiceRequest, pk: UUID, approval: UUID) -> HttpResponse:
        what, actor, at = self.sent.text("what"), self.actor, self.at

        def act() -> StepResult:
            if what == "sign":
                return approvals.sign(pk, approval, actor=actor, at=at, version=self.sent.version)
            if what == "withdraw":
                return approvals.withdraw_proposal(pk, approval, actor=actor, at=at)
            approvals.open_approval(pk, approval, actor=actor, at=at, side="approver")
            return approvals.refuse(pk, approval, actor=actor, at=at, reason=self.validated()["reason"])

        row = Approval.objects.filter(pk=approval, referral=pk).values_list("machine", "step").first()
        once(self, pk, {"what": what} | self.body(), act)
        if row is None:
            raise NotVisible
        return onwards(self, pk, f"{row[0]}-{row[1]}" if what == "sign" else "")

    def redisplay(self, problem: Mapping[str, Any], pk: UUID, approval: UUID) -> HttpResponse:
        referral, ties = seen(self.request, pk)
        row = referral.approvals.filter(pk=approval, approver=self.actor.user_id).first()
        return self.show(
            heading(referral, ties)
            | self.page_context(pk, approval, referral.version)
            | self.again(problem)
            | {
                "step": display.step_words(row.machine, row.step) if row else "",
                "mine": row is not None,
                "again": True,
            }
        )
