"""Step views: one route and one typed operation per declared step of the four machines, from the declarations.

``/referrals/{id}/{step}``, ``…/judicial-referrals/{jid}/{step}``, ``…/assessment/{step}``,
``…/measures/{mid}/{step}``; a step that makes its part has no part's id.
"""

from datetime import datetime
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actor import Actor
from accounts.api.once import do_once, once_of
from accounts.models import Replay
from accounts.request import bare
from audit.events import Purpose
from core.languages import ENGLISH, FRENCH, in_language
from core.query import Query
from referrals.access import transfer_targets
from referrals.access.relations import CaseAccess
from referrals.errors import NotVisible
from referrals.execution import approvals, row_proposals, runner
from referrals.execution import perform as execution_perform
from referrals.execution.preconditions import FILING, StepRequest
from referrals.execution.row_machine import RowMachine
from referrals.models import Referral
from referrals.reading.disclosures import concern_case
from referrals.rest import schema
from referrals.rest.case_views import CaseView, case_operation
from referrals.vocabulary.law import citations
from referrals.vocabulary.states import Machine
from referrals.workflow.inputs import Nothing, Reasoned
from referrals.workflow.machines import MACHINES, address
from referrals.workflow.step import RECEIVER, Step, steps


class PerformStep(CaseView):
    """POST: do one step; the body is its data. A subclass per step names it."""

    step: ClassVar[Step]

    def perform(self, request: Request, pk: UUID, part: UUID | None = None) -> Response:
        """Do the step that the class is about."""
        step_request = StepRequest(
            step=self.step, referral_id=pk, part_id=part, body=request.data, version=self.version
        )
        bare(request).purpose = self.step.purpose  # a refusal bears it too
        actor, at = self.actor, self.at
        filing = self.step.source == FILING
        return self.write(
            pk, lambda: execution_perform.perform(step_request, actor=actor, at=at), filing=filing
        )

    def seen(self, pk: UUID) -> tuple[Referral, CaseAccess]:
        """Return the case; to whom another authority asks to take it over, it is there for the steps that answer."""
        if RECEIVER in self.step.sides:
            received = transfer_targets.offered(pk, actor=self.actor, at=self.at)
            if received is not None:
                return concern_case(bare(self.request), *received)
        return super().seen(pk)

    def unseen(self, pk: UUID) -> Response:
        """Answer who sends an answer a second time: the first one has taken the case out of their sight."""
        once = once_of(self.request) if RECEIVER in self.step.sides else None
        past = once.honoured(self.actor) if once is not None else None
        return super().unseen(pk) if past is None else self.done_before(pk, past)

    def done_before(self, pk: UUID, past: Replay) -> Response:
        """Answer a step that was done already; of one taken over, with the case that it became, if one sees that."""
        try:
            return super().done_before(pk, past)
        except NotVisible:
            if RECEIVER not in self.step.sides:
                raise
        if past.part is not None:
            super().seen(past.part)
        return Response(
            {"id": str(past.thing)} | ({"made": str(past.part)} if past.part else {}), status=past.status
        )


class PerformRowStep(CaseView):
    """POST: do one step on a row that belongs to an authority; the body is its data. A subclass per step names it."""

    step: ClassVar[Step]
    runner: ClassVar[RowMachine[Any, Any]]
    #: What the journal says that a refused request was for.
    purpose: ClassVar[Purpose | None] = None

    def shown(self, row: Any, *, actor: Actor, at: datetime) -> dict[str, Any]:
        """Return the row as the answer has it."""
        raise NotImplementedError

    def perform(self, request: Request, pk: UUID) -> Response:
        """Do the step that the class is about, once under one Idempotency-Key."""
        Query.of(request.query_params)
        bare(request).purpose = self.purpose  # a refusal bears it too
        actor, at = self.actor, self.at
        if not self.runner.visible_to(actor, at=at).filter(pk=pk).exists():
            raise NotVisible
        act = partial(self.runner.perform, self.step, pk, request.data, actor=actor, at=at)
        row = do_once(request, self.runner.visible_to(actor, at=at), act)
        body = self.shown(row, actor=actor, at=at)
        if self.step.signed_when is not None:
            waiting = row_proposals.awaited(self.step.machine, pk, at=at)
            own = (one for one in waiting if one.step == self.step.name and one.proposer_id == actor.user_id)
            if (proposal := next(own, None)) is not None:
                return Response(body | {"approval": str(proposal.pk)}, status=runner.ASKED)
        return Response(body)


