"""The second signatures of a case, as far as an actor may know of each."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from encryption.sealed import OpenScope
from referrals.access.child_sight import Sight
from referrals.models import Approval, Referral
from referrals.reading.fields import opened
from referrals.reading.seen_rows import hanging_on
from referrals.vocabulary.formats import labelled, moment
from referrals.vocabulary.states import ApprovalState
from referrals.workflow.context import names_any


def approvals(
    referral: Referral, sight: Sight, scope: OpenScope, *, user_id: UUID | None
) -> list[dict[str, Any]]:
    """Return the second signatures; what is proposed is opened to who proposed and who may sign.

    What is about a child that the reader doesn't see isn't told of, nor opened.
    """
    lines = []
    seen = approvals_seen(referral, sight)
    for row in referral.approvals.all():
        part_of_it = user_id in (row.proposer_id, row.approver_id)
        if (not part_of_it and "D" not in sight.ties.without_service.reads) or not seen(row):
            continue
        line = {
            "id": str(row.pk),
            "step": row.step,
            "machine": row.machine,
            "part": str(row.part) if row.part else None,
            "state": labelled(ApprovalState(row.state)),
            "proposer": str(row.proposer_id),
            "obo": str(row.obo) if row.obo else None,
            "approver": str(row.approver_id),
            "requested_at": moment(row.requested_at),
            "expires_at": moment(row.expires_at),
            "decided_at": moment(row.decided_at),
        }
        if part_of_it:
            body = opened(row.given, scope)
            line["given"] = {} if names_any(body, sight.hidden) else body
        lines.append(line)
    return lines


def approvals_seen(referral: Referral, sight: Sight) -> Callable[[Approval], bool]:
    """Return what tells whether a second signature is seen: one of its children is enough, and its part besides."""
    seen = hanging_on(referral, sight)

    def seen_too(row: Approval) -> bool:
        children = [seen("A", UUID(one), None) for one in row.children]
        return seen("A", None, row.part) and (not children or any(children))

    return seen_too
