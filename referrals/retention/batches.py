"""Batches of files to be destroyed: who sees them, and the runner of their steps (domain.md §2.7, §7.3).

A batch belongs to an authority, not to a case: its steps go the way of every step (visible → role → state and guards →
body → effects → entry → notices), on the batch's own row. Which files stand in it is shown case by case, by the rule
of cases: who may not know of a case finds it in no list, and no total counts it.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from accounts.actor import Actor
from accounts.models import Membership
from accounts.roles import Role
from audit import journal
from audit.events import Purpose
from outbox.notices import About, Recipients
from outbox.notices import tell as write
from outbox.templates import Kind, Template, register
from referrals.access import visibility
from referrals.errors import GuardRefused, NotAllowed, NotVisible, WrongState
from referrals.models import RetentionBatch, RetentionLine
from referrals.retention.batch_steps import Paper
from referrals.vocabulary.states import Machine
from referrals.workflow.context import step_input_of
from referrals.workflow.step import Step, require_proof, steps

register(
    Template(
        "batch.changed",
        Kind.CASE,
        "Un bordereau d'élimination vous attend.",
        "A batch of files awaits you.",
        place="retention-batches",
    ),
)
#: Who is told when a step names a party.
PARTIES: Final = {"dpo": Role.DPO, "supervisors": Role.SUPERVISOR}


def perform(step: Step, pk: UUID, body: Any, *, actor: Actor, at: datetime) -> RetentionBatch:
    """Carry out one declared step of a batch, under a lock of its row.

    Raises:
        NotVisible: absent, or of an authority where the actor keeps no files.
        NotAllowed: another role does this.
        StepUpRequired: the step is grave, and the last proof of the session is too old.
        WrongState: the step doesn't start from the present state.
        GuardRefused: a condition isn't met; names the rule and its law.
        serializers.ValidationError: the body; every fault of it.
    """
    batch = visibility.batches_of(actor).select_for_update(of=("self",)).filter(pk=pk).first()
    if batch is None:
        raise NotVisible
    role = next((role for role in step.roles if role in actor.roles_in(batch.authority_id)), None)
    if role is None:
        raise NotAllowed(f"{step.machine}:{step.name}")
    acting = actor.acting_as(role, authority_id=batch.authority_id)
    paper = Paper(batch, actor=acting, at=at, seen=visibility.visible_as(actor, role, at=at))
    require_proof(step, actor, at=at)
    if batch.state not in step.source:
        raise WrongState(step.name, state=str(batch.state))
    _ask(step, step.guards, paper, None)
    found = step.takes(data=body)
    found.is_valid(raise_exception=True)
    given = step_input_of(found.validated_data)
    _ask(step, step.checks, paper, given)
    carry_out(step, paper, given)
    return batch


def _ask(step: Step, rules: tuple[Any, ...], paper: Paper, given: Any) -> None:
    for rule in rules:
        if reason := rule(paper, given):
            raise GuardRefused(step.name, rule.__name__, reason, step.law)


def carry_out(step: Step, paper: Paper, given: Any) -> None:
    """Move the state, do the effects, write it down, tell; guards have been asked."""
    batch = paper.batch
    before = "" if batch._state.adding else str(batch.state)
    if step.source:
        step.run(batch, given, paper)
    batch.save()
    for effect in step.effects:
        effect(paper)
    journal.record(
        step.event,
        actor=paper.actor,
        at=paper.at,
        tenant=batch.authority_id,
        purpose=Purpose.ADMINISTRATION,
        from_state=before,
        to_state=str(batch.state),
    )
    for party in step.tells:
        _tell(paper, PARTIES[party])


def _tell(paper: Paper, role: Role) -> None:
    batch = paper.batch
    held = Membership.objects.in_force(paper.at).filter(authority=batch.authority_id, role=role)
    users = set(held.values_list("user_id", flat=True)) - {paper.actor.user_id}
    about = About(
        template="batch.changed",
        reference=batch.reference,
        subject_id=batch.pk,
        authority_id=batch.authority_id,
    )
    write(about, Recipients(users=users), at=paper.at)


def lines_of(batch: RetentionBatch, actor: Actor, *, at: datetime) -> "QuerySet[RetentionLine]":
    """Return the files that stand in a batch, those that the actor may know of: what is destroyed is no longer one."""
    seen = visibility.visible_to(actor, at=at).values("pk")
    rows = batch.lines.filter(dropped_at=None, purged_at=None, referral__in=seen)
    return visibility.shown_with(rows.select_related("referral__authority"), actor, at=at)


def possible(batch: RetentionBatch, actor: Actor, *, at: datetime) -> Iterator[Step]:
    """Yield the steps that the actor may do on a batch now."""
    roles = actor.roles_in(batch.authority_id)
    for step in steps.of(Machine.BATCH):
        role = next((role for role in step.roles if role in roles), None)
        if role is None or batch.state not in step.source:
            continue
        paper = Paper(batch, actor=actor, at=at, seen=visibility.visible_as(actor, role, at=at))
        if not any(guard(paper, None) for guard in step.guards):
            yield step
