"""Writes of attachments: add, mark, take from a draft, destroy with the case."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from accounts.actor import Actor
from accounts.roles import Role
from audit import journal
from audit.events import Purpose, register
from encryption import keys
from referrals.access import child_sight
from referrals.access.child_sight import Sight
from referrals.access.matrix import NOBODY
from referrals.access.relations import CaseAccess
from referrals.attachments import locks, quotas, rights, storage, upload
from referrals.attachments.upload import Arrived
from referrals.errors import FileBarred, InvalidInput, NotAllowed, NotServed, NotVisible, WrongState
from referrals.execution.preconditions import lock_case
from referrals.execution.runner import StepResult
from referrals.models import Attachment, Referral
from referrals.vocabulary.attachments import CLASS_OF, KEPT_AS, Scan

ADDED: Final = "attachment:added"
MARKED: Final = "attachment:marked"
REMOVED: Final = "attachment:removed"
register(ADDED, MARKED, REMOVED)


def may_add(referral: Referral, ties: CaseAccess, size: int, *, actor: Actor, at: datetime) -> Arrived:
    """Ask whether the actor may send a file of this size now, and expect what it will bring.

    Raises:
        NotAllowed, WrongState: see ``rights.adding``.
        QuotaReached: the case or the person's day is full.
        UploadsBusy: others of the same person are arriving.
    """
    quotas.require_room(referral, rights.adding(referral, ties).role, size)
    quotas.count_attempt(actor.user_id, size, at=at)
    arrived = Arrived()
    until = at + upload.lasts_at_most(size)
    locks.begin(actor.user_id, arrived.object, until=until, at=at)
    storage.expect(arrived.names(), at=at)
    return arrived


def add(
    referral_id: UUID,
    arrived: Arrived,
    *,
    kind: str,
    evidence: bool,
    children: Iterable[UUID] = (),
    actor: Actor,
    at: datetime,
) -> StepResult:
    """Keep what arrived; rights and room are asked again, under the lock of the case."""
    referral, ties = lock_case(referral_id, actor=actor, at=at)
    may = rights.adding(referral, ties)
    named, access_class = set(children), CLASS_OF[kind]
    waits = may.waits(access_class)
    if named:
        child_ids = set(referral.children.values_list("pk", flat=True)) if not ties.coarse else set()
        sight = child_sight.sight_of(referral, ties, actor)
        if not named <= child_ids or not all(
            _adds(referral, sight.of(child), access_class) for child in named
        ):
            raise InvalidInput("children")
    stored_size = arrived.original_size if arrived.original else 0
    quotas.require_room(referral, may.role, arrived.size + stored_size)
    filing = ties.files_as(may.role)
    row = Attachment(
        referral=referral,
        children=sorted(map(str, named)),
        kind=kind,
        access_class=access_class,
        media=KEPT_AS[arrived.media],
        scan=arrived.scan,
        evidence=evidence,
        at=at,
        by=None if filing else actor.user_id,
        role=may.role,
        waiting_since=at if waits else None,
        size=arrived.size,
        original_size=stored_size,
        object=arrived.object,
        original=arrived.original,
    )
    key = keys.data_key(referral.case_key or NOBODY, referral.pk)
    cells: dict[str, Any] = {"name": arrived.name, "digest": arrived.digest, "key": arrived.key}
    for name, value in {**cells, "original_digest": arrived.original_digest}.items():
        field: Any = Attachment._meta.get_field(name)
        setattr(row, name, key.seal(field, row.pk, value))
    row.save(force_insert=True)
    storage.hold(arrived.names(), at=at)
    storage.release(arrived.forgotten, at=at)
    _journal(ADDED, row, referral, actor=actor.acting_as(may.role, filing=filing), at=at, rule=str(kind))
    return StepResult(referral=referral, made=row.pk)


def _adds(referral: Referral, ties: CaseAccess, access_class: str) -> bool:
    try:
        rights.adding(referral, ties).waits(access_class)
    except NotAllowed:
        return False
    return True


def markable(
    referral_id: UUID, part: UUID, *, actor: Actor, at: datetime
) -> tuple[Referral, Attachment, Actor]:
    """Return an attachment that the actor may mark, its case lock_case, with the actor in the role in which."""
    referral, ties = lock_case(referral_id, actor=actor, at=at)
    row = readable_row(referral, part, child_sight.sight_of(referral, ties, actor), lock=True)
    may = rights.adding(referral, ties)
    if row.access_class not in may.at_once:
        raise NotAllowed("attachment:mark")
    return referral, row, actor.acting_as(may.role, filing=ties.files_as(may.role))


def mark(referral_id: UUID, part: UUID, *, evidence: bool, actor: Actor, at: datetime) -> StepResult:
    """Mark an attachment as evidence, while its original is there, or take the mark and the original away.

    Raises:
        NotVisible, NotAllowed, WrongState: see ``markable``.
        FileBarred: it was set aside; what may be evidence of an offence goes by two persons alone.
        NotServed: no original was kept, so that there is nothing to mark.
    """
    referral, row, acting = markable(referral_id, part, actor=actor, at=at)
    if row.barred_at is not None:
        raise FileBarred
    if evidence and row.original is None:
        raise NotServed
    row.evidence = evidence
    if not evidence and row.scan != Scan.WAITING:
        storage.release([row.original], at=at)
        row.original, row.original_size, row.original_digest = None, 0, None
    row.save(update_fields=["evidence", "original", "original_size", "original_digest"])
    rule = "evidence" if evidence else "no-evidence"
    _journal(MARKED, row, referral, actor=acting, at=at, rule=rule)
    return StepResult(referral=referral)


def remove(referral_id: UUID, part: UUID, *, actor: Actor, at: datetime) -> StepResult:
    """Take a file from a draft; what was filed stays (SEC-AZ9)."""
    referral, ties = lock_case(referral_id, actor=actor, at=at)
    if not ties.draft:
        raise WrongState("attachment:remove")
    role = rights.adding(referral, ties).role
    row = readable_row(referral, part, child_sight.sight_of(referral, ties, actor), lock=True)
    delete(row, at=at)
    acting = actor.acting_as(role, filing=ties.files_as(role))
    _journal(REMOVED, row, referral, actor=acting, at=at)
    return StepResult(referral=referral)


def delete(row: Attachment, *, at: datetime) -> None:
    storage.release([row.object, row.original], at=at)
    row.delete()


def readable_row(referral: Referral, part: UUID, sight: Sight, *, lock: bool = False) -> Attachment:
    """Return an attachment that the actor reads; ``lock`` for writing, as the antivirus lets originals go meanwhile."""
    rows = Attachment.objects.select_for_update() if lock else Attachment.objects.all()
    row = rows.filter(referral=referral, pk=part).first()
    if row is None or not rights.reads(row, sight):
        raise NotVisible
    return row


def _journal(
    act: str, row: Attachment, referral: Referral, *, actor: Actor, at: datetime, rule: str = ""
) -> None:
    journal.record(
        act,
        actor=actor,
        at=at,
        objects=[journal.subject(referral.pk)],
        tenant=referral.authority_id,
        purpose=Purpose.FILING if row.role == Role.FILER else Purpose.HANDLING,
        rule=rule,
    )
