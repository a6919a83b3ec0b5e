"""Access of the authority that is asked to take a case over (domain.md §1.3 rule 1, T32, T33).

What it may see of the case is in rows of its own, which row-level security lets through while the request is sent. Two
queries go beyond that rule, here and nowhere else: whether the person is excluded or, of a restricted case, named
(which only the origin knows), and the case's own row, for its shell and for the answer.
"""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from accounts.actor import Actor
from referrals.access import matrix, row_level_security, transfer_requests
from referrals.access.relations import CaseAccess
from referrals.errors import NotAllowed, NotVisible
from referrals.models import Referral, TransferRequest


def target_of(actor: Actor, *, at: datetime) -> frozenset[UUID]:
    """Return the requests on which the actor may decide for an authority that was asked; few at a time."""
    if not actor.holding(matrix.DECIDE_ON_TRANSFERS):
        return frozenset()
    with row_level_security.beyond():
        # Rows, not `values`: rows alone are checked for being the service's own (0039).
        return frozenset(row.pk for row in transfer_requests.transfers_to(actor, at=at))


def cases_offered_to(actor: Actor, *, at: datetime) -> frozenset[UUID]:
    """Return the cases of these requests: what notices of them may be told about."""
    if not actor.holding(matrix.DECIDE_ON_TRANSFERS):
        return frozenset()
    with row_level_security.beyond():
        return frozenset(row.referral_id for row in transfer_requests.transfers_to(actor, at=at))


def transfers_for(actor: Actor, *, at: datetime) -> "QuerySet[TransferRequest]":
    """Return the requests that await the actor's authority.

    Raises:
        NotAllowed: nobody asks who could decide on one.
    """
    if not actor.holding(matrix.DECIDE_ON_TRANSFERS):
        raise NotAllowed("read:transfers")
    # The ids come from beyond the rule of authorities; the page is read within it, so that nothing of the case comes
    # along (0013).
    requests = sorted(target_of(actor, at=at))
    return TransferRequest.objects.filter(pk__in=requests).select_related("authority")


def received(
    referral_id: UUID, *, actor: Actor, at: datetime
) -> tuple[Referral, TransferRequest, CaseAccess] | None:
    """Return a case that the actor's authority was asked to take over; to be called where its row is in reach."""
    request = transfer_requests.transfers_to(actor, at=at).filter(referral_id=referral_id).first()
    if request is None:
        return None
    # By id, once the request is known: ``visible_to`` gives the asked authority no row of the case (0013).
    referral = Referral.objects.select_related("authority", "concern").get(pk=referral_id)
    return referral, request, transfer_requests.ties_to(request, actor)


def offered(referral_id: UUID, *, actor: Actor, at: datetime) -> tuple[Referral, CaseAccess] | None:
    """Return a case on which the actor may decide for an authority that was asked, or None."""
    if not actor.holding(matrix.DECIDE_ON_TRANSFERS):
        return None
    with row_level_security.beyond():
        received_case = received(referral_id, actor=actor, at=at)
    # None is no refusal: the caller goes on to ask whether the case is visible otherwise, with one 404 for all
    # (SEC-AZ5).
    return (received_case[0], received_case[2]) if received_case is not None else None


def transfer_for(
    referral_id: UUID, *, actor: Actor, at: datetime
) -> tuple[Referral, TransferRequest, CaseAccess]:
    """Return the request about one case, and the case for its shell.

    Raises:
        NotAllowed: nobody asks who could decide on one.
        NotVisible: absent, settled, or not for this person; all look the same.
    """
    if not actor.holding(matrix.DECIDE_ON_TRANSFERS):
        raise NotAllowed("read:transfers")
    with row_level_security.beyond():
        received_case = received(referral_id, actor=actor, at=at)
    if received_case is None:
        raise NotVisible
    return received_case
