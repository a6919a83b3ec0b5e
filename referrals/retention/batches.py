"""Destruction batches: who sees them, and the runner of their steps (domain.md §2.7, §7.3).

A batch belongs to an authority, not to a case: its steps run on its own row (``execution/row_machine.py``). The files
in it are shown case by case, by the rule of cases: a reader who may not know of a case finds it in no list, and no
total counts it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.models import Membership
from accounts.roles import Role
from audit import journal
from audit.events import Purpose
from outbox.notices import About, Recipients
from outbox.notices import tell as write
from outbox.templates import Kind, Template, register
from referrals.access import hanging_rows, visibility
from referrals.execution.row_machine import RowContext, RowMachine
from referrals.models import RetentionBatch, RetentionLine
from referrals.vocabulary.states import Machine
from referrals.workflow.step import Step

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from referrals.models import Referral


register(
    Template(
        "batch.changed",
        Kind.CASE,
        _("Un bordereau d'élimination vous attend."),
        place="retention-batches",
        page="",  # batches have no page yet
    ),
)
#: Who is told when a step names a party.
PARTIES: Final = {"dpo": Role.DPO, "supervisors": Role.SUPERVISOR}


@dataclass
class Paper(RowContext[RetentionBatch]):
    """A batch on which one person acts at one instant.

    ``seen`` gives the cases that this person may know of: nobody puts forward, or destroys, what they can't see.
    """

    seen: "QuerySet[Referral]"


class Batches(RowMachine[RetentionBatch, Paper]):
    machine = Machine.BATCH

    def visible_to(self, actor: Actor, *, at: datetime) -> "QuerySet[RetentionBatch]":  # noqa: ARG002 - the interface's
        return visibility.batches_of(actor)

    def context_of(self, step: Step, row: RetentionBatch, actor: Actor, *, at: datetime) -> Paper | None:
        role = next((role for role in step.roles if role in actor.roles_in(row.authority_id)), None)
        if role is None:
            return None
        acting = actor.acting_as(role, authority_id=row.authority_id)
        return Paper(row, actor=acting, at=at, seen=visibility.visible_as(actor, role, at=at))

    def record(self, step: Step, context: Paper, *, before: str) -> None:
        batch = context.row
        journal.record(
            step.event,
            actor=context.writer,
            rule=context.by_two,
            at=context.at,
            tenant=batch.authority_id,
            purpose=Purpose.ADMINISTRATION,
            from_state=before,
            to_state=str(batch.state),
        )
        for party in step.tells:
            _tell(context, PARTIES[party])


runner: Final = Batches()


def _tell(paper: Paper, role: Role) -> None:
    batch = paper.row
    memberships = Membership.objects.in_force(paper.at).filter(authority=batch.authority_id, role=role)
    users = set(memberships.values_list("user_id", flat=True)) - {paper.actor.user_id}
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
    return hanging_rows.shown_with(rows.select_related("referral__authority"), actor, at=at)
