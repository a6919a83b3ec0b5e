"""Finds a case for a reader, opens it within one disclosure, and lists cases."""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.actor import Actor
from accounts.request import ServiceRequest, actor_in
from audit import journal
from audit.disclosure import disclosure
from audit.events import Purpose
from encryption.sealed import OpenScope
from referrals.access import case_ties, visibility, volume_limits
from referrals.access.relations import CaseAccess
from referrals.errors import NotVisible
from referrals.models import Referral
from referrals.reading import namesakes


def seen(request: ServiceRequest, pk: UUID, *, whole: bool = False) -> tuple[Referral, CaseAccess]:
    """Return a case that the caller of ``request`` may know of, with what ties the caller to it.

    ``whole``: to read all of it, see ``visibility.one_case``.

    Raises:
        NotVisible: absent, or not for this caller.
    """
    actor, at = actor_in(request), request.at
    referral = visibility.one_case(actor, pk, at=at, whole=whole)
    if referral is None:
        raise NotVisible
    return concern_case(request, referral, case_ties.ties_of(referral, actor))


def concern_case(
    request: ServiceRequest, referral: Referral, ties: CaseAccess
) -> tuple[Referral, CaseAccess]:
    """Let the journal name the case if the request is refused from here on, and who files it as that alone."""
    request.concerned = (referral.pseudonym, referral.authority_id, ties.filed)
    return referral, ties


def opened(
    referral: Referral,
    ties: CaseAccess,
    read: Callable[[OpenScope], Any],
    *,
    actor: Actor,
    at: datetime,
    purpose: Purpose = Purpose.HANDLING,
    urgent: bool = False,
) -> Any:
    """Return what ``read`` takes out of the case within one disclosure; the entry is written in any case.

    What is read while the glass is broken is read in an emergency, and the entry says so. ``urgent``: an alert of the
    case waited for an answer when the request came.

    Raises:
        TooManyOpenings: the reader has opened as many files within the hour as one may.
    """
    count_opening(referral, ties, actor=actor, at=at, purpose=purpose, urgent=urgent)
    if ties.glass and purpose is Purpose.HANDLING:
        purpose = Purpose.EMERGENCY
    acting = ties.reader(actor)
    with disclosure(
        actor=acting,
        purpose=purpose,
        at=at,
        objects=[referral.pseudonym],
        tenant=referral.authority_id,
        rule=ties.reading_relation(),
        state=str(referral.state),
        always=True,
        urgent=urgent or referral.in_danger,
    ) as scope:
        result = read(scope)
        namesake = namesakes.note(referral, scope, actor=acting)
    if namesake:
        namesakes.record(referral, actor=acting, at=at)
    return result


def count_opening(
    referral: Referral,
    ties: CaseAccess,
    *,
    actor: Actor,
    at: datetime,
    purpose: Purpose = Purpose.HANDLING,
    urgent: bool = False,
) -> None:
    """Count that a file is opened, unless it is the reader's own filing or a draft: there is nothing to gather there.

    Raises:
        TooManyOpenings: the hour is full, and no danger asks for this file now.
    """
    if purpose is Purpose.FILING or ties.coarse or ties.draft:
        return
    danger = urgent or ties.glass or referral.alert_open
    volume_limits.count_opening(referral, actor=actor, at=at, urgent=danger)


def record_listed(
    rows: Sequence[Any],
    *,
    actor: Actor,
    at: datetime,
    tenant: UUID | None = None,
    unnamed: Collection[Any] = (),
) -> None:
    """Journal that the rows of a page were shown, by the cases that they are about; nothing was opened.

    ``unnamed``: those of filings of the actor's own, which are counted alone (SEC-AL20).
    """
    named = journal.subjects({row.referral_id for row in rows} - {row.referral_id for row in unnamed})
    journal.record(
        "list:opened",
        actor=actor,
        at=at,
        objects=sorted(named.values()),
        tenant=tenant,
        purpose=Purpose.LISTING,
        count=len(rows),
    )


def listing(
    rows: Sequence[Referral], *, actor: Actor, at: datetime, unnamed: Collection[Referral] = ()
) -> AbstractContextManager[OpenScope]:
    """Journal that these cases are shown as a list, by whom, and what of them is opened within the block.

    ``unnamed``: those of them that the actor files, or is shown as a draft, which are counted alone (SEC-AL20).
    """
    authorities = {row.authority_id for row in rows}
    return disclosure(
        actor=actor,
        purpose=Purpose.LISTING,
        at=at,
        objects=[row.pseudonym for row in rows if row not in unnamed],
        tenant=authorities.pop() if len(authorities) == 1 else None,
        act="list:opened",
        count=len(rows),
        always=True,
    )
