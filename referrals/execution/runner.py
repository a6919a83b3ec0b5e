"""Step runner: the only writes of a case; ``run_step`` is the one place that changes a state.

It changes the state, applies the effects, starts and stops the deadlines, calls the hooks of the features, and writes
record and entry.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from accounts.actor import Actor, system
from audit import journal
from audit.events import Purpose, register
from referrals.access import row_level_security
from referrals.execution import hooks
from referrals.models import Approval, Referral
from referrals.vocabulary import states
from referrals.vocabulary.ages import AgeBand
from referrals.vocabulary.states import ACTIVE, ApprovalState, ChildKind, Machine, State, Urgency
from referrals.workflow import clocks, joined_files
from referrals.workflow.case import Case
from referrals.workflow.context import StepContext, StepInput
from referrals.workflow.step import Step, steps

register("approval:requested", "approval:refused", "approval:lapsed")

DONE: Final = 200
ASKED: Final = 202


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """Result of a step: the case, and what the answer may reveal of it."""

    referral: Referral
    made: UUID | None = None
    approval: UUID | None = None
    warnings: Sequence[str] = ()

    @property
    def status(self) -> int:
        """Return the kind of outcome as HTTP names it: 202 where a second signature is awaited."""
        return ASKED if self.approval else DONE


def run_step(
    step: Step,
    case: Case,
    step_input: StepInput,
    *,
    signer: Actor | None = None,
    beside: Case | None = None,
) -> StepContext:
    """Move the state, do the effects, run the clocks, write it down; guards have been asked.

    ``beside`` is the case on which the act began, where this is what it does to a second one.
    """
    act = StepContext(step, case, step_input, actor=case.actor, at=case.at)
    act.signer, act.beside = signer, beside
    # Guards aren't asked there: the step that brings it along has asked for both cases, which are locked together
    # (`also_locks`).
    act.elsewhere = lambda name, other, **values: run_step(
        steps.get(Machine.REFERRAL, name),
        other,
        StepInput({"referral": case.referral.pk, **values}),
        signer=signer,
        beside=case,
    )
    act.alarm = lambda what: _alarm(case, what)
    referral, before_case = case.referral, str(case.referral.state)
    row = referral if step.machine is Machine.REFERRAL else case.part
    before = str(row.state) if row is not None else ""
    if step.machine is Machine.JUDICIAL:
        case.justice_moved = True
    # Before the effects: entries of the steps that they fire bear the version that the case will have.
    referral.version += 0 if step.quiet else 1
    # Before the state moves: where a step leads may depend on what it decides for each child.
    for effect in step.carries:
        effect(act)
    if step.source:
        # Behind `require_state`, django-fsm refuses a wrong source a second time (0005).
        step.run(row, step_input, case)
        if row is not referral:
            row.save()  # effects read the parts anew: what is over must not count as alive
    for effect in step.effects:
        effect(act)
    # A step that makes its row has it only now; other rows are saved again, with what effects have set on them.
    if step.machine is not Machine.REFERRAL:
        row = case.part
        row.save()
    # After the effects, for a clock may count from what they set; before the hooks, which look at the clocks that run.
    act.plain_clocks(before_case)
    hooks.after_step(act, before_case)
    if str(referral.state) != before_case:
        hooks.after_leaving_state(act, before_case)
    # After the hooks: the shell sums up what has become of all.
    refresh_shell(case)
    case.save()
    _lapse_approvals(case, before_case)
    # In the transaction of the act: no entry, no act (SEC-AL2, SEC-AL4).
    if step.recorded:
        act.record(before=before, after=str(row.state), part=None if row is referral else row)
    hooks.tell(act)
    return act


def _alarm(filing: Case, what: str) -> None:
    """Flag a danger at the file that the filing was joined to (T08 ⇒ T14); whoever told of it sees nothing."""
    step = steps.get(Machine.REFERRAL, "flag_immediate_danger")
    # Whoever adds to a filing sees nothing of the file: the service acts, in that person's name (SEC-AZ11).
    with row_level_security.beyond():
        for pk in joined_files.joined_to(filing.referral.pk):
            referral = Referral.objects.select_related("authority", "concern").get(pk=pk)
            if referral.state not in ACTIVE:
                continue
            target = Case(referral, actor=service_for(filing.actor), at=filing.at)
            for child in target.children:
                # Once: flagged again, the child's clock (C3) would start anew.
                if child.kind == ChildKind.SUBJECT and not child.immediate_danger:
                    step_input = StepInput({"child": child.pk, "what": what})
                    run_step(step, target, step_input, beside=filing)


def refresh_shell(case: Case) -> None:
    """Show on the referral what its children, clocks and referrals to justice have become."""
    referral = case.referral
    children = case.children
    # Of those recorded by mistake too: what was thought of them stands until it is taken back (T44).
    statuses = [child.prostitution_status for child in case.recorded]
    ever = [*(child.status_ever for child in case.recorded), referral.status_ever, *statuses]
    referral.prostitution_status = states.gravest(statuses)
    referral.status_ever = states.gravest(ever)
    referral.immediate_danger = any(child.immediate_danger for child in children)
    referral.runaway = any(child.runaway for child in children)
    referral.under_2 = any(child.under_2 for child in children)
    referral.under_15 = any(child.under_15 for child in children)
    referral.majority_near = any(child.majority_near for child in children)
    bands = [
        child.age_band
        for child in children
        if child.kind == ChildKind.SUBJECT and child.age_band != "unknown"
    ]
    referral.age_band = min(bands, key=list(AgeBand).index) if bands else AgeBand.UNKNOWN
    referral.urgency_ever = max(Urgency(referral.urgency_ever), Urgency(referral.urgency))
    # Only then: it costs a query, and no other step changes it.
    if case.justice_moved:
        case.forget("judicial_referrals")
        referral.judicial_status = case.judicial_referrals[-1].state if case.judicial_referrals else ""
    # A draft has no authority yet whose settings count, and nothing of a purged case is due.
    if referral.state not in (State.DRAFT, State.PURGED):
        clocks.reset_target(case)
        (
            referral.next_due_at,
            referral.due_with_measures_at,
            referral.due_with_justice_at,
        ) = clocks.next_dues(case)


def close_approval(approval: Approval, state: ApprovalState, *, at: datetime) -> None:
    """Decide on a request for a signature, or let it lapse."""
    approval.state, approval.decided_at = state, at
    approval.save(update_fields=["state", "decided_at"])


def _lapse_approvals(case: Case, before: str) -> None:
    """Let requests lapse that were made in a state which the case has left (domain.md §2.7)."""
    # No signature is asked for on a draft: a filing spares the query.
    if str(case.referral.state) == before or before == State.DRAFT:
        return
    for approval in case.referral.approvals.filter(state=ApprovalState.REQUESTED).exclude(
        asked_state=str(case.referral.state)
    ):
        close_approval(approval, ApprovalState.LAPSED, at=case.at)
        record_act("approval:lapsed", case, actor=service_for(case.actor))


def record_act(act: str, case: Case, *, actor: Actor) -> None:
    """Write an entry about a case that isn't of a declared step."""
    journal.record(
        act,
        actor=actor,
        at=case.at,
        objects=[case.pseudonym],
        tenant=case.referral.authority_id,
        purpose=Purpose.HANDLING,
        version=case.referral.version,
    )


def service_for(actor: Actor) -> Actor:
    """Return the service itself at work for somebody, whom its entries name (SEC-AZ11)."""
    return system(origin=actor.origin, obo=actor.user_id or actor.obo, filing=actor.filing)
