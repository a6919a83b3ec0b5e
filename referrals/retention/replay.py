"""Replay after a restore: shreds again what was shredded since the backup, before anybody comes in (CR12, FT12).

The list comes from the ledger outside the databases, the exports of the journal that auditors keep, the key store and
the journal's own table, whichever knows more. All have pseudonyms only; the restored database itself still knows whose
they are. The owner of the tables runs it (``manage.py replay``); it is idempotent.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts.actor import SYSTEM
from audit import erasures, journal, pseudonyms
from audit.events import Purpose, register
from audit.models import Replayed, Shred
from directory.models import Place, Service
from encryption import keys
from referrals.access.row_level_security import for_the_service
from referrals.attachments import quarantine
from referrals.models import (
    AccessRequest,
    CaseExport,
    DataBreach,
    DeclaredTie,
    EmergencySearch,
    Inquiry,
    Referral,
    RetentionLine,
    RowApproval,
)
from referrals.retention import batch_tasks, tasks
from referrals.vocabulary.states import State

RULE = erasures.REPLAYED
SWEPT = "key:swept"
register(SWEPT)
#: A filing that is under way has its keys before it has its row.
YOUNG = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Done:
    """What a replay did: cases and files shredded again, keys that a backup of the key store had brought back."""

    cases: int
    files: int
    keys: int
    known: int
    unnamed: int
    """Keys that no case of this database names, and that stay."""


def replay(named: Collection[UUID], *, sweep: bool, at: datetime) -> Done:
    """Shred again what ``named``, the key store and the journal's table say was shredded.

    ``named`` are pseudonyms from outside. ``sweep`` says that the database of cases was not set back: then a key that
    no case names was destroyed before, and goes again. If it was set back, it may open what a newer backup holds.

    Raises:
        PseudonymRefused: the row that leads from one of them to its case isn't as the service wrote it.
        KeysUnavailable, LedgerUnavailable: a part isn't there; what was done stays, the service stays closed.
        JournalUnavailable: id.
    """
    finished = set(Shred.objects.filter(done_at__isnull=False).values_list("pk", flat=True))
    finished_ids = set(named) | keys.shredded() | finished
    count = sum(_again(pseudonym, at) for pseudonym in sorted(finished_ids))
    files = quarantine.destroy_again(finished_ids, at=at, rule=RULE)
    gone, left = _keys_brought_back(sweep, at)
    keys.note_shredded(finished_ids)
    _remember(finished_ids, at)
    return Done(count, files, gone, len(finished_ids), left)


def _again(pseudonym: UUID, at: datetime) -> bool:
    """Shred one case again, if this database knows it as one that lives."""
    with for_the_service():
        referral_id = pseudonyms.cases([pseudonym]).get(pseudonym)
        if referral_id is None:
            return False
        referral = Referral.objects.select_for_update().filter(pk=referral_id).first()
        if referral is None or referral.state == State.PURGED:
            return False
        Replayed.objects.get_or_create(pk=pseudonym)
        if referral.state == State.DRAFT:
            tasks.destroy_draft(referral, at=at, rule=RULE)
            return True
        _lead_back(referral)
        referral = Referral.objects.select_for_update().get(pk=referral.pk)
        batch_tasks.destroy(referral, at=at, rule=RULE)
        lines = RetentionLine.objects.filter(referral_id=referral.pk, dropped_at=None, purged_at=None)
        lines.update(purged_at=referral.purged_at)
        return True


def _lead_back(case: Referral) -> None:
    """Put a case where it stood when it was destroyed: in the archive, under no hold. Guards were asked then.

    Without the runner: no person does this step, and the only way out of the archive follows at once.
    """
    rows = Referral.objects.filter(pk=case.pk)
    if case.legal_hold:
        rows.update(legal_hold=False)
    if case.state != State.ARCHIVED:
        rows.update(state=State.ARCHIVED, version=F("version") + 1)


def _keys_brought_back(sweep: bool, at: datetime) -> tuple[int, int]:
    """Destroy the keys of tombstones, and with ``sweep`` those of nobody; return how many, and how many are left."""
    with for_the_service():
        living = Referral.objects.exclude(state=State.PURGED)
        used = {key for pair in living.values_list("case_key", "filer_key") for key in pair if key}
        used |= {key for key in CaseExport._base_manager.values_list("key", flat=True) if key}
        used |= {key for key in EmergencySearch._base_manager.values_list("key", flat=True) if key}
        used |= {key for key in DataBreach._base_manager.values_list("key", flat=True) if key}
        used |= {key for key in Inquiry._base_manager.values_list("key", flat=True) if key}
        used |= {key for key in AccessRequest._base_manager.values_list("key", flat=True) if key}
        used |= {key for key in RowApproval._base_manager.values_list("key", flat=True) if key}
        used |= {key for key in DeclaredTie.objects.values_list("key", flat=True) if key}
        used |= {key for key in Service._base_manager.values_list("key", flat=True) if key}
        used |= {key for key in Place._base_manager.values_list("key", flat=True) if key}
        dead = set(Referral.objects.filter(state=State.PURGED).values_list("pk", flat=True))
        unnamed = keys.all_data_keys() - used
        gone = unnamed & {key for owner in dead for key in keys.owned_by(owner)}
        gone |= keys.older_than(unnamed, at - YOUNG) if sweep else set()
        if gone:
            keys.destroy(gone)
            journal.record(SWEPT, actor=SYSTEM, at=at, purpose=Purpose.MAINTENANCE, count=len(gone))
    return len(gone), len(unnamed - gone)


def _remember(known: Collection[UUID], at: datetime) -> None:
    """Let the journal's table know what was shredded, each with an entry that certifies it."""
    missing = set(known) - set(Shred.objects.filter(done_at__isnull=False).values_list("pk", flat=True))
    for pseudonym in sorted(missing):
        with transaction.atomic():
            leaf = erasures.certify(pseudonym, None, count=0, at=at, rule=RULE)
        erasures.witness(pseudonym, leaf, rule=RULE)
