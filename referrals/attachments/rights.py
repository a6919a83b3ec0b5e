"""Rights to add, read and remove an attachment: by role, relation, state and class (domain.md §1.3).

Reading requires the class in full: a part (an extract, a judge's order) is a text that somebody has ticked, and no file
is. Filers read nothing back; a draft is its author's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.actor import Actor
from accounts.roles import Role
from core.compiled_queries import rows_of
from referrals.access import case_ties, child_sight, joined_filings, matrix
from referrals.access.child_sight import Sight
from referrals.access.matrix import Relation
from referrals.access.relations import CaseAccess
from referrals.errors import NotAllowed, WrongState
from referrals.execution import hooks
from referrals.models import Attachment, Referral
from referrals.vocabulary.attachments import CLASSES
from referrals.vocabulary.filing_answers import Variant
from referrals.vocabulary.states import Machine
from referrals.workflow.step import Step, steps

#: What comes with a complement: files of the facts and of health (cell ``add``); justice is its own people's to add.
WITH_COMPLEMENT = frozenset("EG")


@dataclass(frozen=True, slots=True)
class Adding:
    """Classes of files that an actor may add now: those added at once, and those that wait for a complement (T08)."""

    at_once: frozenset[str]
    waiting: frozenset[str]
    role: Role

    def waits(self, access_class: str) -> bool:
        if access_class in self.at_once:
            return False
        if access_class in self.waiting:
            return True
        raise NotAllowed("attachment:add")


def adding(referral: Referral, ties: CaseAccess) -> Adding:
    if ties.draft:
        return Adding(_of_draft(referral, ties), frozenset(), ties.as_filer() or Role.FILER)
    step = _complement()
    written = {
        role: matrix.writes_by(role, relation) & frozenset(CLASSES)
        for role, relation in sorted(ties.pairs)
        if relation is not Relation.OWN
    }
    writer = max(written, key=lambda role: len(written[role]), default=None)
    at_once = frozenset().union(*written.values())
    adder = ties.role_for(step)
    if (not at_once or writer is None) and adder is None:
        raise NotAllowed("attachment:add")
    if case_ties.state_seen(referral, ties) not in step.source:
        raise WrongState("attachment:add")
    return Adding(
        at_once, WITH_COMPLEMENT if adder is not None else frozenset(), writer or adder or Role.FILER
    )


def _of_draft(referral: Referral, ties: CaseAccess) -> frozenset[str]:
    """Return the classes of who types the draft; a copy of a report to justice is a judicial document (L226-4 II)."""
    if ties.shared or not any(relation is Relation.OWN for _, relation in ties.pairs):
        raise NotAllowed("attachment:add")
    copy = referral.variant == Variant.COPY_OF_DIRECT_REPORT
    return WITH_COMPLEMENT | (frozenset("I") if copy else frozenset())


def _complement() -> Step:
    return steps.get(Machine.REFERRAL, "provide_info")


def reads(row: Attachment, sight: Sight) -> bool:
    """Tell whether the actor reads an attachment: its class, of each child whom it names (SEC-AZ20).

    One that waits for its complement is nobody's to read.
    """
    ties = sight.ties
    if ties.draft:
        return bool(ties.reads) and not ties.shared
    children: list[UUID | None] = [UUID(pk) for pk in row.children]
    return row.waiting_since is None and all(
        sight.reads(row.access_class, child) for child in children or [None]
    )


def gets_originals(ties: CaseAccess) -> bool:
    """Tell whether the actor gets originals of what it reads: it writes what goes to justice (class I)."""
    return not ties.draft and any("I" in matrix.writes_by(role, relation) for role, relation in ties.pairs)


def waiting(referral: Referral, ties: CaseAccess, user_id: object) -> list[Attachment]:
    """Return what the actor has sent and not yet laid to a complement, oldest first."""
    rows = referral.attachments.filter(waiting_since__isnull=False).order_by("at", "id")
    return [row for row in rows if is_own(row, ties, user_id)]


def is_own(row: Attachment, ties: CaseAccess, user_id: object) -> bool:
    """Tell whether the actor sent the attachment; a filer's row names nobody, and a filing has one filer."""
    if ties.as_filer() is Role.FILER and row.role == Role.FILER:
        return row.by is None
    return row.by is not None and row.by == user_id


def read_in_full(
    referral: Referral, ties: CaseAccess, *, actor: Actor, at: datetime
) -> Iterator[tuple[Attachment, Referral, CaseAccess]]:
    """Yield the attachments that the actor reads, those of joined filings included, with their filing and its ties."""
    for row, filing, own, is_read in _rows(referral, ties, actor=actor, at=at):
        if is_read:
            yield row, filing, own


def _rows(
    referral: Referral, ties: CaseAccess, *, actor: Actor, at: datetime
) -> Iterator[tuple[Attachment, Referral, CaseAccess, bool]]:
    filings = [(referral, ties)]
    if not ties.draft and not ties.coarse:
        filings += joined_filings.readable_filings(referral, ties, actor, at=at)
    for filing, own in filings:
        sight = child_sight.sight_of(filing, own, actor)
        yield from ((row, filing, own, reads(row, sight)) for row in rows_of(filing, "attachments"))


@hooks.files_at_hand.register
def at_hand(referral: Referral, ties: CaseAccess, *, actor: Actor, at: datetime) -> list[Attachment]:
    """Return the attachments that the actor may set aside: those that it reads, and those of the case that it sent."""
    sends = actor.user_id is not None and not ties.draft and not ties.coarse

    def was_sent(row: Attachment, filing: Referral) -> bool:
        return sends and filing is referral and row.by == actor.user_id and row.waiting_since is None

    rows = _rows(referral, ties, actor=actor, at=at)
    return [row for row, filing, _, is_read in rows if is_read or was_sent(row, filing)]
