"""Second signatures: asking for one, signing, refusing, withdrawing (domain.md 2S)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from accounts.actor import Actor
from accounts.roles import Role
from accounts.signin import actor_of_user
from audit.disclosure import disclosure
from audit.events import Purpose
from core.languages import Text
from referrals.access import case_ties, child_sight, visibility
from referrals.access.relations import CaseAccess
from referrals.errors import ApprovalClosed, ApproverRefused, NotAllowed, NotVisible
from referrals.execution import hooks, signatories
from referrals.execution.preconditions import (
    StepRequest,
    case_for,
    lock_case,
    parse,
    require_checks,
    require_version,
    second_signature,
)
from referrals.execution.runner import StepResult, close_approval, record_act, run_step
from referrals.models import Approval, Child, Referral, StandIn
from referrals.reading import approvals
from referrals.vocabulary.states import ApprovalState, Machine
from referrals.workflow import people as workflow_people
from referrals.workflow.case import Case
from referrals.workflow.context import StepContext, StepInput, as_json
from referrals.workflow.step import require_proof, steps


def ask_approval(request: StepRequest, case: Case, step_input: StepInput, *, reason: Text) -> Approval:
    """Open a request for a second signature; nothing moves until it is given (domain.md 2S).

    Raises:
        ApproverRefused: nobody is named, or who is named may not sign.
    """
    step, approver = request.step, step_input.get("approver")
    signers = signatories.signers(step, case, reason)
    # Asked now as well as at the signing: the proposer can still name somebody else.
    if approver is None or not _may_sign(case, step_input, signers, approver):
        raise ApproverRefused(step.name, signers, reason)
    act = StepContext(step, case, step_input, actor=case.actor, at=case.at)
    opened: Approval = act.new(
        "approvals",
        step=step.name,
        machine=step.machine,
        part=request.part_id,
        proposer_id=case.actor.user_id,
        proposer_role=case.actor.role,
        # Whoever is stood in for must not sign either (0011).
        obo=case.actor.obo,
        approver_id=approver,
        # The request lapses when the case leaves this state (domain.md §2.7).
        asked_state=str(case.referral.state),
        requested_at=case.at,
        expires_at=case.at + timedelta(days=case.protocol.approval_days),
        children=[str(child.pk) for child in _about(case, step_input)],
        # Sealed as class D: what a step is given may be as grave as the facts.
        given=as_json(step_input),
    )
    record_act("approval:requested", case, actor=case.actor)
    hooks.ask_signature(case, approver)
    return opened


def _may_sign(case: Case, step_input: StepInput, signers: Sequence[Role], user: UUID) -> bool:
    """Tell whether a person may sign a step of this case: another one, in a signing role, not excluded.

    Of a restricted case, and of a step that is about a restricted child, somebody of its list (T46): nobody signs what
    they read in part.

    Who proposed in the name of an absent person and that person are one side, and so is whoever stands in for either:
    two persons stay two (SEC-AZ12).
    """
    side = {case.actor.user_id, case.actor.obo} - {None}
    if user in side or StandIn.objects.in_force(case.at).filter(stand_in=user, absent__in=side).exists():
        return False
    fit = any(workflow_people.holders_of(case, role, {user}) for role in signers)
    withheld = any(child.restricted for child in _about(case, step_input))
    if not fit or not _may_know_of_file(case, step_input, user):
        return False
    if not (case.referral.restricted or withheld):
        return True
    # A list that can't change itself any more is completed by who broke the glass (T46).
    left_alone = case.step_name == "unrestrict" and not signatories.list_changes_itself(case)
    return user in case.on_list() or (left_alone and user in case.by_glass())


def _may_know_of_file(case: Case, step_input: StepInput, user: UUID) -> bool:
    """Tell whether a person may know of the file that a step names; a filing joined to the case may hold it."""
    file = (
        next((row for row in case.files if row.pk == step_input.get("file")), None)
        if "file" in step_input
        else None
    )
    # One that isn't found is refused by the step's own guard, as any unknown file is.
    if file is None or file.referral_id == case.referral.pk:
        return True
    filing = Case(file.referral, actor=case.actor, at=case.at)
    if filing.referral.exclusions.filter(lifted_at=None, user=user).exists():
        return False
    apart = filing.referral.restricted or filing.withheld(said=step_input)
    return not apart or user in filing.on_list()


def _about(case: Case, step_input: StepInput) -> list[Child]:
    """Return the children whom a proposal is about; one that changes a restriction: those who are restricted."""
    if case.step_name in steps.named("of_the_list"):
        return [child for child in case.recorded if child.restricted]
    return case.touched(step_input)


def open_approval(
    referral_id: UUID, approval_id: UUID, *, actor: Actor, at: datetime, side: str
) -> tuple[Approval, Referral, CaseAccess]:
    """Return a signature that is still asked for, to its ``approver`` or ``proposer`` alone, its case locked.

    Raises:
        NotVisible: there is none for this person.
        ApprovalClosed: it was decided, or its time is over.
    """
    # Before the lock, for the machine and the step alone: they tell which cases must be locked together, and never
    # change.
    step_key = Approval.objects.filter(pk=approval_id).values_list("machine", "step").first()
    step = steps.get(Machine(step_key[0]), step_key[1]) if step_key is not None else None
    referral, ties = lock_case(referral_id, actor=actor, at=at, step=step)
    approval = referral.approvals.filter(pk=approval_id, **{f"{side}_id": actor.user_id}).first()
    if approval is None or not approvals.approvals_seen(
        referral, child_sight.sight_of(referral, ties, actor)
    )(approval):
        raise NotVisible
    # Under the lock: of two answers at once the second finds it closed (SEC-FT6).
    if approval.state != ApprovalState.REQUESTED or approval.expires_at <= at:
        raise ApprovalClosed
    return approval, referral, ties


def sign(
    referral_id: UUID, approval_id: UUID, *, actor: Actor, at: datetime, version: int | None
) -> StepResult:
    """Sign what another person proposed: role, state and guards are asked again, then the step is done.

    Raises:
        NotVisible, ApprovalClosed: see ``open_approval``.
        ApproverRefused: the signer no longer may.
        NotAllowed, WrongState, GuardRefused: as for the proposer, now; a child is hidden from one of the two since.
        StepUpRequired: the step is grave, and the last proof of the signer's session is too old.
    """
    approval, referral, ties = open_approval(referral_id, approval_id, actor=actor, at=at, side="approver")
    # What is signed is what the signer saw: a case that has moved is shown anew first (SEC-AZ18).
    require_version(referral, version)
    step = steps.get(Machine(approval.machine), approval.step)
    require_proof(step, actor, at=at)
    # With the rights of now: a role that ended since doesn't act through another's signature (SEC-AZ10).
    proposer = actor_of_user(approval.proposer, actor.origin, at=at)
    seen = visibility.visible_to(proposer, at=at).filter(pk=referral.pk).first()
    if seen is None:
        raise NotAllowed(f"{step.machine}:{step.name}")
    step_request = StepRequest(step=step, referral_id=referral.pk, part_id=approval.part)
    # Both still know of each child: the step is done as it was proposed, or not at all.
    sight = child_sight.sight_of(seen, case_ties.ties_of(seen, proposer), proposer)
    sight = replace(sight, hidden=sight.hidden | child_sight.sight_of(referral, ties, actor).hidden)
    case = case_for(step_request, referral, sight, actor=proposer, at=at)
    # It was kept as JSON: parsing gives ids and days back, and asks the rules of today's input.
    step_input = parse(step, _proposed(approval, case, actor=actor))
    if any(child.pk in sight.hidden for child in _about(case, step_input)):
        raise NotAllowed(f"{step.machine}:{step.name}")
    require_checks(step, case, step_input, ties)
    signers = signatories.signers(step, case, second_signature(step, case, step_input))
    if not _may_sign(case, step_input, signers, approval.approver_id):
        raise ApproverRefused(step.name, signers, "")
    # Before the step, which would otherwise let its own request lapse when it changes the state.
    close_approval(approval, ApprovalState.APPROVED, at=at)
    signing = next(role for role in signers if role in actor.roles_in(referral.authority_id))  # type: ignore[arg-type]  # a submitted case has an authority
    act = run_step(step, case, step_input, signer=actor.acting_as(signing))
    row_id = act.made.pk if act.made is not None else None
    return StepResult(referral=referral, made=row_id, warnings=tuple(act.warnings))


def _proposed(approval: Approval, case: Case, *, actor: Actor) -> Any:
    # Sealed until now: to open it is a reading by who signs, with its entry (SEC-CR2).
    with disclosure(
        actor=actor,
        purpose=Purpose.DECISION,
        at=case.at,
        objects=[case.pseudonym],
        tenant=case.referral.authority_id,
    ) as scope:
        sealed_body = approval.given
        return sealed_body.open(scope) if sealed_body is not None else {}


def refuse(referral_id: UUID, approval_id: UUID, *, actor: Actor, at: datetime, reason: str) -> StepResult:
    """Refuse to sign; nothing moved.

    Raises:
        NotVisible, ApprovalClosed: see ``open_approval``.
    """
    approval, referral, _ = open_approval(referral_id, approval_id, actor=actor, at=at, side="approver")
    case = Case(referral, actor=actor, at=at)
    act = StepContext(
        steps.get(Machine(approval.machine), approval.step), case, StepInput(), actor=actor, at=at
    )
    act.change(approval, reason=reason)
    close_approval(approval, ApprovalState.REFUSED, at=at)
    record_act("approval:refused", case, actor=actor)
    return StepResult(referral=referral)


def withdraw_proposal(referral_id: UUID, approval_id: UUID, *, actor: Actor, at: datetime) -> StepResult:
    """Take back the own request for a signature.

    Raises:
        NotVisible, ApprovalClosed: see ``open_approval``.
    """
    approval, referral, _ = open_approval(referral_id, approval_id, actor=actor, at=at, side="proposer")
    close_approval(approval, ApprovalState.LAPSED, at=at)
    record_act("approval:lapsed", Case(referral, actor=actor, at=at), actor=actor)
    return StepResult(referral=referral)
