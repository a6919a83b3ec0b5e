"""Proposals of steps that two persons sign, on rows that belong to an authority: opened, read, closed (domain.md 2S).

Who may sign and what signing does is the machine's business (``row_machine.py``, ``row_approvals.py``).
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, cast
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.notifications import tell_people
from audit import journal
from audit.disclosure import disclosure
from audit.events import Purpose
from encryption import keys
from outbox.templates import Kind, Template, register
from referrals.models import RowApproval
from referrals.vocabulary.states import ApprovalState, Machine
from referrals.workflow.context import as_json
from referrals.workflow.step import Step

ASKED: Final = "signature.row"
register(Template(ASKED, Kind.CASE, _("Un acte attend votre signature."), start="signatures"))
_ACTS: Final = {
    ApprovalState.REFUSED: "approval:refused",
    ApprovalState.LAPSED: "approval:lapsed",
}


def open_proposal(
    step: Step,
    *,
    row: UUID,
    authority_id: UUID,
    state: str,
    step_input: object,
    approver: UUID,
    days: int,
    actor: Actor,
    at: datetime,
) -> RowApproval:
    """Open a request for a second signature; one that is open for the same step lapses, for it is replaced.

    Raises:
        KeysUnavailable: the key store or the provider doesn't answer.
    """
    for former in _open(step.machine, row).filter(step=step.name).select_for_update():
        close(former, ApprovalState.LAPSED, actor=actor, at=at)
    pk = uuid4()
    key = keys.create_draft_key(pk)
    opened = RowApproval(
        pk=pk,
        authority_id=authority_id,
        machine=str(step.machine),
        target=row,
        step=step.name,
        proposer_id=cast("UUID", actor.user_id),  # the service itself proposes nothing
        proposer_role=actor.role,
        obo=actor.obo,
        approver_id=approver,
        asked_state=state,
        requested_at=at,
        expires_at=at + timedelta(days=days),
        key=key.id,
    )
    field: Any = RowApproval._meta.get_field("given")
    opened.given = key.seal(field, pk, as_json(step_input))
    opened.save()
    record("approval:requested", opened, actor=actor, at=at)
    tell_people([approver], ASKED, authority_id, at=at)
    return opened


def close(
    proposal: RowApproval, state: ApprovalState, *, actor: Actor, at: datetime, reason: str = ""
) -> None:
    """Decide on a request, or let it lapse; a signature given has the entry of the step that it does."""
    proposal.state, proposal.decided_at = state, at
    if reason and proposal.key is not None:
        field: Any = RowApproval._meta.get_field("reason")
        proposal.reason = keys.data_key(proposal.key, proposal.pk).seal(field, proposal.pk, reason)
    proposal.save()
    if (act := _ACTS.get(state)) is not None:
        record(act, proposal, actor=actor, at=at)


def record(act: str, proposal: RowApproval, *, actor: Actor | None, at: datetime) -> None:
    """Write the entry of an act on a proposal; of which row, its digest says."""
    journal.record(
        act,
        actor=actor,
        at=at,
        tenant=proposal.authority_id,
        purpose=Purpose.HANDLING,
        payload=proposal.target.bytes,
    )


def _open(machine: Machine, row: UUID) -> Any:
    return RowApproval.objects.filter(machine=str(machine), target=row, state=ApprovalState.REQUESTED)


def awaited(machine: Machine, row: UUID, *, at: datetime) -> list[RowApproval]:
    """Return the proposals on a row that still wait for their signature."""
    return list(_open(machine, row).filter(expires_at__gt=at).select_related("approver", "proposer"))


def lapse_moved(machine: Machine, row: UUID, state: str, *, actor: Actor, at: datetime) -> None:
    """Let the requests on a row lapse that were made in a state which it has left (domain.md §2.7)."""
    for proposal in _open(machine, row).exclude(asked_state=state).select_for_update():
        close(proposal, ApprovalState.LAPSED, actor=actor, at=at)


def given(proposal: RowApproval, *, actor: Actor, at: datetime) -> Any:
    """Return what was proposed, as JSON, to one of the two; the reading is an entry. Empty once it was destroyed.

    Raises:
        Unreadable: the key is lost, or the value was altered.
    """
    return _read(proposal, lambda row: row.given, {}, actor=actor, at=at)


def reason_of(proposal: RowApproval, *, actor: Actor, at: datetime) -> str:
    """Return why it was refused, to one of the two; the reading is an entry."""
    return str(_read(proposal, lambda row: row.reason, "", actor=actor, at=at))


def _read(
    proposal: RowApproval, of: Callable[[RowApproval], Any], empty: Any, *, actor: Actor, at: datetime
) -> Any:
    with disclosure(
        actor=actor, purpose=Purpose.DECISION, at=at, objects=[], tenant=proposal.authority_id
    ) as scope:
        value = of(proposal)
        return value.open(scope) if value is not None else empty


def end(proposal: RowApproval, *, at: datetime) -> None:
    """Destroy what a decided proposal says; that there was one stays."""
    key, proposal.key, proposal.ended_at = proposal.key, None, at
    proposal.given = proposal.reason = None
    proposal.save()
    transaction.on_commit(partial(keys.destroy, [key] if key else []), robust=True)
