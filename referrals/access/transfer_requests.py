"""Transfer requests: those on which an actor may decide for the authority that was asked, and its ties to each."""

from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, override

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.actor import Actor
from encryption.audited_rows import AuditedRows
from encryption.authentic import CheckedRows
from referrals.access.exceptions import exceptional
from referrals.access.matrix import DECIDE_ON_TRANSFERS, Relation
from referrals.access.relations import CaseAccess
from referrals.models import TransferReceiver, TransferRequest
from referrals.vocabulary.states import ACTIVE


def transfers_to(actor: Actor, *, at: datetime) -> "QuerySet[TransferRequest]":
    """Return the requests on which the actor may decide for the authority that was asked, the excluded left out.

    Exclusions and restriction are those of the case at its origin: to be asked where its rows are in reach
    (``referrals/transfers/queries.py``).
    """
    clauses = [
        Q(state=state, target_id__in=sorted({p.authority_id for p in actor.holding([role])}))
        for role, state in DECIDE_ON_TRANSFERS.items()
        if actor.holding([role])
    ]
    if not clauses or actor.user_id is None:
        return TransferRequest.objects.none()
    special = exceptional(actor, at=at)
    barred = sorted(special.excluded)
    mine = TransferReceiver.objects.filter(request=OuterRef("pk"), user=actor.user_id)
    open_ = Q(referral__restricted=False) | Exists(mine)
    # While the case is active at its origin: afterwards there is nothing to take over, whatever the request says.
    rows = TransferRequest.objects.filter(reduce(or_, clauses), open_, referral__state__in=ACTIVE)
    # As for cases (``rule.py``): who declared ties waits until the case was compared with them (0032).
    if special.tied:
        rows = rows.filter(referral__index_norm__gt=0)
    rows = rows.exclude(referral_id__in=barred).select_related("referral")
    # The receivers come along as text, to be checked without a query for each request (0039).
    return _RequestedRows.of(rows.annotate(receives=AuditedRows.of(mine, "request")))


class _RequestedRows(CheckedRows):
    """Requests that ask as they were sent, about cases as they were written; restricted ones for their receivers."""

    @staticmethod
    @override
    def keeps(row: Any) -> bool:
        if not (row.is_authentic and row.referral.is_authentic):
            return False
        # Asked again, of the checked row: SQL went by columns that may have been changed by hand (SEC-AZ22).
        return not row.referral.restricted or TransferReceiver.mac_field().any_is_authentic(row.receives)


def ties_to(request: "TransferRequest", actor: Actor) -> CaseAccess:
    """Return what ties the actor to the case of a request that ``transfers_to`` gave."""
    seats = actor.roles_in(request.target_id)
    pairs = {
        (role, Relation.RECEIVING)
        for role, state in DECIDE_ON_TRANSFERS.items()
        # The state too: in an arbitration the coordinator, who has answered, has no part (T33).
        if role in seats and request.state == state
    }
    return CaseAccess(pairs=frozenset(pairs), draft=False, named=False)
