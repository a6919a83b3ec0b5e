"""Lists of exports and one of them, as the page and the API show it."""

from datetime import datetime
from typing import Any

from accounts.actor import Actor
from referrals.exports import actions, table
from referrals.models import CaseExport
from referrals.vocabulary.formats import labelled, moment
from referrals.vocabulary.oversight import ExportPurpose, ExportState


def line(row: CaseExport, *, actor: Actor, at: datetime) -> dict[str, Any]:
    """Return one export as a list shows it; of how many cases is told to who asked alone."""
    state, own = actions.state_of(row, at=at), row.asked_by_id == actor.user_id
    return {
        "id": str(row.pk),
        "authority": str(row.authority_id),
        "asked_by": row.asked_by.full_name,
        "asked_at": moment(row.asked_at),
        "own": own,
        "purpose": labelled(ExportPurpose(row.purpose)),
        "state": labelled(state),
        "cases": len(row.cases) if own and row.cases else None,
        "ready_at": moment(row.ready_at),
        "ends_at": moment(row.ends_at),
        "to_decide": state is ExportState.ASKED and not own,
        "to_take": state is ExportState.READY and own,
    }


def one(row: CaseExport, *, actor: Actor, at: datetime) -> dict[str, Any]:
    """Return one export with its reason, opened, and the references of those of its cases that the actor may know of.

    A second person so sees what would be taken out, as far as both may see it.
    """
    body = line(row, actor=actor, at=at) | {"reason": actions.reason_of(row, actor=actor, at=at)}
    return body | {"references": table.references(row.cases, actor=actor, at=at)}