def view_of(step: Step, base: type[PerformStep | PerformRowStep] = PerformStep, **described: Any) -> Any:
    """Return the view of one step, with its own operation in the schema (``described``: responses, parameters)."""
    name = "".join(part.capitalize() for part in f"{step.machine}_{step.name}".split("_"))
    described = described or {
        "responses": {200: schema.CaseAnswer, 202: schema.CaseAnswer},
        "parameters": [schema.IF_MATCH, schema.IDEMPOTENCY_KEY],
    }
    operation = extend_schema(
        operation_id=f"{step.machine}_{step.name}",
        summary=f"{step.number} {in_language(step.label, ENGLISH)} — {in_language(step.label, FRENCH)}",
        description=f"{step.doc}\n\n{_law(step)}",
        request=step.takes,
        tags=[str(step.machine)],
        **described,
    )

    def post(self: Any, request: Request, **address: UUID) -> Response:
        response: Response = self.perform(request, **address)
        return response

    members = {"step": step, "post": operation(post), "__doc__": step.doc, "__module__": __name__}
    view: Any = type(name, (base,), members)
    return view.as_view()


def _law(step: Step) -> str:
    return ", ".join(f"[{one['text']}]({one['address']})" for one in citations.citation_lines(step.law))


def row_step_routes(machine: Machine, base: type[PerformRowStep], answer: object) -> list[URLPattern]:
    """Return the routes of the steps of a machine whose rows belong to an authority; ``answer``: the row's schema."""
    return [
        path(
            f"{MACHINES[machine].folder}/<uuid:pk>/{step.name}",
            view_of(step, base, responses=_answers(step, answer), parameters=[schema.IDEMPOTENCY_KEY]),
            name=f"{step.machine}-{step.name}",
        )
        for step in steps.of(machine)
        if not step.internal and not step.creates
    ]


def _answers(step: Step, answer: object) -> dict[int, object]:
    """Return the answers of a step on a row; one that two sign may be proposed first."""
    return {200: answer} | ({runner.ASKED: answer} if step.signed_when is not None else {})


def step_routes() -> list[URLPattern]:
    """Return the routes of all steps that a person may do."""
    routes = []
    for step in steps.all():
        begins = step.machine is Machine.REFERRAL and step.creates
        if step.internal or begins or not MACHINES[step.machine].of_case:
            continue
        about_part = step.machine is not Machine.REFERRAL and bool(step.source)
        place = address(step.machine, step.name, part="<uuid:part>" if about_part else None)
        routes.append(path(f"referrals/<uuid:pk>/{place}", view_of(step), name=f"{step.machine}-{step.name}"))
    return routes


class Sign(CaseView):
    """Sign a step that another person proposed."""

    @extend_schema(
        request=Nothing,
        responses=schema.CaseAnswer,
        operation_id="approvals_sign",
        parameters=[schema.IF_MATCH, schema.IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, pk: UUID, approval: UUID) -> Response:
        """Sign: the step is done, in both names (SEC-AZ12)."""

        def sign() -> runner.StepResult:
            Nothing.read(request.data)
            return approvals.sign(pk, approval, actor=self.actor, at=self.at, version=self.version)

        return self.write(pk, sign)


class Refuse(CaseView):
    """Refuse to sign."""

    @case_operation("approvals_refuse", schema.CaseAnswer, takes=Reasoned, once=True)
    def post(self, pk: UUID, approval: UUID) -> Response:
        """Refuse, with a reason; nothing moves."""

        def refuse() -> runner.StepResult:
            approvals.open_approval(pk, approval, actor=self.actor, at=self.at, side="approver")
            reason = Reasoned.read(self.request.data)["reason"]
            return approvals.refuse(pk, approval, actor=self.actor, at=self.at, reason=reason)

        return self.write(pk, refuse)


class WithdrawProposal(CaseView):
    """Take back the own request for a signature."""

    @case_operation("approvals_withdraw", schema.CaseAnswer, takes=Nothing, once=True)
    def post(self, pk: UUID, approval: UUID) -> Response:
        """Take the proposal back; nothing moves."""

        def withdraw() -> runner.StepResult:
            Nothing.read(self.request.data)
            return approvals.withdraw_proposal(pk, approval, actor=self.actor, at=self.at)

        return self.write(pk, withdraw)
