"""Second signatures on rows that belong to an authority: signing, refusing, withdrawing, what awaits somebody (2S).

On signature the proposer's rights, state, guards and checks are asked again, and the signer's; then the step is done,
in both names. A request lapses when the row leaves the state in which it was made, or after ``APPROVAL_DAYS``.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.access import office_holders
from accounts.actor import SYSTEM, Actor
from accounts.roles import Role
from accounts.signin import actor_of_user
from outbox.scheduler import recurring
from referrals.access.row_level_security import for_the_service
from referrals.errors import ApprovalClosed, ApproverRefused, NotAllowed, NotVisible
from referrals.execution import row_proposals
from referrals.execution.row_machine import RUNNERS, RowContext, RowMachine, signing_roles
from referrals.models import RowApproval
from referrals.policy.definitions import protocol_of
from referrals.vocabulary.states import ApprovalState, Machine
from referrals.workflow.context import StepInput, step_input_of
from referrals.workflow.step import Step, require_proof, steps

BATCH = 200


def signs(actor: Actor) -> bool:
    """Tell whether the actor holds a role that may be asked for such a signature."""
    return bool(actor.holding(signing_roles()))


def parts_of(actor: Actor) -> "QuerySet[RowApproval]":
    """Return the proposals in which the actor has a part: as proposer or as the named approver.

    A token of a role that signs nothing, and who has left the authority, has none.
    """
    if actor.user_id is None:
        return RowApproval.objects.none()
    here = RowApproval.objects.filter(authority__in=sorted(actor.authority_ids))
    own = here.filter(approver=actor.user_id) | here.filter(proposer=actor.user_id)
    return own.select_related("proposer", "approver", "authority")


def awaiting(actor: Actor, *, at: datetime) -> list[RowApproval]:
    """Return the proposals that the actor is asked to sign, the first to lapse first."""
    if not signs(actor):
        return []
    rows = parts_of(actor).filter(approver=actor.user_id, state=ApprovalState.REQUESTED, expires_at__gt=at)
    return list(rows.order_by("expires_at", "id"))


def one(pk: UUID, *, actor: Actor) -> RowApproval:
    """Return a proposal in which the actor has a part.

    Raises:
        NotVisible: absent, or of others; the two look the same.
    """
    row = parts_of(actor).filter(pk=pk).first()
    if row is None:
        raise NotVisible
    return row


def step_of(proposal: RowApproval) -> Step:
    """Return the step that was proposed."""
    return steps.get(Machine(proposal.machine), proposal.step)


def sign(pk: UUID, *, actor: Actor, at: datetime) -> RowApproval:
    """Sign what another person proposed: rights, state, guards and checks are asked again, then the step is done.

    Raises:
        NotVisible: nothing is asked of this person.
        ApprovalClosed: it was decided, its time is over, or the row has moved since.
        ApproverRefused: the signer no longer may.
        NotAllowed, WrongState, GuardRefused: as for the proposer, now.
        StepUpRequired: the step is grave, and the last proof of the signer's session is too old.
    """
    step = step_of(_proposal_of(pk, actor, side="approver"))
    require_proof(step, actor, at=at)
    proposal, runner, proposer, row = _locked(pk, actor, at=at)
    if row is None:
        # A role that ended since doesn't act through another's signature (SEC-AZ10).
        raise NotAllowed(step.event)
    if str(row.state) != proposal.asked_state:
        raise ApprovalClosed
    context = runner.require_possible(step, row, actor=proposer, at=at)
    # It was kept as JSON: reading it gives ids and days back, and asks the rules of today's input.
    step_body = row_proposals.given(proposal, actor=actor, at=at)
    step_input = step_input_of(step.takes.read(step_body))
    runner.require_checks(step, context, step_input)
    reason = runner.second_signature(step, context, step_input)
    signers = runner.require_signer(step, context, step_input, actor.user_id, reason or "")
    roles = actor.roles_in(proposal.authority_id)
    role = next((role for role in signers if role in roles), None)
    if role is None:
        raise ApproverRefused(step.name, signers, reason or "")
    # Before the step, which would otherwise let its own request lapse when it changes the state.
    row_proposals.close(proposal, ApprovalState.APPROVED, actor=actor, at=at)
    context.signer = actor.acting_as(role, authority_id=proposal.authority_id)
    runner.run_step(step, context, step_input)
    return proposal


def refuse(pk: UUID, *, actor: Actor, at: datetime, reason: str) -> RowApproval:
    """Refuse to sign, with a reason that the proposer reads; nothing moved.

    Raises:
        NotVisible, ApprovalClosed: see ``sign``.
    """
    proposal = require_open(pk, actor, side="approver", at=at)
    row_proposals.close(proposal, ApprovalState.REFUSED, actor=actor, at=at, reason=reason)
    return proposal


def withdraw(pk: UUID, *, actor: Actor, at: datetime) -> RowApproval:
    """Take back the own request for a signature.

    Raises:
        NotVisible, ApprovalClosed: see ``sign``.
    """
    proposal = require_open(pk, actor, side="proposer", at=at)
    row_proposals.close(proposal, ApprovalState.LAPSED, actor=actor, at=at)
    return proposal


def candidates(
    runner: RowMachine[Any, Any], step: Step, context: RowContext[Any], step_input: StepInput
) -> list[UUID]:
    """Return who may be asked to sign a step, as far as nobody has said yet what it brings."""
    reasons = step.signed_when.sentences if step.signed_when is not None else ()
    roles: set[Role] = {role for reason in reasons for role in step.signers(reason)}
    signers = tuple(sorted(roles or step.second_signers))
    people: Iterable[UUID] = office_holders(signers, context.authority.pk, at=context.at)
    return sorted(one for one in people if runner.may_sign(step, context, step_input, one, signers=signers))


@recurring("row-approvals:over", every=timedelta(minutes=10))
def sweep(at: datetime) -> int:
    """Let requests lapse whose time is over, and destroy what decided ones say; return of how many.

    What was refused is read by its proposer for as long as a signature is waited for (``APPROVAL_DAYS``).
    """
    with for_the_service():
        rows = RowApproval.objects.select_for_update(skip_locked=True, of=("self",)).select_related(
            "authority"
        )
        over = list(rows.filter(state=ApprovalState.REQUESTED, expires_at__lte=at)[:BATCH])
        for row in over:
            row_proposals.close(row, ApprovalState.LAPSED, actor=SYSTEM, at=at)
        decided = rows.filter(decided_at__isnull=False, ended_at=None).order_by("decided_at", "id")
        ended = [
            row
            for row in decided[:BATCH]
            if row.decided_at is not None
            and row.decided_at <= at - timedelta(days=protocol_of(row.authority, at).approval_days)
        ]
        for row in ended:
            row_proposals.end(row, at=at)
    return len(over) + len(ended)


def _proposal_of(pk: UUID, actor: Actor, *, side: str) -> RowApproval:
    row = parts_of(actor).filter(pk=pk, **{side: actor.user_id}).first()
    if row is None:
        raise NotVisible
    return row


def _locked(pk: UUID, actor: Actor, *, at: datetime) -> tuple[RowApproval, RowMachine[Any, Any], Actor, Any]:
    """Return an open proposal and its row under their locks, in the order in which steps take them."""
    proposal = _proposal_of(pk, actor, side="approver")
    runner = RUNNERS[Machine(proposal.machine)]
    # With the rights of now.
    proposer = actor_of_user(proposal.proposer, actor.origin, at=at)
    rows = runner.visible_to(proposer, at=at).select_for_update(of=("self",))
    row = rows.filter(pk=proposal.target).first()
    # Under the row's lock: of two answers at once the second finds it closed (SEC-FT6).
    return require_open(pk, actor, side="approver", at=at), runner, proposer, row


def require_open(pk: UUID, actor: Actor, *, side: str, at: datetime) -> RowApproval:
    """Return a request that still waits, under its lock, to its ``approver`` or ``proposer`` alone.

    Raises:
        NotVisible, ApprovalClosed: see ``sign``.
    """
    row = parts_of(actor).filter(pk=pk, **{side: actor.user_id}).select_for_update(of=("self",)).first()
    if row is None:
        raise NotVisible
    if row.state != ApprovalState.REQUESTED or row.expires_at <= at:
        raise ApprovalClosed
    return row
