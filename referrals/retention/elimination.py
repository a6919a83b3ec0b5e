"""Purge of a case: what it destroys, table by table, and what stays (T41; domain.md §7.3; SEC-AL16).

Destroyed: every row of the case, with the sealed and indexed values in it; rows of other cases that lead to it (pairs,
partings, the reference of a filing to its origin); its notices; the stored answers of idempotent requests about it; its
name in the journal; last of all its keys. Emptied: the shell, by the step itself. Kept: the tombstone, the line of its
batch, the counts of ``aggregates``, and the journal, whose entries name a pseudonym that nobody can trace any more.

All of it is one transaction, announced before it begins (``announce``). The keys go as its last act but one: if they
are unreachable nothing is destroyed; if the commit then fails the case is unreadable and is purged again. The very last
is a line outside the databases, for the day on which one of them is restored
(docs/decisions/0021-shredding-and-restore.md).
"""

import json
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.db import models, transaction
from django.db.models import Q

from accounts import replays
from audit import erasures, journal
from audit.errors import UnknownSubject
from encryption import digest, keys
from encryption.sealed import Sealed
from outbox import notices
from referrals.attachments import storage
from referrals.models import (
    PARTS,
    AccessFile,
    Alert,
    Approval,
    Assessment,
    Assignment,
    Attachment,
    BreakGlass,
    CaseWatch,
    ChildDanger,
    Clock,
    ClosureReview,
    Complement,
    Concern,
    Conclusion,
    Decision,
    DuplicateCandidate,
    EmergencySheet,
    ExcludedResource,
    Exclusion,
    FeedbackTask,
    FilerMessage,
    Finding,
    Grant,
    HolderInformation,
    HolderOpinion,
    IndexValue,
    InformationRequest,
    Inquiry,
    InquiryConsidered,
    Joining,
    JudicialOutcome,
    JudicialReferral,
    LastVisit,
    Letter,
    Measure,
    MessageRead,
    MovedRow,
    Orientation,
    Rectification,
    Referral,
    ReferralUserObjectPermission,
    SheetReader,
    Sighting,
    StepRecord,
    TeamMessage,
    TransferDocument,
    TransferReceiver,
    TransferRequest,
    Visit,
    Voice,
)
from referrals.statistics import aggregates

#: The tables of a case, those first that point at others. A test holds that no table with a case is missing.
DESTROYED: Final[tuple[type[models.Model], ...]] = (
    MessageRead,
    TeamMessage,
    FilerMessage,
    Attachment,
    Complement,
    InformationRequest,
    FeedbackTask,
    ClosureReview,
    SheetReader,
    EmergencySheet,
    MovedRow,
    Joining,
    DuplicateCandidate,
    Sighting,
    Visit,
    Conclusion,
    Finding,
    ChildDanger,
    HolderOpinion,
    InquiryConsidered,
    Voice,
    Orientation,
    JudicialOutcome,
    Measure,
    JudicialReferral,
    Assessment,
    Decision,
    HolderInformation,
    Assignment,
    Exclusion,
    ExcludedResource,
    Grant,
    Approval,
    IndexValue,
    BreakGlass,
    Alert,
    TransferReceiver,
    TransferDocument,
    TransferRequest,
    AccessFile,
    Inquiry,
    Letter,
    Rectification,
    Clock,
    CaseWatch,
    LastVisit,
    StepRecord,
    *reversed(PARTS.values()),
    Concern,
)


def destroy_rows(case: Referral) -> None:
    """Destroy the rows of a case and what leads to it; its counts are kept and its tombstone is set before."""
    case.tombstone = tombstone(case)
    aggregates.keep_counts(case)
    MovedRow.objects.filter(joining__target=case).delete()
    Joining.objects.filter(target=case).delete()
    DuplicateCandidate.objects.filter(other=case).delete()
    # Sealed under keys of their own, which go once all of this is committed.
    own_keys = [key for key in Inquiry.objects.filter(referral=case).values_list("key", flat=True) if key]
    transaction.on_commit(partial(keys.destroy, own_keys), robust=True)
    # The objects first, while their rows name them; they go once all of this is committed.
    storage.release_all(case)
    for table in DESTROYED:
        table._default_manager.filter(referral=case).delete()
    ReferralUserObjectPermission.objects.filter(content_object=case).delete()
    Referral.objects.filter(source_referral=case).update(source_referral=None)
    notices.forget(case.pk)
    replays.forget(case.pk)


def announce(case: Referral, *, at: datetime) -> None:
    """Say that a case is about to be destroyed, before the transaction that destroys it; none when it is gone already.

    Raises:
        LedgerUnavailable: nothing may be destroyed now.
    """
    try:
        pseudonym = journal.subject(case.pk)
    except UnknownSubject:
        return
    with transaction.atomic():
        erasures.announce(pseudonym, case.authority_id, at=at)


def destroy_the_rest(case: Referral, *, at: datetime, rule: str = "") -> None:
    """Destroy what the step itself wrote, the name of the case in the journal, and its keys: the last acts of all.

    The certificate of it is an entry of the journal (``key:shredded``).

    Raises:
        KeysUnavailable: the key store doesn't answer; nothing is destroyed.
        LedgerUnavailable: what was destroyed can't be noted outside; the case is unreadable, and is destroyed again.
    """
    StepRecord.objects.filter(referral=case).delete()
    shred_keys(case, at=at, rule=rule)


def shred_keys(case: Referral, *, at: datetime, rule: str = "") -> None:
    """Write the certificate, cut the journal loose from the case, destroy its keys, and note that outside.

    Raises:
        KeysUnavailable, LedgerUnavailable: see ``destroy_the_rest``.
    """
    pseudonym = journal.subject(case.pk)
    count = len(keys.owned_by(case.pk))
    leaf = erasures.certify(pseudonym, case.authority_id, count=count, at=at, rule=rule)
    journal.forget_subject(case.pk)
    keys.shred(case.pk, pseudonym)
    erasures.witness(pseudonym, leaf, rule=rule)


def tombstone(case: Referral) -> bytes:
    """Return SHA-256 over the shell and every row that is about to be destroyed, as they are stored.

    Sealed values enter as ciphertext, whose nonces nobody can guess: the digest proves which rows were destroyed to
    whoever holds a copy of them, and tells nothing to whoever doesn't.
    """
    return digest.sha256("\n".join(_stored(case)).encode())


def _stored(case: Referral) -> Iterator[str]:
    tables: tuple[type[models.Model], ...] = (Referral, *DESTROYED)
    for table in tables:
        mine = Q(pk=case.pk) if table is Referral else Q(referral=case)
        names = [field.attname for field in table._meta.concrete_fields]
        for row in table._default_manager.filter(mine).order_by("pk").values_list(*names):
            yield json.dumps([table._meta.label, *map(_as_stored, row)], sort_keys=True, default=str)


def _as_stored(value: object) -> Any:
    if isinstance(value, Sealed):
        return value.ciphertext.hex()
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else value
