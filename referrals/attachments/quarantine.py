"""Quarantine of a file that must not be kept: set aside, returned, condemned, and destroyed by the service.

Two rows may hold one object (a case taken over and its stub, decision 0020): what happens to the file happens to all of
them, in each case's journal. Code that copies rows locks them first (``referrals/transfers/copying.py``), and rows are
queried again once they are locked, so that none is missed.

Two persons condemn a file (X12); the worker destroys it. Like a purge it is announced in a transaction of its own, then
done: key and name of the row, the certificate ``key:shredded`` with the object's name for a pseudonym, that token in
the key store, a line in the ledger, last the objects. If interrupted anywhere it is done again, and nobody reads the
file meanwhile. A backup knows the object's name, so that a replay finds the row and destroys it again
(docs/decisions/0036-a-file-that-must-not-be-kept.md).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import transaction

from accounts.actor import SYSTEM, Actor, system
from audit import erasures, journal
from audit.events import Purpose, register
from encryption import keys
from outbox.scheduler import recurring
from referrals.access import row_level_security
from referrals.attachments import storage
from referrals.models import Attachment, Referral
from referrals.vocabulary.attachments import Barring

if TYPE_CHECKING:
    from referrals.workflow.context import StepContext

BARRED: Final = "attachment:barred"
READABLE: Final = "attachment:readable"
CONDEMNED: Final = "attachment:condemned"
DESTROYED: Final = "attachment:destroyed"
register(BARRED, READABLE, CONDEMNED, DESTROYED)
ACTS: Final = {"barred": BARRED, "readable": READABLE, "condemned": CONDEMNED}


# --- What two persons, or one, decide -----------------------------------------------------------------


def become(what: str, act: "StepContext") -> None:
    """Set a file aside, give it back or condemn it, in every row that holds it; the guards have been asked.

    The running step writes its own entry; each other case that holds the file gets one of the service's, without a
    word of the case where it was decided.
    """
    case, who = act.case.referral, act.actor
    with row_level_security.beyond():
        for row in _locked(_object(act.step_input.file)):
            # Another authority learns that the file was set aside and why, and by nobody's name.
            at_home = row.referral.authority_id == case.authority_id
            if what == "barred":
                by = who.user_id if at_home else None
                _set(row, barred_at=act.at, barred_by=by, barred_for=act.step_input.reason)
            elif what == "readable":
                _set(row, barred_at=None, barred_by=None, barred_for="")
            else:
                _set(row, condemned_at=act.at)
            if row.referral_id != case.pk:
                actor = system(origin=who.origin, obo=who.user_id) if at_home else SYSTEM
                _journal(ACTS[what], row, actor=actor, at=act.at)


def on_hold(file: UUID) -> bool:
    """Tell whether a hold protects a file, in any case that holds it (§2.8 no. 10)."""
    with row_level_security.beyond():
        rows = Attachment.objects.filter(object=_object(file), object__isnull=False)
        return rows.filter(referral__legal_hold=True).exists()


def _object(file: UUID) -> UUID | None:
    return Attachment.objects.filter(pk=file).values_list("object", flat=True).first()


def _locked(name: UUID | None) -> list[Attachment]:
    """Return the rows that hold an object, all locked; one that was being copied meanwhile has its copy here."""
    locked_ids: set[UUID] = set()
    while name is not None:
        rows = list(Attachment.objects.select_for_update().filter(object=name).order_by("id"))
        if {row.pk for row in rows} <= locked_ids:
            return rows
        locked_ids |= {row.pk for row in rows}
    return []


def _set(row: Attachment, **values: object) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))


# --- What the service destroys ------------------------------------------------------------------------


@recurring("attachments:destroyed", every=timedelta(minutes=1))
def destroy_condemned(at: datetime) -> int:
    """Destroy the files that two persons condemned; return how many. One that a hold protects since then waits.

    Raises:
        LedgerUnavailable, KeysUnavailable: what is destroyed can't be noted; nothing more is destroyed now.
    """
    with row_level_security.for_the_service():
        waiting = Attachment.objects.filter(condemned_at__isnull=False, destroyed_at=None)
        names = set(waiting.values_list("object", flat=True))
    return sum(_destroy(name, at) for name in sorted(name for name in names if name is not None))


def _destroy(name: UUID, at: datetime) -> bool:
    with row_level_security.for_the_service():
        rows = _locked(name)
        if not rows or on_hold(rows[0].pk):
            return False
        tenant = _holder(rows).authority_id
    with transaction.atomic():
        erasures.announce(name, tenant, at=at, kind=erasures.FILE)
    with row_level_security.for_the_service():
        rows = _locked(name)
        if not rows or on_hold(rows[0].pk):
            return False
        _wipe(name, rows, at=at, rule="file")
        return True


def destroy_again(named: Iterable[UUID], *, at: datetime, rule: str) -> int:
    """Destroy the files of these objects once more, which a backup brought back; return how many.

    Raises:
        LedgerUnavailable, KeysUnavailable: see ``destroy_condemned``.
    """
    count = 0
    for name in sorted(named):
        with row_level_security.for_the_service():
            if rows := _locked(name):
                for row in rows:
                    row.barred_at, row.condemned_at = row.barred_at or at, row.condemned_at or at
                    row.barred_for = row.barred_for or Barring.REPLAYED
                _wipe(name, rows, at=at, rule=rule)
                count += 1
    return count


def _wipe(name: UUID, rows: list[Attachment], *, at: datetime, rule: str) -> None:
    """Take key, name and objects from the rows of one file, certify it and note it outside: all of it, or nothing."""
    originals = {row.original for row in rows}
    for row in rows:
        _set(
            row,
            key=None,
            name=None,
            object=None,
            original=None,
            size=0,
            original_size=0,
            evidence=False,
            barred_at=row.barred_at,
            barred_for=row.barred_for,
            condemned_at=row.condemned_at,
            destroyed_at=at,
        )
        _journal(DESTROYED, row, actor=SYSTEM, at=at)
    tenant = _holder(rows).authority_id
    leaf = erasures.certify(name, tenant, count=1, at=at, rule=rule, kind=erasures.FILE)
    storage.release([name, *originals], at=at)
    keys.note_shredded([name])
    erasures.witness(name, leaf, rule=rule)


def _holder(rows: list[Attachment]) -> Referral:
    """Return the case in whose hands a file is: of a stub and the case that goes on, the latter."""
    referral: Referral = min((row.referral for row in rows), key=lambda case: case.goes_on_as is not None)
    return referral


def _journal(act: str, row: Attachment, *, actor: Actor, at: datetime) -> None:
    journal.record(
        act,
        actor=actor,
        at=at,
        objects=[journal.subject(row.referral_id)],
        tenant=row.referral.authority_id,
        purpose=Purpose.MAINTENANCE,
        rule=row.barred_for,
    )
